"""The notebooks of the project: their form, and that they do what they show.

They are run once over a catalogue of their own: nbval compares what they print with
what is stored, then papermill runs them over the same catalogue. After a change that
is meant to show, `scripts/run_notebooks.py` stores the outputs anew.
"""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import papermill
import pytest

from workbench import notebooks
from workbench.database import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "notebooks"
# By number, but 00 last: it shows a catalogue that has something in it. The same order as in scripts/run_notebooks.py.
PATHS = sorted(FOLDER.glob("*.ipynb"), key=lambda path: (path.name.startswith("00"), path.name))
NAMES = [path.stem for path in PATHS]
IGNORED = "nbval-ignore-output"
SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\b", re.DOTALL)


def cells(path: Path, kind: str = "code") -> list[dict[str, Any]]:  # Any: JSON
    found = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]
    return [cell | {"source": "".join(cell["source"]), "tags": cell["metadata"].get("tags", [])} for cell in found]


def shows_something(source: str) -> bool:
    """Does the cell print, or end in an expression whose value Jupyter shows?"""
    last = ast.parse(source).body[-1]
    calls = {node.func.id for node in ast.walk(ast.parse(source)) if is_plain_call(node)}
    returns_nothing = source.rstrip().endswith((".close()", ";"))
    return bool({"print", "display"} & calls) or (isinstance(last, ast.Expr) and not returns_nothing)


def is_plain_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def test_the_three_of_the_beginning_are_there() -> None:
    assert {"00_start_here", "01_pipeline", "02_explore"} <= set(NAMES)


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
class TestForm:
    def test_it_begins_with_its_question(self, path: Path) -> None:
        title = cells(path, "markdown")[0]["source"].splitlines()[0]
        assert title.startswith("# ")
        assert title.endswith("?")
        assert notebooks.find(FOLDER, path.stem).title == title.removeprefix("# ")

    def test_every_parameter_has_a_type_and_a_comment(self, path: Path) -> None:
        (cell,) = [cell for cell in cells(path) if "parameters" in cell["tags"]]
        assert all(isinstance(line, ast.AnnAssign) for line in ast.parse(cell["source"]).body)
        assert all(parameter.help for parameter in notebooks.find(FOLDER, path.stem).parameters)

    def test_papermill_itself_sees_the_same_parameters(self, path: Path) -> None:
        ours = {p.name: (p.type, p.help) for p in notebooks.find(FOLDER, path.stem).parameters}
        theirs = papermill.inspect_notebook(path)
        assert {name: (p["inferred_type_name"], p["help"]) for name, p in theirs.items()} == ours

    def test_it_defines_nothing_and_speaks_no_sql(self, path: Path) -> None:
        for cell in cells(path):
            tree = ast.parse(cell["source"])
            made = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
            assert not made, cell["source"]
            assert not SQL.search(cell["source"].upper()), cell["source"]

    def test_it_imports_in_one_cell(self, path: Path) -> None:
        importing = [
            cell
            for cell in cells(path)
            if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(ast.parse(cell["source"])))
        ]
        assert len(importing) == 1

    def test_what_it_shows_is_stored(self, path: Path) -> None:
        compared = [cell for cell in cells(path) if shows_something(cell["source"]) and IGNORED not in cell["tags"]]
        assert compared, "nbval would pass without comparing anything"
        for cell in compared:
            assert cell["outputs"], cell["source"]

    def test_no_error_is_stored(self, path: Path) -> None:
        kinds = {output["output_type"] for cell in cells(path) for output in cell["outputs"]}
        assert "error" not in kinds

    def test_it_holds_no_traces_of_an_execution(self, path: Path) -> None:
        command = [sys.executable, ROOT / "scripts" / "clean_notebooks.py", "--check", path]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        assert str(ROOT) not in path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty place for a catalogue; its server is ended in any case."""
    folder = tmp_path_factory.mktemp("home")
    yield folder
    embedded.remove(folder / "postgres")


@pytest.fixture(scope="module")
def nbval(home: Path) -> subprocess.CompletedProcess[str]:
    """nbval over all notebooks, one after the other, on an empty catalogue."""
    settings = Path(__file__).with_name("nbval_sanitize.cfg")
    return subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pytest",
                "-v",
                "--nbval",
                "--nbval-current-env",
                "--nbval-sanitize-with",
                settings,
            ),
            # Not the settings of our own tests: libraries in a notebook's kernel may warn.
            *("-c", os.devnull, "--rootdir", ROOT, "-p", "no:cacheprovider", "-o", "filterwarnings=default"),
            *PATHS,
        ],
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )


def environment(home: Path) -> dict[str, str]:
    others = {key: value for key, value in os.environ.items() if not key.startswith(("WORKBENCH_", "PYTEST_"))}
    return {**others, "WORKBENCH_HOME": str(home), "IPYTHONDIR": str(home / "ipython")}


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=NAMES)
class TestRuns:
    def test_it_prints_what_is_stored(self, path: Path, nbval: subprocess.CompletedProcess[str]) -> None:
        verdicts = re.findall(rf"{path.stem}::ipynb::Cell \d+ (\w+)", nbval.stdout)
        assert len(verdicts) == len(cells(path)), nbval.stdout + nbval.stderr
        assert set(verdicts) == {"PASSED"}, nbval.stdout

    def test_it_runs_under_papermill_from_any_directory(
        self, path: Path, nbval: subprocess.CompletedProcess[str], home: Path, tmp_path: Path
    ) -> None:
        executed = notebooks.execute(
            notebooks.find(FOLDER, path.stem),
            {},
            output=tmp_path / path.name,
            environment={"WORKBENCH_HOME": str(home)},
            cwd=tmp_path,
        )
        assert executed.failed is None, executed.traceback
        assert nbval is not None
