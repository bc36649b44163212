"""Files are read on the command line without a catalogue."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Said
from workbench import cli

Command = Callable[..., Said]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Give an order to the command line, with a home that does not exist."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "nowhere"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))

    def run(*arguments: str) -> Said:
        monkeypatch.setattr("sys.argv", ["workbench", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        return Said(status=int(ended.value.code or 0), out=out, err=err)

    return run


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    file = tmp_path / "Brief.md"
    file.write_text("# Kündigung\n\nhiermit kündigen wir fristgerecht.\n", encoding="utf-8")
    return file


def test_the_text_goes_to_the_output_and_how_it_was_read_beside(command: Command, letter: Path) -> None:
    said = command("extract", str(letter))
    assert said.out == "# Kündigung\n\nhiermit kündigen wir fristgerecht.\n"
    assert f"{letter}: ok, read by plain" in said.err


def test_no_catalogue_is_made(command: Command, letter: Path, tmp_path: Path) -> None:
    command("extract", str(letter))
    assert not (tmp_path / "nowhere").exists()


def test_json_holds_everything_in_a_line_a_file(command: Command, letter: Path, tmp_path: Path) -> None:
    (tmp_path / "leer.txt").write_bytes(b"")
    said = command("extract", "--json", "--mode", "fast", str(letter), str(tmp_path / "leer.txt"))
    read = {Path(r["path"]).name: r for r in map(json.loads, said.out.splitlines())}
    assert read["Brief.md"]["metadata"]["title"] == "Kündigung"
    assert read["Brief.md"]["options"]["mode"] == "fast"
    assert read["Brief.md"]["seconds"]["all"] >= 0
    assert (read["leer.txt"]["state"], said.status) == ("empty", 3)
    assert read["leer.txt"].keys() == read["Brief.md"].keys()


def test_members_are_written_where_they_are_wanted(command: Command, letter: Path, tmp_path: Path) -> None:
    archive = tmp_path / "post.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(letter, "a/Brief.md")
    said = command("extract", "--out", str(tmp_path / "out"), str(archive), str(letter))
    assert said.status == 0
    assert (tmp_path / "out" / "post.zip.d" / "a" / "Brief.md").read_bytes() == letter.read_bytes()
    assert "Kündigung" in (tmp_path / "out" / "Brief.md.txt").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "out" / "Brief.md.json").read_text(encoding="utf-8"))["state"] == "ok"


def test_a_wrong_setting_is_named(command: Command, letter: Path) -> None:
    said = command("extract", "--set", "extraction.orc=no", str(letter))
    assert said.status == 1
    assert "no setting 'extraction.orc'; did you mean 'ocr'?" in said.err


def test_no_file_that_is_read_is_written_over(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "akten"
    folder.mkdir()
    (folder / "a").write_text("Angebot", encoding="utf-8")
    (folder / "a.txt").write_text("Bestellung", encoding="utf-8")
    said = command("extract", "--out", str(folder), str(folder))
    assert said.status == 1
    assert "which is read; name a folder elsewhere" in said.err
    said = command("extract", "--out", str(folder), str(folder / "a"), str(folder / "a.txt"))
    assert (folder / "a.txt").read_text(encoding="utf-8") == "Bestellung"
    assert (folder / "a (2).txt").read_text(encoding="utf-8") == "Angebot"


def test_files_of_one_name_are_kept_apart(command: Command, tmp_path: Path) -> None:
    for folder, word in (("x", "Angebot"), ("y", "Bestellung")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(word, encoding="utf-8")
    command("extract", "--out", str(tmp_path / "out"), str(tmp_path / "x" / "a.txt"), str(tmp_path / "y" / "a.txt"))
    written = {(tmp_path / "out" / name).read_text(encoding="utf-8") for name in ("a.txt.txt", "a.txt (2).txt")}
    assert written == {"Angebot", "Bestellung"}


def test_what_is_no_plain_file_is_told_and_the_others_are_read(command: Command, letter: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rohr.pdf")
    said = command("extract", "--json", "/proc/self/mem", str(tmp_path / "rohr.pdf"), str(letter))
    states = {Path(r["path"]).name: (r["state"], r["message"]) for r in map(json.loads, said.out.splitlines())}
    assert states["rohr.pdf"] == ("unsupported", "It is no plain file.")
    assert states["Brief.md"][0] == "ok"
    assert states["mem"][0] != "ok"


def test_links_that_lead_outside_are_left_alone(command: Command, tmp_path: Path) -> None:
    (tmp_path / "geheim.txt").write_text("Gehalt", encoding="utf-8")
    folder = tmp_path / "akten"
    folder.mkdir()
    (folder / "brief.txt").write_text("Angebot", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "geheim.txt")
    assert "Gehalt" not in command("extract", str(folder)).out


def test_what_a_killed_command_left_is_swept_by_the_next(command: Command, letter: Path, tmp_path: Path) -> None:
    left = tmp_path / "tmp" / f"workbench-{os.getuid()}" / "run-tot"
    left.mkdir(parents=True)
    (left / ".lock").touch()
    command("extract", str(letter))
    assert not left.exists()
