"""Run the shipped notebooks over a catalogue of their own and store what they print.

    python scripts/run_notebooks.py

The outputs in notebooks/ are what tests compare with and what readers see first. Look at
the difference with git afterwards: it is what a change of rules or readers does to them.
"""

import json
import sys
import tempfile
from pathlib import Path

from clean_notebooks import NOTEBOOKS, cleaned

from workbench import notebooks
from workbench.database import embedded


def in_order() -> list[notebooks.Notebook]:
    """By number, but 00 last: it shows a catalogue that has something in it."""
    found = notebooks.available(NOTEBOOKS)
    return sorted(found, key=lambda notebook: (notebook.name.startswith("00"), notebook.name))


def main() -> int:
    """Run all; 1 when one fails, which then stays as it was."""
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        home = Path(folder)
        try:
            return max((refresh(notebook, home) for notebook in in_order()), default=0)
        finally:
            embedded.remove(home / "postgres")


def refresh(notebook: notebooks.Notebook, home: Path) -> int:
    executed = notebooks.execute(
        notebook,
        {},
        output=home / f"{notebook.name}.ipynb",
        environment={"WORKBENCH_HOME": str(home)},
        cwd=NOTEBOOKS,
        progress=sys.stderr.isatty(),
    )
    if executed.failed:
        print(f"{notebook.name}: {executed.failed}\n{executed.traceback}", file=sys.stderr)
        return 1
    content = cleaned(json.loads(executed.path.read_text(encoding="utf-8")))
    notebook.path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{notebook.name}: {executed.seconds:.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
