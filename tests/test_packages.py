"""The packages that the workbench is built on are there, in the versions that were tried together."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import PackageNotFoundError, entry_points, packages_distributions, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

# The card: what the workbench promises to be made of, by the names they are imported by.
CARD = [
    "jupyterlab",
    "panel",
    "ipywidgets",
    "duckdb",
    "docling",
    "pytesseract",
    "ollama",
    "imap_tools",
    "zeep",
    "psycopg",
    "minio",
    "papermill",
    "nbval",
]

# Modules that come with a requirement of another name.
PARTS = {
    "adbc_driver_manager": "adbc-driver-postgresql",
    "docling_core": "docling-slim",
    "psycopg_pool": "psycopg",
}


def constraints() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def pyproject() -> dict[str, list[str]]:
    """Requirements by extra; those of the package itself under ""."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"": project["dependencies"], **project["optional-dependencies"]}


def pins() -> dict[str, str]:
    """What constraints.txt says for this interpreter."""
    applying = [pin for pin in constraints() if pin.marker is None or pin.marker.evaluate()]
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in applying}


@pytest.mark.parametrize("name", CARD)
def test_every_package_of_the_card_can_be_imported(name: str) -> None:
    # In a process of its own: importing these must not leave warnings or settings in the tests' process.
    done = subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_installed_is_what_is_pinned() -> None:
    others = {}
    for name, pinned in pins().items():
        try:
            found = version(name)
        except PackageNotFoundError:
            continue  # pinned for an extra or for later
        if found != pinned:
            others[name] = f"{found} is installed, {pinned} is pinned"
    assert others == {}


def test_every_direct_requirement_is_installed_and_pinned_within_its_range() -> None:
    for extra in ("", "dev"):
        for requirement in map(Requirement, pyproject()[extra]):
            assert requirement.specifier.contains(version(requirement.name)), requirement
            assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)]), requirement


def test_requirements_of_extras_that_are_not_installed_are_pinned_within_their_range() -> None:
    for requirement in map(Requirement, pyproject()["full"]):
        assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)]), requirement


def test_everything_that_is_installed_because_of_us_is_pinned() -> None:
    todo, seen = ["document-workbench"], set()
    while todo:
        name = canonicalize_name(todo.pop())
        if name in seen:
            continue
        seen.add(name)
        todo += installed_requirements(name, extras=("", "dev") if name == "document-workbench" else ("",))
    assert seen - pins().keys() == {"document-workbench"}


def installed_requirements(name: str, *, extras: tuple[str, ...]) -> list[str]:
    wanted = map(Requirement, requires(name) or ())
    applying = [r for r in wanted if r.marker is None or any(r.marker.evaluate({"extra": extra}) for extra in extras)]
    return [requirement.name for requirement in applying]


def test_a_pin_is_exact_and_names_a_package_once_per_interpreter() -> None:
    for pin in constraints():
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), pin
    applying = [pin.name for pin in constraints() if pin.marker is None or pin.marker.evaluate()]
    assert len(applying) == len(set(applying))
    assert [pin.name for pin in constraints()] == sorted(pin.name for pin in constraints())


def test_whatever_the_package_imports_is_required_by_name() -> None:
    required = {canonicalize_name(Requirement(line).name) for line in pyproject()[""]}
    owners = packages_distributions()
    missing = {
        module
        for module in imported() - sys.stdlib_module_names - {"workbench", "dashboards"}
        if required.isdisjoint(canonicalize_name(name) for name in [*owners.get(module, []), PARTS.get(module, "")])
    }
    assert missing == set()


def imported() -> set[str]:
    """The first parts of all module names that workbench/ imports, be it inside of functions."""
    files = (ROOT / "workbench").rglob("*.py")
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    relative = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.partition(".")[0] for name in plain | relative}


def test_torch_is_neither_pinned_nor_installed_by_default() -> None:
    assert not {"torch", "torchvision", "triton"} & pins().keys()
    assert not any(Requirement(line).name == "docling" for line in pyproject()[""])


def test_the_command_is_installed_and_leads_to_a_function() -> None:
    (script,) = entry_points(group="console_scripts", name="workbench")
    assert Path(sys.executable).with_name("workbench").is_file()
    assert callable(getattr(import_module(script.module), script.attr))


def test_importing_the_workbench_costs_nothing() -> None:
    code = "import sys; before = set(sys.modules); import workbench; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in done.stdout.split()} - sys.stdlib_module_names == {"workbench"}
