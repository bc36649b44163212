"""How much of a file's words come out, and how many documents get their right category.

Words are measured on real files beside which lies their text; where they are
says the environment variable WORKBENCH_CORPORA. Categories are measured on
the committed samples and on generated documents of another seed than the
one that is read while rules are written.
"""

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import documents, extracting, homes
from benchmarks.rows import Options, Row
from workbench import Workbench

VARIABLE = "WORKBENCH_CORPORA"
OTHER_SEED = 4711
# Files and the folder of their texts, below the corpora; pictures take a second or two each.
CORPORA = {
    "e-invoices, PDF": ("einvoice_pdf/pdf", "einvoice_pdf/text", False),
    "contracts, PDF": ("cuad_contracts/pdf", "cuad_contracts/text", False),
    "scanned invoices": ("german_scans_synth/img", "german_scans_synth/text", True),
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """How well words came out.

    Parameters
    ----------
    recall : share of the true words that were found, counted with repetitions
    precision : share of the found words that are true
    """

    recall: float
    precision: float

    @classmethod
    def of(cls, found: str, true: str) -> "Words":
        """Compare two texts as bags of words."""
        a, b = _bag(found), _bag(true)
        common = (a & b).total()
        return cls(recall=common / max(b.total(), 1), precision=common / max(a.total(), 1))


def measure(options: Options) -> Iterator[Row]:
    """Recall and precision of words, then precision and coverage of categories."""
    yield from _corpora(options)
    if options.count >= documents.WORTH_SAMPLES:
        yield from _categories(documents.SAMPLES, "the samples", options)
    seed = OTHER_SEED + options.seed
    folder = documents.generated(options.scratch, count=options.count, seed=seed)
    yield from _categories(folder, f"{options.count} generated, seed {seed}", options)


def _corpora(options: Options) -> Iterator[Row]:
    given = os.environ.get(VARIABLE)
    if not given:
        note = f"set {VARIABLE} to a folder with {', '.join(sorted(files for files, _, _ in CORPORA.values()))}"
        yield Row(what="words of real files", value=0, unit="", note=f"not measured: {note}")
        return
    for what, (files, texts, ocr) in CORPORA.items():
        pairs = _pairs(Path(given) / files, Path(given) / texts)[: options.count]
        if pairs:
            yield from _words(what, pairs, options.scratch / "members", ocr=ocr)


def _pairs(files: Path, texts: Path) -> list[tuple[Path, Path]]:
    """Each file with its true text, which has the same place and stem."""
    pairs = ((file, texts / file.relative_to(files).with_suffix(".txt")) for file in sorted(files.rglob("*.*")))
    return [(file, text) for file, text in pairs if text.is_file()]


def _words(what: str, pairs: Sequence[tuple[Path, Path]], scratch: Path, *, ocr: bool) -> Iterator[Row]:
    true = dict(pairs)
    found = [
        Words.of(read.text, true[file].read_text(encoding="utf-8", errors="replace"))
        for file, read in extracting.extract(list(true), scratch, ocr=ocr)
    ]
    shutil.rmtree(scratch, ignore_errors=True)
    note = f"mean of {len(found)} files"
    yield Row(what=f"{what}: words found", value=sum(w.recall for w in found) / len(found), unit="recall", note=note)
    yield Row(
        what=f"{what}: words right", value=sum(w.precision for w in found) / len(found), unit="precision", note=note
    )


def _categories(folder: Path, called: str, options: Options) -> Iterator[Row]:
    """Of the labelled documents: how many got a category, and how many of those the right one."""
    labelled = documents.categories(folder)
    with homes.fresh(options.scratch, "quality") as home:
        home.run("ingest", "-q", str(folder))
        with Workbench(settings=home.settings) as wb, wb.database.transaction() as tx:
            rows = tx.tuples("SELECT a.locator, d.category FROM arrivals AS a JOIN documents AS d USING (digest)")
    root = f"{folder.resolve()}/"
    answered = {path.removeprefix(root): category for path, category in rows if path.startswith(root)}
    given = [(answered[path], right) for path, right in labelled.items() if answered.get(path)]
    right = sum(category == wanted for category, wanted in given)
    note = f"{right} right of {len(given)} given, {len(labelled)} labelled"
    yield Row(
        what=f"{called}: category right where given", value=right / max(len(given), 1), unit="precision", note=note
    )
    yield Row(what=f"{called}: category given", value=len(given) / max(len(labelled), 1), unit="coverage")


def _bag(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))
