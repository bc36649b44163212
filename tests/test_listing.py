"""A list of records shows itself well in a terminal and in a notebook."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from workbench.listing import SHOWN, Listing


@dataclass(frozen=True)
class Row:
    number: int
    name: str
    share: float | None = None
    at: datetime | None = None


COLUMNS = (
    ("number", lambda row: row.number),
    ("name", lambda row: row.name),
    ("share", lambda row: row.share),
    ("at", lambda row: row.at),
)


def listed(*rows: Row) -> Listing[Row]:
    return Listing(rows, columns=COLUMNS, empty="no row")


def test_numbers_stand_at_the_right_and_words_at_the_left() -> None:
    shown = repr(listed(Row(1, "a"), Row(1000, "bcd", 0.5)))
    assert shown.splitlines() == ["number  name  share  at", "     1  a", "  1000  bcd    0.50"]


def test_html_aligns_numbers_shortens_texts_and_keeps_the_whole_in_a_title() -> None:
    html = listed(Row(1, "<x> " + "lang " * 40))._repr_html_()
    assert "text-align:right;vertical-align:top'>1</td>" in html
    assert "lang …</td>" in html.replace("lang…", "lang …")
    assert f"title='&lt;x&gt; {'lang ' * 40}'" in html
    assert "<x>" not in html


def test_no_colour_is_set_so_that_it_shows_on_light_and_dark_pages() -> None:
    assert "color" not in listed(Row(1, "a"))._repr_html_()


def test_an_empty_one_says_so() -> None:
    assert repr(listed()) == "no row"
    assert listed()._repr_html_() == "<p>no row</p>"


def test_of_a_long_one_the_first_are_shown_and_the_others_counted() -> None:
    rows = listed(*(Row(n, "x") for n in range(SHOWN + 3)))
    assert repr(rows).splitlines()[-1] == "… and 3 more"
    assert "… and 3 more" in rows._repr_html_()


def test_a_dataframe_has_all_fields_of_all_records() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    frame = listed(Row(1, "a", 0.5, at), Row(2, "b")).df
    assert list(frame.columns) == ["number", "name", "share", "at"]
    assert list(frame["number"]) == [1, 2]


def test_it_can_be_part_of_a_record_that_becomes_json() -> None:
    @dataclass(frozen=True)
    class Whole:
        rows: Listing[Row]

    assert asdict(Whole(listed(Row(1, "a"))))["rows"][0]["name"] == "a"
