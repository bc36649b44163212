"""An extraction is kept as columns and JSON, and comes back as it was."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from workbench.catalog import keeping
from workbench.records import Metadata, RecognisedPage, Table, Word

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
SHARE = st.floats(0, 1, allow_nan=False)
WORD = st.builds(Word, text=TEXT, confidence=st.floats(0, 100), box=st.tuples(SHARE, SHARE, SHARE, SHARE))
PAGE = st.builds(
    RecognisedPage,
    page=st.integers(1, 5_000),
    language=st.sampled_from(["deu", "eng"]),
    confidence=st.floats(0, 100),
    turned=st.sampled_from([0, 90, 180, 270]),
    skew=st.floats(-10, 10),
    words=st.lists(WORD, max_size=4).map(tuple),
)
TABLE = st.builds(
    Table,
    rows=st.lists(st.lists(TEXT, max_size=3).map(tuple), max_size=3).map(tuple),
    page=st.none() | st.integers(1, 9),
    title=TEXT,
)
MOMENT = st.datetimes(min_value=datetime(1950, 1, 1), timezones=st.just(UTC))
METADATA = st.builds(
    Metadata,
    title=st.none() | TEXT.filter(bool),
    created_at=st.none() | MOMENT,
    recipients=st.lists(TEXT, max_size=3).map(tuple),
    page_count=st.none() | st.integers(1, 9),
    latitude=st.none() | st.floats(-90, 90),
    raw=st.dictionaries(TEXT, TEXT, max_size=2),
)


@given(st.lists(PAGE, max_size=3).map(tuple))
def test_recognised_pages_come_back_word_by_word(pages: tuple[RecognisedPage, ...]) -> None:
    assert keeping.recognised_of(keeping.recognised_json(pages)) == pages


@given(st.lists(TABLE, max_size=3).map(tuple))
def test_tables_come_back_cell_by_cell(tables: tuple[Table, ...]) -> None:
    assert keeping.tables_of(keeping.tables_json(tables)) == tables


@given(METADATA)
def test_metadata_come_back(metadata: Metadata) -> None:
    assert keeping.metadata_of(keeping.metadata_json(metadata)) == metadata


def test_nothing_is_kept_of_nothing() -> None:
    assert keeping.Kept.of(keeping.recognised_json(())) is None
    assert keeping.Kept.of(keeping.tables_json(())) is None
