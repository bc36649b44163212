"""What needs no browser: addresses, words, escaping."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from dashboards import asking, words
from dashboards.address import Address, read, write
from dashboards.card_view import highlighted
from dashboards.documents_view import choices, marked
from dashboards.people import Person


@pytest.mark.parametrize(
    "address",
    [
        Address(),
        Address(page="documents"),
        Address(page="documents", question="Kündigung & Größe", category="invoice", decision="classified", part=3),
        Address(page="documents", document=12),
    ],
)
def test_an_address_survives_writing_and_reading(address: Address) -> None:
    assert read(write(address)) == address


@pytest.mark.parametrize(
    "search", ["", "?", "?page=nowhere&part=-1&document=x", "?document=9999999999999999999&part=²"]
)
def test_what_an_address_says_wrongly_is_left_out(search: str) -> None:
    assert read(search) == Address()


def test_evidence_is_marked_once_and_the_text_around_it_escaped() -> None:
    assert highlighted("<a> Rechnung", [(4, 12), (6, 9), (4, 99)]) == "&lt;a&gt; <mark>Rechnung</mark>"


def test_a_snippet_begins_shortly_before_the_word_found() -> None:
    shown = marked(f"{'viele Worte ' * 10}<b> «Mahnung»")
    assert shown.startswith("… ")
    assert shown.endswith("&lt;b&gt; <mark>Mahnung</mark>")
    assert len(shown) < 80


def test_a_filter_offers_what_there_is_with_its_number() -> None:
    offered = choices("All", {"a": "Zebra", "b": "Apfel", "c": "none"}, {"a": 1200, "b": 1})
    assert offered == {"All": "", "Apfel (1)": "b", "Zebra (1\u202f200)": "a"}


def test_numbers_read_as_people_write_them() -> None:
    assert [words.size(n) for n in (0, 999, 1000, 5_602_405, 999_600, 3e12)] == [
        "0 B", "999 B", "1.0 kB", "5.6 MB", "1.0 MB", "3.0 TB",
    ]  # fmt: skip
    assert [words.duration(s) for s in (0.44, 59.7, 200, 7500)] == ["0.4 s", "1 min 0 s", "3 min 20 s", "2 h 5 min"]
    assert words.percent(None) == "–"


def test_times_past_are_told_by_their_distance() -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    told = [words.ago(now - timedelta(seconds=s), now=now) for s in (5, 300, 7200, 3 * 86400)]
    assert told == ["just now", "5 min ago", "2 h ago", "3 d ago"]


def test_a_link_escapes_its_title_and_its_query() -> None:
    assert words.link("<b>", page="documents", q='"&') == '<a href="?page=documents&amp;q=%22%26">&lt;b&gt;</a>'


def test_a_catalogue_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    trouble = asking.answered(Person(name="anna", roles=("nobody",)), lambda workbench: workbench.stats())
    assert isinstance(trouble, asking.Trouble)
    assert trouble.sentence.startswith("No database answers")


def test_a_bug_is_a_sentence_on_the_page_and_a_traceback_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(asking, "_workbench", lambda person: None)
    trouble = asking.answered(Person(name="anna", roles=()), lambda workbench: 1 / 0)
    assert isinstance(trouble, asking.Trouble)
    assert "ZeroDivisionError" not in trouble.sentence
    assert "ZeroDivisionError" in caplog.text


async def _newest_wins() -> list[object]:
    desk: asking.Desk[int] = asking.Desk(Person(name="", roles=()))
    return await asyncio.gather(desk.ask(lambda _: 1, after_s=0.01), desk.ask(lambda _: 2))


def test_only_the_newest_question_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_workbench", lambda person: None)
    assert asyncio.run(_newest_wins()) == [None, 2]
