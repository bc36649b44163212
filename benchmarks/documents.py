"""The files that benchmarks work on, generated once for each size and seed."""

import csv
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent
SAMPLES = PROJECT / "test-data" / "sample-documents"
# A smaller measurement only shows that it works, and leaves the committed samples with their scans alone.
WORTH_SAMPLES = 100


def generated(scratch: Path, *, count: int, seed: int) -> Path:
    """A folder of generated documents without scans; made once."""
    folder = scratch / f"documents-{count}-{seed}"
    if (folder / "labels.csv").is_file():
        return folder
    partial = folder.with_suffix(".partial")
    command = [sys.executable, str(PROJECT / "test-data" / "generate.py"), "--out", str(partial)]
    subprocess.run(
        [*command, "--count", str(count), "--seed", str(seed), "--no-scans"], check=True, stdout=subprocess.DEVNULL
    )
    return partial.rename(folder)


def files(folder: Path) -> list[Path]:
    """Every document below a folder, in a fixed order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "labels.csv")


def categories(folder: Path) -> dict[str, str]:
    """Category by path, as labelled; documents without one are left out."""
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        return {row["path"]: row["category"] for row in csv.DictReader(file) if row["category"]}
