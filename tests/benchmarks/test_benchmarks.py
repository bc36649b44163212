"""Every benchmark still runs, at a size that says nothing about speed."""

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import reading, rows
from benchmarks.machine import Machine
from benchmarks.reading import Words
from benchmarks.rows import Options, Result, Row
from tests.conftest import PROJECT
from workbench.database import embedded
from workbench.records import Extraction, ExtractionState, Table


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """A folder for all of them, so that documents and databases are made once."""
    with tempfile.TemporaryDirectory(prefix="wb-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        embedded.ensure(folder / "postgres")
        yield folder
        embedded.remove(folder / "postgres")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "count", "expected"),
    [
        ("pipeline", 5, {"workbench, end to end", "stage classify", "peak memory of the parent"}),
        ("again", 5, {"second ingest, 5 generated"}),
        ("journal", 5, {"written with the journal", "the journal's share"}),
        ("rollback", 5, {"ingest of 5", "planning to take it back", "taking it back", "putting it back"}),
        ("lookup", 60, {"text, every lookup, median", "form letter, first of a process, median"}),
        ("search", 60, {"search, median", "ILIKE, median"}),
        ("tiers", 2, {"mixed documents without OCR, fast", "PDF text", "structured PDF", "recognition at 200 dpi"}),
        ("reading", 2, {"docx: words found", "pdf: paragraphs in order", "csv: cells of tables", "real files"}),
        ("quality", 5, {"5 generated, seed 4712: category given"}),
    ],
)
def test_a_benchmark_runs_and_gives_its_figures(scratch: Path, name: str, count: int, expected: set[str]) -> None:
    options = Options(count=count, seed=1, scratch=scratch, docling=str(scratch / "no-docling"), repeat=1)
    result = command.run(name, options)
    assert expected <= {row.what for row in result.rows}
    assert json.loads(rows.keep(result, scratch / "results").read_text())["machine"]["cores"] >= 1
    rows.show(result)


def test_every_benchmark_is_tried_here_and_explained_in_the_docs() -> None:
    explained = set(re.findall(r"^## `(\w+)`", (PROJECT / "docs" / "benchmarks.md").read_text(), re.MULTILINE))
    assert explained == set(command.BENCHMARKS)


def test_an_unknown_name_is_an_error_that_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["serach"])
    assert "no benchmark 'serach'; there are pipeline, tiers, again" in capsys.readouterr().err


def test_words_count_with_their_repetitions() -> None:
    words = Words.of("Rechnung Rechnung Nr 5", "rechnung nr 5 vom März")
    assert (words.recall, words.precision) == (3 / 5, 3 / 4)


def test_a_ratio_names_what_it_is_compared_with() -> None:
    row = rows.compared(Row(what="a", value=3, unit="s"), Row(what="b", value=2, unit="s"))
    assert (row.ratio, row.against) == (1.5, "b")


def test_a_result_tells_its_machine_without_naming_it(tmp_path: Path) -> None:
    result = Result(name="x", count=1, seed=1, measured_at=rows.now(), machine=Machine.here())
    kept = json.loads(rows.keep(result, tmp_path).read_text())
    assert set(kept["machine"]) == {"cores", "memory_gb", "load", "system", "python", "versions"}


def test_letters_are_counted_wrong_by_edits_and_blanks_are_one() -> None:
    assert reading.letter_errors("Rechnunq  Nr\n5", "Rechnung Nr 5") == 1 / 13


def test_paragraphs_are_in_order_where_neighbours_are() -> None:
    assert reading.order("eins zwei drei", ["eins", "zwei", "drei"]) == 1
    assert reading.order("drei zwei eins", ["eins", "zwei", "drei"]) == 0
    assert reading.order("zwei eins drei", ["eins", "zwei", "drei"]) == 0.5


def test_cells_count_beside_their_neighbours() -> None:
    table = Table(rows=(("Menge", "Preis"), ("2", "3,50 €")))
    found = Extraction(extractor="x", version="1", media_type="a/b", state=ExtractionState.OK, tables=(table,))
    assert reading.cells(found, [("Menge", "Preis"), ("2", "4,50 €")]) == 0.5
