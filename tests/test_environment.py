"""The environment for conda, which cannot be tried where this is built: its form, and that it is complete."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent

# By the names they are installed by.
CARD = (
    "jupyterlab panel ipywidgets duckdb docling-slim pytesseract ollama imap-tools zeep psycopg minio papermill nbval"
)
# What Debian packages give elsewhere, by conda-forge's names.
PROGRAMS = "tesseract postgresql ollama ffmpeg libarchive"


@pytest.fixture(scope="module")
def environment() -> dict[str, Any]:  # Any: YAML
    return YAML(typ="safe").load(ROOT / "environment.yml")


@pytest.fixture(scope="module")
def pip_lines(environment: dict[str, Any]) -> list[str]:
    (section,) = [entry for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert section.keys() == {"pip"}
    return section["pip"]


def conda_names(environment: dict[str, Any]) -> set[str]:
    return {re.split(r"[=<> ]", entry)[0] for entry in environment["dependencies"] if isinstance(entry, str)}


def test_it_has_the_keys_that_conda_knows(environment: dict[str, Any]) -> None:
    assert environment.keys() == {"name", "channels", "dependencies"}


def test_everything_comes_from_conda_forge(environment: dict[str, Any]) -> None:
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert not any("::" in str(entry) for entry in environment["dependencies"])


def test_the_interpreter_suits_the_package(environment: dict[str, Any]) -> None:
    (python,) = [entry for entry in environment["dependencies"] if str(entry).startswith("python=")]
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert Requirement(f"python{required}").specifier.contains(python.removeprefix("python=") + ".7")


@pytest.mark.parametrize("program", PROGRAMS.split())
def test_programs_come_from_conda(environment: dict[str, Any], program: str) -> None:
    assert program in conda_names(environment)


def test_pip_is_there_for_its_section(environment: dict[str, Any]) -> None:
    assert "pip" in conda_names(environment)


def test_python_packages_are_the_pinned_ones_of_the_project(pip_lines: list[str]) -> None:
    assert pip_lines == ["-c constraints.txt", "-e .[dev]"]
    assert (ROOT / "constraints.txt").is_file()


@pytest.mark.parametrize("package", CARD.split())
def test_every_package_of_the_card_is_there(environment: dict[str, Any], pip_lines: list[str], package: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    by_pip = {canonicalize_name(Requirement(line).name) for line in required}
    assert package in conda_names(environment) | by_pip
