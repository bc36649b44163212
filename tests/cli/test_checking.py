"""Checking and pruning on the command line: sentences, JSON and exit statuses."""

import json

import pytest

from tests.cli.conftest import Command, Office
from workbench import Workbench
from workbench.store import LocalStore


@pytest.fixture(scope="module", autouse=True)
def ingested(office: Office) -> None:
    """Something to check."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in office.environment.items():
            patch.setenv(name, value)
        with Workbench() as wb:
            wb.ingest(office.folder)


def test_a_sound_catalogue_is_well_and_says_what_was_compared(command: Command) -> None:
    said = command("check", "--sample", "50%")
    assert (said.status, said.err) == (0, "")
    assert "all well" in said.out
    found = json.loads(command("check", "--json").out)
    assert (found["is_well"], found["is_complete"], found["findings"]) == (True, True, [])
    assert found["blobs"] == found["read"] > 5


def test_a_finding_is_told_with_its_document_and_ends_with_three(command: Command, office: Office) -> None:
    with Workbench() as wb:
        digest = wb.document("recipe.txt").digest
        assert isinstance(wb.store, LocalStore)
        place = wb.store.folder / digest[:2] / digest[2:4] / digest
    content = place.read_bytes()
    place.unlink()
    try:
        said = command("check")
        assert (said.status, said.err) == (3, "")
        assert "1 missing" in said.out
        assert "recipe.txt" in said.out
        told = command("check", "--json")
        assert told.status == 3
        (finding,) = json.loads(told.out)["findings"]
        assert (finding["kind"], finding["what"], finding["documents"]) == ("missing", digest, ["recipe.txt"])
    finally:
        place.write_bytes(content)


def test_an_orphan_is_removed_on_request(command: Command, office: Office) -> None:
    import io

    with Workbench() as wb:
        wb.store.put(io.BytesIO(b"left behind"))
    assert command("check").status == 3
    said = command("check", "--repair")
    assert (said.status, "1 orphaned blobs were removed" in " ".join(said.out.split())) == (0, True)


def test_a_share_without_percent_is_refused(command: Command) -> None:
    said = command("check", "--sample", "5")
    assert (said.status, said.out) == (1, "")
    assert "for example 5%" in said.err


def test_the_journal_of_a_run_is_shown(command: Command) -> None:
    said = command("journal", "show", 1, "-n", 3)
    assert said.status == 0
    assert "rule_sets" in said.out
    (first, *_) = json.loads(command("journal", "show", 1, "--json").out)
    assert {"relation", "key", "operation", "before", "after"} <= set(first)


def test_pruning_is_planned_done_and_told(command: Command) -> None:
    assert "nothing is pruned" in command("journal", "prune", "--older-than", "90d").out
    planned = json.loads(command("journal", "prune", "--older-than", "0d", "--dry-run", "--json").out)
    assert (planned["runs"], planned["is_dry_run"], planned["run"]) == (1, True, None)
    said = command("journal", "prune", "--older-than", "0d", "--dry-run")
    assert "could no longer be taken back" in said.out
    done = json.loads(command("journal", "prune", "--older-than", "0d", "--json").out)
    assert (done["changes"], done["is_dry_run"]) == (planned["changes"], False)
    assert "were pruned by run" in command("journal", "show", 1).out
    refused = command("runs", "rollback", 1)
    assert (refused.status, "can no longer be taken back" in refused.err) == (1, True)


def test_a_length_of_time_without_unit_is_refused(command: Command) -> None:
    said = command("journal", "prune", "--older-than", "90")
    assert (said.status, said.out) == (1, "")
    assert "90d or 6w" in said.err
