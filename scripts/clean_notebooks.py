"""Strip from the shipped notebooks what every execution changes, and keep what they print.

    python scripts/clean_notebooks.py [--check] [notebooks/01_pipeline.ipynb …]

Outputs stay, since nbval compares them and readers see them, except those of cells whose
outputs nobody compares (tag `nbval-ignore-output`: progress bars, plots). Times, papermill's
and widgets' metadata, injected parameters and random cell ids go; execution counts become
the cells' order, since nbval takes a cell without one for a cell that was not run. With
`--check` nothing is written and the exit status says whether something would be.
"""

import json
import sys
from itertools import accumulate
from pathlib import Path
from typing import Any

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
KEPT_OF_CELL = ("tags", "jupyter", "nbval-skip")
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def cleaned(notebook: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """The notebook without traces of its execution; cell ids are numbers, so that they do not change either."""
    cells = [cell for cell in notebook["cells"] if not is_of_papermill(cell)]
    orders = list(accumulate(cell["cell_type"] == "code" for cell in cells))
    return {
        "cells": [cleaned_cell(cell, position, orders[position]) for position, cell in enumerate(cells)],
        "metadata": KERNEL,
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def is_of_papermill(cell: dict[str, Any]) -> bool:
    return not {"injected-parameters", "papermill-error-cell-tag"}.isdisjoint(cell["metadata"].get("tags", ()))


def cleaned_cell(cell: dict[str, Any], position: int, order: int) -> dict[str, Any]:
    metadata = {key: cell["metadata"][key] for key in KEPT_OF_CELL if cell["metadata"].get(key)}
    clean = {"cell_type": cell["cell_type"], "id": f"cell-{position:02}", "metadata": metadata}
    if cell["cell_type"] == "code":
        kept = [] if "nbval-ignore-output" in metadata.get("tags", ()) else cell["outputs"]
        clean |= {"execution_count": order, "outputs": [cleaned_output(output, order) for output in kept]}
    return clean | {"source": lines(cell["source"])}


def cleaned_output(output: dict[str, Any], order: int) -> dict[str, Any]:
    clean = dict(output)
    if "execution_count" in clean:
        clean["execution_count"] = order
    if "text" in clean:
        clean["text"] = lines(clean["text"])
    if "data" in clean:
        clean["data"] = {kind: lines(data) if isinstance(data, str) else data for kind, data in clean["data"].items()}
    return clean


def lines(text: str | list[str]) -> list[str]:
    return (text if isinstance(text, str) else "".join(text)).splitlines(keepends=True)


def main(arguments: list[str]) -> int:
    """Clean the notebooks named, or all; 1 with `--check` when one is not clean."""
    check = "--check" in arguments
    paths = [Path(argument) for argument in arguments if argument != "--check"] or sorted(NOTEBOOKS.glob("*.ipynb"))
    unclean = 0
    for path in paths:
        before = path.read_text(encoding="utf-8")
        after = json.dumps(cleaned(json.loads(before)), indent=1, ensure_ascii=False) + "\n"
        if before == after:
            continue
        unclean += 1
        print(f"{path}: {'holds traces of an execution' if check else 'cleaned'}")
        if not check:
            path.write_text(after, encoding="utf-8")
    return int(check and unclean > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
