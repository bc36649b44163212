"""Doing stages again, as on the command line."""

import json

import pytest

from tests.cli.conftest import Command, Office
from workbench import Workbench


@pytest.fixture(scope="module", autouse=True)
def ingested(office: Office) -> int:
    """The run that took the folder in."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in office.environment.items():
            patch.setenv(name, value)
        with Workbench() as wb:
            return wb.ingest(office.folder).run.id


def test_without_a_condition_it_is_wrong_usage(command: Command) -> None:
    said = command("reprocess", "--anew")
    assert said.status == 2
    assert "--failed" in said.err


def test_where_nothing_is_chosen_it_says_so_and_all_is_well(command: Command) -> None:
    said = command("reprocess", "--category", "payslip")
    assert (said.status, said.err) == (0, "")
    assert "no document is chosen; nothing was done again" in said.out


def test_it_reports_what_was_done_again(command: Command, ingested: int) -> None:
    said = command("reprocess", "--run", ingested, "--extractor", "plain", "--json")
    told = json.loads(said.out)
    assert (said.status, told["counts"]["reworked"], told["counts"]["reused"], told["moves"]) == (0, 6, 6, [])
    said = command("reprocess", "--failed")
    assert said.status == 3, "an empty file is read again, and is empty still"
    assert "1 documents gone through again; 1 read anew" in said.out
    assert "leer.txt" in said.out


def test_a_rehearsal_says_the_same_and_leaves_no_run(command: Command) -> None:
    before = command("runs", "--json").out
    said = command("reprocess", "--all", "--anew", "--rehearse")
    assert said.status == 3
    assert "documents gone through again" in said.out
    assert "Nothing of this was written" in said.out
    assert command("runs", "--json").out == before


@pytest.mark.parametrize(
    ("option", "name", "meant"),
    [("--extractor", "plian", "plain"), ("--category", "invoce", "invoice"), ("--document", "leerer.txt", "number")],
)
def test_a_wrong_name_is_told_in_a_sentence(command: Command, option: str, name: str, meant: str) -> None:
    said = command("reprocess", option, name)
    assert said.status == 1
    assert meant in said.err
