"""What a run did, told to a terminal, a log, a notebook and a program."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from workbench.records import Problem, Run, RunState, Stage
from workbench.report import Report

START = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
RUN = Run(
    id=7, kind="ingest", job="/a", state=RunState.FINISHED_WITH_PROBLEMS, parameters={}, config_digest="",
    code_version="1", host="h", actor="anna", started_at=START, finished_at=START + timedelta(seconds=12.34),
)  # fmt: skip
COUNTS = {
    "arrivals": 12, "documents": 10, "duplicates": 2, "classified": 7, "needs_review": 1, "containers": 1,
    "unreadable": 1, "problems": 1, "near_duplicates": 0, "superseded": 0, "moved": 0, "vanished": 0,
}  # fmt: skip
NOTHING = dict.fromkeys(COUNTS, 0)
PROBLEM = Problem(
    stage=Stage.READ,
    kind="corrupt",
    message="<b>Größe</b>.pdf: damaged.",
    advice="Ask for another.",
    locator="/a/<b>.pdf",
)


@pytest.fixture
def report() -> Report:
    category = {"category": "invoice", "documents": 7, "reason": "'Rechnung' <i>"}
    return Report(run=RUN, counts=COUNTS, categories=[category], problems=[PROBLEM])


def test_the_headline_says_it_in_one_line(report: Report) -> None:
    assert report.headline == (
        "run 7: 12 arrivals in 12.3 s; 10 new documents, 2 duplicates; 7 classified, 1 need review, 1 cannot be read"
    )


def test_a_run_that_found_nothing_new_says_so(report: Report) -> None:
    assert replace(report, counts=NOTHING, categories=[], problems=[]).headline == "run 7: nothing new"


def test_nothing_new_does_not_hide_what_vanished_or_went_wrong(report: Report) -> None:
    told = replace(report, counts={**NOTHING, "vanished": 3, "problems": 1}, categories=[]).headline
    assert told.startswith("run 7: nothing new; 3 vanished")
    assert "problem" in told


def test_what_did_not_happen_is_left_out(report: Report) -> None:
    words = [row[0] for row in report.rows()]
    assert "new documents" in words
    assert "moved" not in words


def test_as_text_it_has_categories_reasons_and_problems(report: Report) -> None:
    text = str(report)
    for words in (report.headline, "7  invoice", "e.g. 'Rechnung'", "damaged. Ask for another."):
        assert words in text
    assert repr(report) == text


def test_as_html_nothing_from_a_document_becomes_markup(report: Report) -> None:
    html = report._repr_html_()
    assert "&lt;b&gt;Größe&lt;/b&gt;.pdf" in html
    assert "&#x27;Rechnung&#x27; &lt;i&gt;" in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert html.count("<table>") == html.count("</table>") == 3


def test_as_json_it_survives_the_way_there_and_back(report: Report) -> None:
    told = json.loads(json.dumps(report.as_json(), ensure_ascii=False))
    assert (told["run"], told["state"], told["seconds"]) == (7, "finished_with_problems", 12.34)
    assert told["counts"] == COUNTS
    assert told["problems"][0]["stage"] == "read"


def test_a_run_that_is_not_over_has_taken_no_time(report: Report) -> None:
    assert replace(report, run=replace(RUN, finished_at=None)).seconds == 0.0


def test_what_was_held_back_is_told_with_what_takes_it_in_again(report: Report) -> None:
    run = replace(RUN, counts={"held": 3, "held_since": {"5": 3}})
    told = replace(report, run=run, counts=NOTHING, categories=[], problems=[])
    assert told.headline == (
        "run 7: nothing new; 3 held back since run 5 was taken back; 'workbench reprocess --run 5' takes them in again"
    )


def test_a_run_that_reworked_tells_what_it_did_again(report: Report) -> None:
    run = replace(RUN, kind="reprocess")
    done = {**NOTHING, "reworked": 9, "read_anew": 2, "reused": 7, "recategorised": 1}
    moves = [{"before": "", "after": "invoice", "documents": 1}]
    told = replace(report, run=run, counts=done, categories=[], moves=moves)
    assert told.headline == (
        "run 7: 9 documents gone through again; 2 read anew, 7 reused, 1 changed category; 1 problems; it took 12.3 s"
    )
    assert "none -> invoice" in str(told)
    assert "<td style='text-align:left'>none</td>" in told._repr_html_()
    none = replace(told, counts=NOTHING | {"reworked": 0}, moves=[], problems=[])
    assert none.headline == "run 7: no document is chosen; nothing was done again"
