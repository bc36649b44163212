"""The command line where cron, pipes and other places call it: as a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Office

WORKBENCH = [sys.executable, "-m", "workbench"]


def call(
    office: Office, *arguments: object, cwd: Path | str = "/", **environment: str
) -> "subprocess.CompletedProcess[bytes]":
    """Run it as cron would: from elsewhere, and with next to no environment."""
    return subprocess.run(
        [*WORKBENCH, *map(os.fsencode, map(str, arguments))],
        env={**office.environment, **environment},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
    )


@pytest.fixture(scope="module", autouse=True)
def ingested(office: Office) -> "subprocess.CompletedProcess[bytes]":
    """The first ingest of the folder."""
    return call(office, "ingest", office.folder)


def test_a_bare_environment_and_another_folder_are_enough(ingested: "subprocess.CompletedProcess[bytes]") -> None:
    done = ingested
    assert done.returncode == 3, done.stderr
    assert b"11 arrivals" in done.stdout
    assert b"Traceback" not in done.stderr
    # … without a terminal there are neither bars nor colours
    assert b"\r" not in done.stdout + done.stderr
    assert b"\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("language", [{}, {"LANG": "C"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}])
def test_umlauts_are_printed_whatever_the_language_of_the_system(office: Office, language: dict[str, str]) -> None:
    done = call(office, "documents", "--name", "Küchen", **language)
    assert done.returncode == 0, done.stderr
    assert "Zugehörige Küchenübersicht.txt" in done.stdout.decode()


def test_a_relative_path_means_the_folder_one_is_in(office: Office) -> None:
    done = call(office, "ingest", "--json", office.folder.name, cwd=office.folder.parent)
    assert json.loads(done.stdout)["counts"]["arrivals"] == 0


def test_a_reader_that_has_seen_enough_is_no_error(office: Office) -> None:
    for arguments in ("formats", "formats --json"):
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", f"'{sys.executable}' -m workbench {arguments} | head -c 1"],
            env={**office.environment, "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
        )
        assert len(done.stdout) == 1
        assert done.stderr == "", arguments


def test_arguments_that_are_no_utf_8_are_refused_in_a_sentence(office: Office) -> None:
    for arguments in (
        ["show", "br\udcfcf"],
        ["search", "br\udcfcf"],
        ["ingest", "/br\udcfcf"],
        ["documents", "--name", "\udcfc"],
    ):
        done = call(office, *arguments)
        assert done.returncode in {1, 2}, (arguments, done.stderr)
        assert b"Traceback" not in done.stderr, arguments
