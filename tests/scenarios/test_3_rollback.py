"""Scenario 3: every run can be taken back, as an operator and an analyst do it.

The details are in tests/rollback; here the whole way is gone once on real samples, by the command line.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT, SAMPLES, Catalogue
from tests.rollback.conftest import write


class Operator:
    """Gives orders on the command line, each in a process of its own."""

    def __init__(self, catalogue: Catalogue, home: Path) -> None:
        self._environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home.parent),
            "LANG": "C.UTF-8",
            "WORKBENCH_HOME": str(home),
            "WORKBENCH_CONFIG": str(PROJECT / "config"),
            "WORKBENCH_DATABASE_URL": catalogue.conninfo("admin"),
            "WORKBENCH_EXTRACTION__MODE": "fast",
            "WORKBENCH_EXTRACTION__OCR": "false",
        }

    def order(self, *arguments: object, status: int = 0) -> Any:  # Any: JSON
        command = [sys.executable, "-m", "workbench", *map(str, arguments), "--json"]
        done = subprocess.run(command, env=self._environment, cwd="/", capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr


@pytest.fixture
def operator(catalogue: Catalogue, tmp_path: Path) -> Operator:
    return Operator(catalogue, tmp_path / "home")


def test_the_whole_way_back(operator: Operator, tmp_path: Path) -> None:
    letters, post = tmp_path / "letters", tmp_path / "post"
    shutil.copytree(SAMPLES / "letters", letters)
    write(post, "Rechnung Müller & Söhne.txt", 4711)
    first = operator.order("ingest", post)["run"]
    operator.order("snapshot", "create", "vorher", "--reason", "zum Ausprobieren")
    second = operator.order("ingest", letters)["run"]
    held = operator.order("stats")["documents"]
    operator.order("label", "Claim.txt", "insurance")

    plan = operator.order("runs", "rollback", second, "--dry-run")
    assert plan["by"] is None
    assert (plan["counts"]["removed"], plan["counts"]["kept"]) == (held - 2, 1)
    done = operator.order("runs", "rollback", second)
    assert done["counts"] == plan["counts"]
    assert {d["name"] for d in operator.order("documents")} == {"Claim.txt", "Rechnung Müller & Söhne.txt"}

    # Tonight's cron does not take it again; asked for, it is.
    tonight = operator.order("ingest", letters)
    assert (tonight["counts"]["documents"], tonight["counts"]["held"]) == (0, held - 2)
    again = operator.order("reprocess", "--run", second)
    assert again["counts"]["documents"] == held - 2

    life = operator.order("explain", "Final demand.docx")
    assert [chapter["run"]["kind"] for chapter in life["chapters"]] == ["ingest", "rollback", "reprocess"]
    back = operator.order("snapshot", "restore", "vorher", "--labels")
    assert operator.order("stats")["documents"] == 1
    operator.order("runs", "rollback", back["by"])
    assert operator.order("stats")["documents"] == held
    states = {run["id"]: run["state"] for run in operator.order("runs")}
    assert states[first] == "finished"
    assert operator.order("check")["findings"] == []
