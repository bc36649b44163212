"""An extractor of one's own is one module and one entry point, installed as any package."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent / "example_package"
STATEMENT = """:20:STARTUMS
:25:50010517/0648489890
:28C:00012/001
:60F:C260228EUR1234,56
:61:2603020302DR250,00NMSCNONREF
:86:177?00SEPA-UEBERWEISUNG?20Miete Maerz?32Hausverwaltung Lindental
:62F:C260331EUR984,56
-
"""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the workbench beside the installed package."""
    place = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    copy = tmp_path_factory.mktemp("source") / "package"
    copy.mkdir()
    for file in PACKAGE.iterdir():
        if file.is_file():
            (copy / file.name).write_bytes(file.read_bytes())
    subprocess.run([*pip, "--target", str(place), str(copy)], check=True, capture_output=True)

    def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "workbench", *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(place)},
            check=False,
        )

    return command


def test_it_is_listed_among_the_formats(run: Run) -> None:
    listed = {f["media_type"]: f for f in json.loads(run("formats", "--json").stdout)}
    assert listed["application/x-mt940"]["extractors"][0] == "bank-statement"
    assert listed["application/x-mt940"]["gives"] == ["text", "fields", "metadata"]


def test_it_reads_what_it_claims(run: Run, tmp_path: Path) -> None:
    (tmp_path / "auszug.sta").write_text(STATEMENT, encoding="latin-1")
    read = json.loads(run("extract", "--json", str(tmp_path / "auszug.sta")).stdout)
    assert (read["extractor"], read["state"]) == ("bank-statement", "ok")
    assert read["fields"] == {"account": "50010517/0648489890", "closing_balance": "984,56", "currency": "EUR"}
    assert read["metadata"]["title"] == "Kontoauszug 00012/001"


def test_when_it_fails_the_next_one_reads(run: Run, tmp_path: Path) -> None:
    (tmp_path / "halb.sta").write_text(STATEMENT.partition(":62F:")[0], encoding="latin-1")
    read = json.loads(run("extract", "--json", str(tmp_path / "halb.sta")).stdout)
    assert (read["extractor"], read["state"]) == ("plain", "ok")
    assert read["warnings"] == [
        "bank-statement failed: The statement has no closing balance (:62F:). Ask for an undamaged copy."
    ]
