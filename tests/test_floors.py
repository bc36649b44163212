"""The house stands: floors, sizes, and who may print."""

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import PROJECT

LONGEST_MODULE = 350
LONGEST_FUNCTION = 60


def modules(*packages: str) -> Iterator[tuple[str, str]]:
    """Path below the project and source of every module."""
    for package in packages:
        for path in sorted((PROJECT / package).rglob("*.py")):
            yield path.relative_to(PROJECT).as_posix(), path.read_text(encoding="utf-8")


def functions(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_rooms_import_from_floors_below_only() -> None:
    # As a command: in this process it would switch off every logger that other tests listen to.
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    told = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert told.returncode == 0, told.stdout


def test_modules_are_short_enough_to_be_read_in_one_go() -> None:
    lengths = {name: len(source.splitlines()) for name, source in modules("workbench", "dashboards")}
    assert len(lengths) > 80
    too_long = {name: length for name, length in lengths.items() if length > LONGEST_MODULE}
    assert too_long == {}


def test_functions_are_short_enough_to_be_seen_at_once() -> None:
    too_long = [
        f"{name}:{node.lineno} {node.name} has {(node.end_lineno or 0) - node.lineno + 1} lines"
        for name, source in modules("workbench", "dashboards")
        for node in functions(source)
        if (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert too_long == []


def test_only_the_command_line_prints() -> None:
    printing = [
        f"{name}:{node.lineno}"
        for name, source in modules("workbench")
        if not name.startswith("workbench/cli/")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def test_every_module_says_what_lives_in_it() -> None:
    silent = [name for name, source in modules("workbench", "dashboards") if not ast.get_docstring(ast.parse(source))]
    assert silent == []


def test_no_modules_import_each_other_in_a_circle_not_even_late() -> None:
    sources = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): s for name, s in modules("workbench")
    }
    graphlib.TopologicalSorter({name: set(_imported(s, set(sources))) for name, s in sources.items()}).prepare()


def _imported(source: str, known: set[str]) -> Iterator[str]:
    """Give the modules that a module imports at any time; those for types alone are left out."""
    tree = ast.parse(source)
    for_types = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for node in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in for_types:
            for name in node.names:
                module = f"{node.module}.{name.name}"
                yield module if module in known else node.module
