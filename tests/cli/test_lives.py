"""Explaining, problems and runs as they are asked for on the command line."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Command, Office
from workbench import Workbench
from workbench.cli import output

LETTER = "Rechnung\n\nRechnungsnummer: 4711\nWir berechnen Ihnen 1.190,00 EUR inkl. 19 % USt.\n"


@pytest.fixture(scope="module", autouse=True)
def _taken(office: Office, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two files that a nightly run took in."""
    place = tmp_path_factory.mktemp("inbox")
    (place / "rechnung.txt").write_text(LETTER)
    (place / "kaputt.pdf").write_bytes(b"%PDF-1.4 kaputt")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in office.environment.items():
            patch.setenv(name, value)
        with Workbench() as wb:
            wb.ingest(place, reason="nightly")


def ask(command: Command, *arguments: object) -> Any:  # Any: JSON
    said = command(*arguments, "--json")
    assert (said.status, said.err) == (0, "")
    return json.loads(said.out)


def test_explain_tells_the_life_of_a_document(command: Command) -> None:
    said = command("explain", "rechnung.txt")
    assert said.status == 0
    for words in ("came from", "taken", "read", "asked", "decided", "reason: nightly", "speaks for invoice"):
        assert words in " ".join(said.out.split())
    assert "entry by entry" not in said.out


def test_explain_all_shows_every_entry_of_the_journal(command: Command) -> None:
    out = command("explain", "rechnung.txt", "--all").out
    told = ask(command, "explain", "rechnung.txt")
    assert len(told["changes"]) > 6
    assert all(f"{change['id']}  run" in out for change in told["changes"])


def test_explain_can_be_read_in_eighty_columns(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output.console, "_width", 80)
    lines = command("explain", "rechnung.txt").out.splitlines()
    places = [line for line in lines if "/" in line and " " not in line.strip()]
    assert max(len(line.rstrip()) for line in lines if line not in places) <= 80


def test_explaining_what_nobody_knows_is_an_error(command: Command) -> None:
    said = command("explain", "nirgends.txt")
    assert said.status == 1
    assert "no document 'nirgends.txt'" in said.err


def test_problems_are_counted_by_kind_and_say_what_to_do_next(command: Command) -> None:
    said = command("problems")
    assert said.status == 0
    assert "corrupt" in said.out
    assert "kaputt.pdf" in said.out
    assert "workbench reprocess --failed" in said.out.splitlines()[-1]
    told = ask(command, "problems")
    assert [(kind["kind"], kind["count"]) for kind in told] == [("corrupt", 1)]


def test_problems_one_by_one_name_the_document(command: Command) -> None:
    (one,) = ask(command, "problems", "--kind", "corrupt")
    assert one["name"] == "kaputt.pdf"
    assert ask(command, "problems", "--run", one["run_id"]) == ask(command, "problems", "--state", "corrupt") == [one]
    assert ask(command, "problems", "--kind", "timeout") == []
    assert str(one["document_id"]) in command("problems", "--all").out


def test_a_run_is_shown_with_how_it_stands_its_stages_and_documents(command: Command) -> None:
    told = ask(command, "runs", "--state", "finished_with_problems")
    out = command("runs", "show", told[-1]["id"]).out
    for words in ("finished with problems", "nightly", "paths", "█", "rechnung.txt", "taken in", "kaputt.pdf"):
        assert words in out
    details = ask(command, "runs", "show", told[-1]["id"])
    assert details["run"]["id"] == told[-1]["id"]
    assert {d["name"] for d in details["documents"]} == {"rechnung.txt", "kaputt.pdf"}


def test_runs_can_be_chosen_and_counted(command: Command) -> None:
    command("label", "rechnung.txt", "offer")
    kinds = {run["kind"] for run in ask(command, "runs")}
    everything = {run["kind"] for run in ask(command, "runs", "--all")}
    assert (kinds, everything) == ({"ingest"}, {"ingest", "review"})
    assert len(ask(command, "runs", "-n", "1", "--kind", "ingest")) == 1
    assert "no run fits" in command("runs", "--state", "failed").out


def test_a_run_that_is_not_there_is_an_error(command: Command) -> None:
    said = command("runs", "show", 999)
    assert (said.status, "there is no run 999" in said.err) == (1, True)
