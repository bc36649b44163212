"""Every command, as a person and as a program asks for it."""

import csv
import json
from pathlib import Path

import pytest
import typer

from tests.cli.conftest import Command, Office, Said
from tests.conftest import PROJECT
from workbench import Workbench, cli, runs
from workbench.runs import Order

TAKES_NO_JSON = {"db start", "db stop", "db psql", "notebook run", "notebook prune"}


def commands() -> dict[str, typer.core.TyperCommand]:
    """Every command by the words one types."""
    root = typer.main.get_command(cli.app)
    found = {}
    for name, one in root.commands.items():  # type: ignore[attr-defined]  # typer does not say that this is a group
        inner = getattr(one, "commands", None)
        found.update({f"{name} {sub}": c for sub, c in inner.items()} if inner else {name: one})
    return found


ALL = sorted(commands())


@pytest.fixture(scope="module", autouse=True)
def ingested(office: Office) -> dict[str, object]:
    """What the first ingest of the folder answered."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in office.environment.items():
            patch.setenv(name, value)
        with Workbench() as wb:
            return wb.ingest(office.folder).as_json()


def ask(command: Command, *arguments: object) -> object:
    said = command(*arguments, "--json")
    assert (said.status, said.err) == (0, "")
    return json.loads(said.out)


@pytest.mark.parametrize("name", ALL)
def test_help_begins_with_a_sentence(command: Command, name: str) -> None:
    said = command(*name.split(), "--help")
    assert said.status == 0
    text = " ".join(line.strip() for line in said.out.splitlines() if line.strip())
    sentence = text.split("]", 1)[1] if "]" in text else text
    assert commands()[name].help
    assert (commands()[name].help or "").splitlines()[0].endswith((".", ":", ","))
    assert (commands()[name].help or "").split()[0] in sentence


@pytest.mark.parametrize("name", ALL)
def test_every_option_and_argument_is_explained(name: str) -> None:
    bare = [p.name for p in commands()[name].params if not getattr(p, "help", "") and p.name != "help"]
    assert bare == []


@pytest.mark.parametrize("name", sorted(set(ALL) - TAKES_NO_JSON))
def test_what_answers_answers_in_json_too(name: str) -> None:
    assert "--json" in {flag for p in commands()[name].params for flag in p.opts}


@pytest.mark.parametrize("name", ALL)
def test_the_readme_names_the_command(name: str) -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    group, _, inner = name.rpartition(" ")
    assert f"workbench {name}" in text or f"`{inner or name}`" in text, f"README.md does not say `workbench {name}`"
    assert not group or f"workbench {group}" in text


def test_without_a_command_there_is_help(command: Command) -> None:
    said = command()
    assert "ingest" in said.out + said.err
    assert said.status in {0, 2}


def test_ingest_tells_counts_categories_and_problems(ingested: dict[str, object]) -> None:
    counts = ingested["counts"]
    assert isinstance(counts, dict)
    assert (counts["arrivals"], counts["documents"], counts["duplicates"]) == (11, 10, 1)
    assert ingested["state"] == "finished_with_problems"
    assert [p["kind"] for p in ingested["problems"]] == ["empty"]  # type: ignore[attr-defined]


def test_a_second_ingest_takes_nothing_and_is_well(command: Command, office: Office) -> None:
    said = command("ingest", office.folder)
    assert said.status == 0
    assert "nothing new" in said.out
    told = ask(command, "ingest", office.folder)
    assert isinstance(told, dict)
    assert (told["state"], told["counts"]["arrivals"]) == ("finished", 0)


def test_ingest_ends_with_status_3_when_there_are_problems(command: Command, tmp_path: Path) -> None:
    (tmp_path / "leer.txt").touch()
    (tmp_path / "link.txt").write_text("Nur ein Satz, der niemandem etwas sagt.")
    (tmp_path / "kaputt.pdf").write_bytes(b"%PDF-1.4 kaputt")
    said = command("ingest", "--reason", "test of problems", tmp_path)
    assert said.status == 3
    assert "kaputt.pdf" in said.out
    assert "what to do" in said.out
    assert "Next: workbench" in said.out


def test_ingest_quiet_says_nothing_when_all_is_well(command: Command, tmp_path: Path) -> None:
    (tmp_path / "brief.txt").write_text("Sehr geehrte Damen und Herren, anbei unser Angebot Nummer 17.")
    assert command("ingest", "--quiet", tmp_path) == Said(status=0, out="", err="")


def test_ingest_quiet_shows_problems(command: Command, tmp_path: Path) -> None:
    (tmp_path / "kaputt.pdf").write_bytes(b"%PDF-1.4 ganz kaputt")
    said = command("ingest", "-q", tmp_path)
    assert said.status == 3
    assert "kaputt.pdf" in said.out


def test_ingest_of_what_is_not_there_is_an_error(command: Command, tmp_path: Path) -> None:
    said = command("ingest", tmp_path / "nirgends")
    assert said.status == 1
    assert said.err.startswith("workbench: there is no file or folder")
    assert len(said.err.strip().splitlines()) == 1


def test_ingest_that_is_held_by_another_says_try_again_later(command: Command, office: Office, tmp_path: Path) -> None:
    with Workbench() as wb, runs.begin(wb.database, Order(kind="ingest", job=str(tmp_path))):
        said = command("ingest", tmp_path)
    assert said.status == 75
    assert "is at work on this already" in said.err


def test_ingest_takes_a_whole_list_of_paths(command: Command, tmp_path: Path) -> None:
    for name in ("eins", "zwei"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text(f"Sehr geehrte Damen und Herren, dies ist {name}.")
    told = ask(command, "ingest", tmp_path / "eins", tmp_path / "zwei")
    assert told["counts"]["documents"] == 2  # type: ignore[index,call-overload]


def test_documents_are_listed_and_filtered(command: Command) -> None:
    said = command("documents", "--name", "küchen")
    assert "Zugehörige Küchenübersicht.txt" in said.out
    found = ask(command, "documents", "--category", "support_ticket", "-n", 5)
    assert isinstance(found, list)
    assert {d["category"] for d in found} == {"support_ticket"}
    empty = ask(command, "documents", "--state", "empty")
    assert [d["name"] for d in empty if d["name"] == "leer.txt"] == ["leer.txt"]  # type: ignore[attr-defined]


def test_documents_that_do_not_fit_are_said_to_be_none(command: Command) -> None:
    assert command("documents", "--category", "payslip").out.startswith("No document fits.")
    assert ask(command, "documents", "--category", "payslip") == []


@pytest.mark.parametrize("option", ["--decision", "--state"])
def test_documents_by_a_word_that_does_not_exist_is_wrong_usage_or_an_empty_list(command: Command, option: str) -> None:
    said = command("documents", option, "clasified")
    assert said.status == 2 or "No document fits" in said.out


def test_show_tells_where_from_how_and_why(command: Command) -> None:
    said = command("show", "2025031710000123.txt")
    assert said.status == 0
    for words in ("digest ", "came from", "2025031710000123 (2).txt", "read by plain", "speaks for", "support_ticket"):
        assert words in said.out
    told = ask(command, "show", "2025031710000123.txt")
    assert isinstance(told, dict)
    assert len(told["arrivals"]) == 2
    assert told["opinions"][0]["evidence"]


def test_show_tells_members_and_near_duplicates(command: Command) -> None:
    assert "Rechnung_März.pdf" in command("show", "Rechnung anbei.eml").out
    assert (
        "recipe.txt" in command("show", "recipe new.txt").out or "recipe new.txt" in command("show", "recipe.txt").out
    )


@pytest.mark.parametrize("key", ["nichts.txt", "²", "999999", "zzzzzzzz"])
def test_what_nobody_knows_is_an_error_with_advice(command: Command, key: str) -> None:
    for name in ("show", "text"):
        said = command(name, key)
        assert said.status == 1
        assert said.err.startswith(f"workbench: no document '{key}'; give its number")


def test_text_is_printed_as_it_is(command: Command) -> None:
    said = command("text", "recipe.txt")
    told = ask(command, "text", "recipe.txt")
    assert isinstance(told, dict)
    assert said.out == told["text"] + "\n"
    assert told["name"] == "recipe.txt"


def test_search_finds_and_marks(command: Command) -> None:
    said = command("search", "Bestellung")
    assert "Bestelleingang.txt" in said.out
    assert "«" in said.out
    hits = ask(command, "search", "Bestellung", "-n", 1)
    assert isinstance(hits, list)
    assert len(hits) == 1


def test_search_takes_minus_words_without_ado(command: Command) -> None:
    both = ask(command, "search", "recipe")
    names = {hit["name"] for hit in both}  # type: ignore[attr-defined]
    assert "recipe new.txt" in names
    for order in (("recipe", "-new"), ("-new", "recipe"), ("--most", "5", "recipe", "-new"), ("--", "recipe", "-new")):
        said = command("search", "--json", *order)
        found = {hit["name"] for hit in json.loads(said.out)}
        assert "recipe.txt" in found
        assert "recipe new.txt" not in found


def test_search_of_a_phrase_and_a_beginning(command: Command) -> None:
    assert "Nothing found" in command("search", '"so wird das nie geschrieben"').out
    assert "Bestelleingang.txt" in command("search", "bestell*").out


def test_stats_count_what_documents_lists(command: Command) -> None:
    told = ask(command, "stats")
    assert isinstance(told, dict)
    listed = ask(command, "documents", "-n", 1000)
    assert told["documents"] == len(listed)  # type: ignore[arg-type]
    assert f"{told['documents']} documents" in command("stats").out


def test_label_outranks_the_rules_and_shows_up(command: Command) -> None:
    said = command("label", "Claim.txt", "other", "--note", "nur ein Test")
    assert (said.status, said.out) == (0, "Claim.txt is other now\n")
    assert "nur ein Test" in command("show", "Claim.txt").out
    told = ask(command, "label", "Claim.txt", "insurance")
    assert told["category"] == "insurance"  # type: ignore[index,call-overload]


def test_label_with_a_slip_suggests_the_category(command: Command) -> None:
    said = command("label", "Claim.txt", "invoce")
    assert said.status == 1
    assert "did you mean 'invoice'?" in said.err


def test_runs_are_listed(command: Command, office: Office) -> None:
    assert "finished" in command("runs").out
    told = ask(command, "runs", "-n", 1000)
    assert isinstance(told, list)
    assert any(run["parameters"].get("paths") == [str(office.folder)] for run in told)
    assert all(run["started_at"].endswith("+00:00") or "+" in run["started_at"] for run in told)


def test_sql_answers_in_tables_files_and_json(command: Command, tmp_path: Path) -> None:
    question = "SELECT name, size FROM documents WHERE name = 'leer.txt' AND size = 0"
    assert "leer.txt" in command("sql", question).out
    assert ask(command, "sql", question) == [{"name": "leer.txt", "size": 0}]
    out = tmp_path / "answer.csv"
    assert command("sql", question, "--csv", out).status == 0
    with out.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["name", "size"], ["leer.txt", "0"]]


@pytest.mark.parametrize(
    ("question", "words"), [("SELECT * FROM documnts", "did you mean 'documents'?"), ("SELEC 1", "question is wrong")]
)
def test_sql_that_is_wrong_is_told(command: Command, question: str, words: str) -> None:
    said = command("sql", question)
    assert said.status == 1
    assert words in said.err


def test_a_file_that_cannot_be_written_is_told(command: Command, tmp_path: Path) -> None:
    said = command("sql", "SELECT 1", "--csv", tmp_path / "nowhere" / "x.csv")
    assert said.status == 1
    assert "x.csv cannot be written" in said.err


def test_init_may_be_repeated(command: Command, office: Office) -> None:
    told = ask(command, "init")
    assert told == {
        "home": office.environment["WORKBENCH_HOME"],
        "objects": f"{office.environment['WORKBENCH_HOME']}/objects",
    }
    assert "Next: workbench ingest PATH" in command("init").out


def test_doctor_examines_everything(command: Command) -> None:
    checks = ask(command, "doctor")
    assert isinstance(checks, list)
    assert {"settings", "rules", "database", "objects", "disk"} <= {check["name"] for check in checks}
    assert all(check["found"] for check in checks)
    assert "PostgreSQL" in command("doctor").out


def test_doctor_says_what_is_broken_and_ends_with_status_1(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "file" / "home"))
    said = command("doctor", "--json")
    assert said.status == 1
    broken = {check["name"] for check in json.loads(said.out) if check["is_well"] is False}
    assert "store" in broken or "objects" in broken


def test_formats_are_listed(command: Command) -> None:
    told = ask(command, "formats")
    assert isinstance(told, list)
    assert len(told) > 20
    assert "PDF" in command("formats").out
    lacking = ask(command, "formats", "--missing")
    assert all(one["missing"] for one in lacking)  # type: ignore[attr-defined]


def test_db_status_tells_of_the_server_in_words_and_json(command: Command) -> None:
    assert "server from WORKBENCH_DATABASE_URL answers" in command("db", "status").out
    told = ask(command, "db", "status")
    assert told["state"] == "running"  # type: ignore[index,call-overload]


def test_db_start_brings_the_catalogue_up_to_date(command: Command) -> None:
    assert command("db", "start").out == "The database is running and up to date.\n"


def test_db_stop_of_a_server_that_is_not_ours_is_refused(command: Command) -> None:
    said = command("db", "stop")
    assert said.status == 1
    assert "names a server of its own" in said.err


def test_notebooks_are_listed_with_their_parameters(command: Command) -> None:
    told = ask(command, "notebook", "list")
    assert {"01_pipeline"} <= {Path(one["path"]).stem for one in told}  # type: ignore[attr-defined]
    assert "01_pipeline" in command("notebook", "list").out
    shown = ask(command, "notebook", "show", "01")
    assert shown["parameters"]  # type: ignore[index,call-overload]
    assert "what it does" in command("notebook", "show", "pipeline").out


def test_a_notebook_with_a_slip_in_its_parameters_does_not_run(command: Command) -> None:
    name = ask(command, "notebook", "show", "01")["parameters"][0]["name"]  # type: ignore[index,call-overload]
    said = command("notebook", "run", "01", "-p", f"{name}x", "1")
    assert said.status == 1
    assert f"did you mean '{name}'?" in said.err


def test_old_notebooks_are_pruned(command: Command) -> None:
    assert "0 executed notebooks older than 3 days removed" in command("notebook", "prune", "--days", 3).out


@pytest.mark.parametrize(
    "wrong",
    [
        ["nosuch"], ["ingest"], ["search"], ["show"], ["documents", "--nosuch"], ["documents", "-n", "0"],
        ["documents", "-n", "many"], ["label", "1"], ["notebook", "prune", "--days", "0"],
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_status_2_and_points_to_help(command: Command, wrong: list[str]) -> None:
    said = command(*wrong)
    assert said.status == 2
    assert "--help" in said.err or "-h" in said.err


def test_a_wrong_setting_is_one_sentence(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_WORKRES", "2")
    said = command("stats")
    assert (said.status, said.out) == (1, "")
    assert (
        said.err
        == "workbench: the environment holds WORKBENCH_WORKRES, which is no setting; did you mean WORKBENCH_WORKERS?\n"
    )


def test_a_database_that_is_away_is_one_sentence(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", "postgresql://app:geheim@127.0.0.1:1/x")
    said = command("stats")
    assert said.status == 1
    assert said.err.startswith("workbench: no database answers")
    assert len(said.err.strip().splitlines()) == 1
    assert "geheim" not in said.err


def test_sql_gives_every_digit_as_json(command: Command) -> None:
    question = "SELECT 0.123456789012345::DOUBLE AS part, 9007199254740993::BIGINT AS whole, NULL::INT AS nothing"
    assert ask(command, "sql", question) == [{"part": 0.123456789012345, "whole": 9007199254740993, "nothing": None}]
