"""Files are read on the command line without a catalogue."""

import json
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
    said = command("extract", "--json", "--mode", "fast", str(tmp_path))
    read = {Path(r["path"]).name: r for r in map(json.loads, said.out.splitlines())}
    assert read["Brief.md"]["metadata"]["title"] == "Kündigung"
    assert read["Brief.md"]["options"]["mode"] == "fast"
    assert read["Brief.md"]["seconds"]["all"] >= 0
    assert (read["leer.txt"]["state"], said.status) == ("empty", 3)


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
