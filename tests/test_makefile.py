"""The set-up scripts decide rightly; what they would do to the machine is done by stand-ins on the PATH."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ["scripts/debian-packages", "scripts/python-packages", ".ci/run"]


def wanted(*groups: str) -> list[str]:
    lines = (ROOT / "scripts" / "debian-packages.txt").read_text().splitlines()
    return [line.split()[1] for line in lines if line.split()[0] in groups]


class Machine:
    """A PATH on which Debian's tools are stand-ins that note what they were asked for.

    Parameters
    ----------
    installed : packages as dpkg-query lists them, e.g. "libarchive13t64, libarchive13 (= 3.7)"
    """

    def __init__(self, folder: Path, *, installed: list[str]) -> None:
        self.folder = folder
        self.status = folder / "status"
        self.asked = folder / "asked"
        self.asked.touch()
        self.status.write_text("".join(f"installed {line}\n" for line in installed))
        for tool in ("sh", "awk", "dirname", "env", "grep", "tail", "sed"):
            path = shutil.which(tool)
            assert path
            (folder / tool).symlink_to(path)
        self.tool("dpkg-query", f"while read -r line; do echo \"$line\"; done <'{self.status}'")
        self.user(0)

    def tool(self, name: str, script: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def user(self, number: int) -> None:
        self.tool("id", f"echo {number}")

    def apt(self, script: str) -> None:
        """apt-get notes its words and then does as `script` says; simulating always succeeds."""
        self.tool("apt-get", f'case "$*" in *--simulate*) exit 0;; esac\necho "$*" >>\'{self.asked}\'\n{script}')

    def run(self, group: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "scripts" / "debian-packages", group],
            env={"PATH": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def test_nothing_is_done_or_said_when_all_packages_are_there(folder: Path) -> None:
    machine = Machine(folder, installed=wanted("run"))
    machine.apt("exit 1")
    done = machine.run("run")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.asked.read_text() == ""


def test_a_package_that_another_one_provides_counts_as_there(folder: Path) -> None:
    others = [name for name in wanted("run") if name != "libarchive13"]
    machine = Machine(folder, installed=[*others, "libarchive13t64, libarchive (= 3), libarchive13 (= 3.7.4-4)"])
    machine.apt("exit 1")
    assert machine.run("run").stderr == ""


def test_a_removed_package_whose_settings_remain_is_missing(folder: Path) -> None:
    machine = Machine(folder, installed=[name for name in wanted("run") if name != "catdoc"])
    machine.status.write_text(machine.status.read_text() + "config-files catdoc, \n")
    machine.apt("exit 0")
    machine.run("run")
    assert machine.asked.read_text().endswith("install --no-install-recommends catdoc\n")


def test_root_installs_what_is_missing_and_only_that(folder: Path) -> None:
    machine = Machine(folder, installed=wanted("run"))
    machine.apt("exit 0")
    done = machine.run("test")
    assert done.returncode == 0
    (asked,) = machine.asked.read_text().splitlines()
    assert asked.endswith(f"install --no-install-recommends {' '.join(wanted('test'))}")


def test_lists_are_fetched_only_when_installing_fails(folder: Path) -> None:
    machine = Machine(folder, installed=wanted("run"))
    machine.apt(f"case \"$*\" in *update*) echo >'{folder}/fresh';; *) [ -e '{folder}/fresh' ];; esac")
    done = machine.run("test")
    words = [
        next(w for w in line.split() if w in ("install", "update")) for line in machine.asked.read_text().splitlines()
    ]
    assert words == ["install", "update", "install"]
    assert "could not" not in done.stderr


def test_a_package_that_cannot_be_had_does_not_keep_others_away(folder: Path) -> None:
    machine = Machine(folder, installed=[name for name in wanted("run") if name not in ("catdoc", "ffmpeg")])
    installs_ffmpeg = f"*ffmpeg) echo 'installed ffmpeg, ' >>'{machine.status}';;"
    machine.apt(f"case \"$*\" in *catdoc*) echo 'E: no candidate'; exit 1;; {installs_ffmpeg} esac")
    done = machine.run("run")
    assert done.returncode == 0
    assert "could not install catdoc: E: no candidate" in done.stderr
    assert "catdoc: without it Word, Excel and PowerPoint files from before 2007 are not read" in done.stderr
    assert "ffmpeg: without" not in done.stderr


def test_an_ordinary_user_is_told_what_will_not_work_and_goes_on(folder: Path) -> None:
    machine = Machine(folder, installed=[name for name in wanted("run") if name != "tesseract-ocr-deu"])
    machine.user(1000)
    machine.apt("exit 1")
    done = machine.run("run")
    assert done.returncode == 0
    assert "tesseract-ocr-deu: without it German scans are not read" in done.stderr
    assert "sudo apt-get install --no-install-recommends tesseract-ocr-deu" in done.stderr
    assert machine.asked.read_text() == ""


def test_sudo_that_asks_for_no_password_is_used(folder: Path) -> None:
    machine = Machine(folder, installed=wanted("run"))
    machine.user(1000)
    machine.apt("exit 0")
    machine.tool("sudo", f"echo sudo >>'{machine.asked}'; shift; exec \"$@\"")
    machine.tool("true", "exit 0")
    machine.run("test")
    assert machine.asked.read_text().splitlines()[-2:][0] == "sudo"


def test_a_machine_without_dpkg_is_told_what_should_be_there(folder: Path) -> None:
    machine = Machine(folder, installed=[])
    (folder / "dpkg-query").unlink()
    done = machine.run("run")
    assert done.returncode == 0
    assert "no Debian" in done.stderr
    assert "tesseract-ocr" in done.stderr


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_executable_and_parse(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    assert subprocess.run(["sh", "-n", ROOT / script], check=False).returncode == 0


@pytest.mark.parametrize("script", SCRIPTS[:2])
def test_scripts_refuse_words_they_do_not_know(script: str) -> None:
    done = subprocess.run([ROOT / script, "everything"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_make_alone_shows_every_target() -> None:
    # MAKEFLAGS: pytest may itself run under make.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    shown = subprocess.run(["make"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert [line.split()[1] for line in shown.splitlines()] == phony[1].split()


@pytest.mark.parametrize(("failing", "status"), [("", 0), ("lint", 1), ("test", 1)])
def test_ci_runs_both_and_fails_if_either_does(tmp_path: Path, failing: str, status: int) -> None:
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\n[ "$1" != "{failing}" ]\n')
    make.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ.get('PATH', os.defpath)}"}
    done = subprocess.run([ROOT / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert re.findall(r"make (\w+): (\w+) after \d+ s", done.stdout) == [
        (target, "FAILED" if target == failing else "passed") for target in ("lint", "test")
    ]
