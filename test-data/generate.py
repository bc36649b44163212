"""Make the sample documents.

    python test-data/generate.py                                  the committed set, again
    python test-data/generate.py --out DIR --count 10000 --no-scans

Without `--count` the listed collection is made, by default where it is committed; with it, that many documents.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

try:
    from samples import collection, labels, stream
    from samples.shelf import How, Sample, Shelf
    from samples.writers import footage
except ModuleNotFoundError as missing:
    sys.exit(f"The package {missing.name} is missing; 'make setup-dev' installs what writing samples needs.")

_HOME = Path(__file__).parent / "sample-documents"


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and make the documents."""
    options = _parser().parse_args(arguments)
    formats = frozenset(options.formats.split(",")) if options.formats else frozenset()
    if options.count is None:
        seed = collection.SEED if options.seed is None else options.seed
        shelf = Shelf(collection.load(), seed)
        samples: Iterable[Sample] = _selected(shelf.samples.values(), formats, scans=options.scans)
    else:
        seed = 1 if options.seed is None else options.seed
        known: dict[str, Sample] = {}
        shelf = Shelf(known, seed)
        samples = stream.samples(options.count, seed, known, formats=formats, scans=options.scans)
    print(f"{make(samples, shelf, options.out)} documents in {options.out}")


def make(samples: Iterable[Sample], shelf: Shelf, out: Path) -> int:
    """Write the samples and their labels below `out`, give the number of files."""
    out.mkdir(parents=True, exist_ok=True)
    count = 0
    with (out / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        for sample in labels.written(samples, file):
            if sample.is_inside:
                continue
            target = out / sample.path
            if sample.how is How.FILM and footage.ffmpeg() is None:
                print(f"left as it is, for want of ffmpeg: {target}")
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(shelf.content(sample))
            count += 1
    return count


def _selected(samples: Iterable[Sample], formats: frozenset[str], *, scans: bool) -> list[Sample]:
    """Those of the wanted formats, with what is inside them."""
    wanted = []
    for sample in samples:
        top = sample.path.split("!/")[0]
        extension = top.rsplit(".", 1)[-1].lower()
        if (scans or sample.how is not How.SCAN) and (not formats or extension in formats):
            wanted.append(sample)
    return wanted


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Make sample documents with labels.")
    parser.add_argument(
        "--out", type=Path, default=_HOME, help="folder to write to (default: where the set is committed)"
    )
    parser.add_argument("--count", type=int, help="this many documents instead of the listed collection")
    parser.add_argument("--seed", type=int, help="another seed gives other documents")
    parser.add_argument("--no-scans", dest="scans", action="store_false", help="leave out rendered pages")
    parser.add_argument("--formats", help="file extensions, separated by commas")
    return parser


if __name__ == "__main__":
    main()
