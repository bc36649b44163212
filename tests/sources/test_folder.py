"""Files in folders: the contract, and everything that file systems think up."""

import json
import os
import random
import socket
import string
import subprocess
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sources.contract import CONTENT, SourceContract
from tests.sources.nobody import as_nobody
from workbench.errors import SourceError
from workbench.records import Arrival, Problem
from workbench.sources import FolderSource, Source

# Tells what a folder hands over to somebody without rights.
LISTER = """
import json
from workbench.errors import SourceError
from workbench.sources import FolderSource

def work(*roots):
    source = FolderSource([Path(root) for root in roots])
    try:
        names = [arrival.name for arrival in source.arrivals()]
    except SourceError as error:
        print(json.dumps({"error": str(error)}))
    else:
        print(json.dumps({"names": names, "problems": [p.message for p in source.problems]}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the documents of a test go."""
    place = tmp_path / "share"
    place.mkdir()
    return place


def write(place: Path, content: bytes = CONTENT) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


def names(*roots: Path, **options: tuple[str, ...]) -> list[str]:
    """What is handed over, as paths below the first root."""
    return [os.path.relpath(a.locator, roots[0]) for a in FolderSource(roots, **options).arrivals()]


def taken(*roots: Path) -> tuple[list[Arrival], list[Problem]]:
    source = FolderSource(roots)
    return list(source.arrivals()), source.problems


class TestFolderSource(SourceContract):
    @pytest.fixture
    def source(self, folder: Path) -> Source:
        write(folder / "rechnung.txt")
        write(folder / "2026" / "brief.txt", b"Sehr geehrte Damen und Herren")
        write(folder / "2026" / "leer.txt", b"")
        return FolderSource([folder])

    @pytest.fixture
    def opened_again(self, source: Source, folder: Path) -> Source:
        return FolderSource([folder])

    def take_away(self, source: Source, arrival: Arrival) -> None:
        Path(arrival.locator).unlink()

    def alter(self, source: Source, arrival: Arrival) -> None:
        with Path(arrival.locator).open("ab") as file:
            file.write(b"Nachtrag")


def test_an_arrival_says_what_the_file_system_knows(folder: Path) -> None:
    file = write(folder / "brief.txt")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    (arrival,) = FolderSource([folder]).arrivals()
    assert (arrival.name, arrival.locator, arrival.size) == ("brief.txt", str(file), len(CONTENT))
    assert arrival.modified_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_a_file_touched_without_change_has_another_id(folder: Path) -> None:
    file = write(folder / "brief.txt")
    (before,) = FolderSource([folder]).arrivals()
    os.utime(file, (1, 1))
    (after,) = FolderSource([folder]).arrivals()
    assert before.external_id != after.external_id


def test_folders_are_read_all_the_way_down_in_the_order_of_names(folder: Path) -> None:
    for name in ("b/z.txt", "b/a/deep/er.txt", "a.txt", "c.txt", "b/m.txt"):
        write(folder / name)
    assert names(folder) == ["a.txt", "b/a/deep/er.txt", "b/m.txt", "b/z.txt", "c.txt"]


def test_folders_nested_a_thousand_deep_are_read(folder: Path) -> None:
    deepest = folder.joinpath(*["d"] * 1100)
    try:
        subprocess.run(["mkdir", "-p", deepest], check=True)  # Path.mkdir calls itself for every level
        write(deepest / "unten.txt")
        assert [arrival.name for arrival in FolderSource([folder]).arrivals()] == ["unten.txt"]
    finally:
        subprocess.run(["rm", "-rf", folder / "d"], check=True)  # as does shutil


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        (("*.pdf",), ["Brief.PDF", "sub/b.pdf"]),
        (("*.pdf", "*.txt"), ["Brief.PDF", "sub/b.pdf", "sub/Übersicht.txt"]),
        (("Über*",), ["sub/Übersicht.txt"]),
        (("*.doc",), []),
    ],
)
def test_include_picks_files_by_name_whatever_the_case(
    folder: Path, include: tuple[str, ...], expected: list[str]
) -> None:
    for name in ("Brief.PDF", "sub/b.pdf", "sub/Übersicht.txt", "c.odt"):
        write(folder / name)
    assert names(folder, include=include) == expected


def test_exclude_passes_over_files_and_whole_folders_whatever_the_case(folder: Path) -> None:
    for name in ("a.txt", "Alt/b.txt", "c.BAK", "sub/alt/d.txt"):
        write(folder / name)
    assert names(folder, exclude=("alt", "*.bak")) == ["a.txt"]


def test_patterns_meet_names_whose_umlauts_are_taken_apart(folder: Path) -> None:
    write(folder / unicodedata.normalize("NFD", "Übersicht.txt"))
    assert len(names(folder, include=("Übersicht*",))) == 1
    assert names(folder, exclude=("Übersicht*",)) == []


LEFT_BEHIND = (
    ".hidden.txt", ".git/config", "~$Brief.docx", "Thumbs.db", "thumbs.db", "desktop.ini", "Desktop.ini",
    "film.mp4.part", "film.crdownload", "lost+found/x", "@eaDir/x.jpg", "#recycle/y.txt", ".~lock.Brief.odt#",
)  # fmt: skip


@pytest.mark.parametrize("exclude", [(), ("*.bak",)])
def test_what_systems_leave_behind_is_never_taken_whatever_else_is_excluded(
    folder: Path, exclude: tuple[str, ...]
) -> None:
    for name in LEFT_BEHIND:
        write(folder / name)
    write(folder / "brief.txt")
    # workbench.yaml: "exclude: [] — besides hidden files, lock files and what file managers leave behind"
    assert names(folder, exclude=exclude) == ["brief.txt"]


def test_a_hidden_folder_that_was_asked_for_is_read(folder: Path) -> None:
    write(folder / ".post" / "brief.txt")
    assert names(folder / ".post") == ["brief.txt"]


def test_several_roots_are_read_in_order_each_once(folder: Path) -> None:
    write(folder / "a" / "1.txt")
    write(folder / "b" / "2.txt")
    assert names(folder, folder / "b", folder / "a", folder / "b") == ["a/1.txt", "b/2.txt"]
    assert names(folder / "b", folder / "a") == ["../a/1.txt", "2.txt"]


def test_a_root_inside_of_another_is_read_once(folder: Path) -> None:
    write(folder / "a" / "1.txt")
    source = FolderSource([folder / "a", folder, folder / "a" / "1.txt"])
    assert source.places == (str(folder),)
    assert len(list(source.arrivals())) == 1


def test_a_folder_whose_name_begins_like_another_is_not_inside_of_it(folder: Path) -> None:
    write(folder / "post" / "1.txt")
    write(folder / "post-alt" / "2.txt")
    assert names(folder, folder) == names(folder, folder / "post", folder / "post-alt")


def test_a_root_may_be_a_file(folder: Path) -> None:
    file = write(folder / "brief.txt")
    write(folder / "other.txt")
    assert [a.locator for a in FolderSource([file]).arrivals()] == [str(file)]


def test_a_relative_root_and_a_way_up_and_down_name_the_same_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "a" / "1.txt")
    monkeypatch.chdir(folder / "a")
    for root in (".", "../a", "../../share/a", folder / "a" / ".." / "a"):
        assert FolderSource([Path(root)]).places == (str(folder / "a"),)


def test_a_way_up_from_behind_a_link_is_kept_as_the_system_reads_it(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "deep" / "x.txt")
    write(tmp_path / "elsewhere" / "1.txt")
    (folder / "link").symlink_to(tmp_path / "elsewhere" / "deep")
    found = {arrival.name for arrival in FolderSource([folder / "link" / ".."]).arrivals()}
    assert found == {"1.txt", "x.txt"}


def test_a_root_that_is_a_link_keeps_the_name_it_was_given(folder: Path, tmp_path: Path) -> None:
    write(folder / "1.txt")
    (folder / "2.txt").symlink_to(folder / "1.txt")
    (tmp_path / "mounted").symlink_to(folder)
    found = [arrival.locator for arrival in FolderSource([tmp_path / "mounted"]).arrivals()]
    assert found == [str(tmp_path / "mounted" / "1.txt"), str(tmp_path / "mounted" / "2.txt")]


def test_links_are_followed_to_files_inside_and_nowhere_else(folder: Path, tmp_path: Path) -> None:
    write(folder / "inside.txt")
    secret = write(tmp_path / "secret" / "passwords.txt")
    links = {
        "to a file": folder / "inside.txt",
        "to a file outside": secret,
        "to a folder outside": secret.parent,
        "to the folder above": folder.parent,
        "to itself": folder / "to itself",
        "to nothing": folder / "nothing",
        "to /dev/zero": Path("/dev/zero"),
    }
    for name, target in links.items():
        (folder / name.replace("/", "_")).symlink_to(target)
    assert names(folder) == ["inside.txt", "to a file"]


def test_a_link_by_way_of_a_link_that_leads_outside_is_not_followed(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "secret" / "passwords.txt")
    (folder / "inner").symlink_to(tmp_path / "secret")
    (folder / "file.txt").symlink_to(folder / "inner" / "passwords.txt")
    assert names(folder) == []


def test_two_links_that_point_at_each_other_do_not_hold_up_anything(folder: Path) -> None:
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    write(folder / "c.txt")
    assert names(folder) == ["c.txt"]


def test_pipes_sockets_and_devices_are_passed_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(folder / "pipe")
    monkeypatch.chdir(folder)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        write(folder / "brief.txt")
        assert names(folder) == ["brief.txt"]


def test_a_file_that_became_a_pipe_since_is_refused_and_does_not_hang(folder: Path) -> None:
    file = write(folder / "brief.txt")
    source = FolderSource([folder])
    (arrival,) = source.arrivals()
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(SourceError, match="is not a file any more"):
        source.open(arrival)


@pytest.mark.parametrize("place", [b"br\xfcf.txt", b"Ordner \xe4/brief.txt"])
def test_a_name_that_is_no_utf_8_is_a_problem_and_the_rest_is_taken(folder: Path, place: bytes) -> None:
    write(Path(os.fsdecode(os.fsencode(folder) + b"/" + place)))
    write(folder / "z.txt")
    arrivals, problems = taken(folder)
    assert [arrival.name for arrival in arrivals] == ["z.txt"]
    assert len(problems) == 1
    assert problems[0].message.endswith("cannot be read: its name is not valid UTF-8; rename it")
    (problems[0].message + problems[0].locator).encode()


def test_names_whose_umlauts_are_taken_apart_are_put_together_but_still_found(folder: Path) -> None:
    apart = unicodedata.normalize("NFD", "Küchenübersicht.txt")
    write(folder / apart)
    source = FolderSource([folder])
    (arrival,) = source.arrivals()
    assert arrival.name == "Küchenübersicht.txt"
    with source.open(arrival) as stream:
        assert stream.read() == CONTENT


@pytest.mark.parametrize("name", ["a\nb.txt", "a\tb.txt", "a|1|2", " .txt ", "*?[x].txt", "😀.txt", "a" * 251 + ".txt"])
def test_odd_names_are_taken_as_they_are(folder: Path, name: str) -> None:
    write(folder / name)
    source = FolderSource([folder])
    (arrival,) = source.arrivals()
    assert arrival.name == name
    assert source.is_unchanged(arrival)


def test_ids_of_very_long_paths_still_fit_an_index(folder: Path) -> None:
    # PostgreSQL refuses index entries of more than 2,704 bytes that do not compress; paths may have 4,095.
    chance = random.Random(1)
    place = folder
    while len(str(place)) < 3600:
        place /= "".join(chance.choices(string.ascii_letters + "äöü", k=100))
    write(place / "eins.txt")
    write(place / "zwei.txt")
    first, second = FolderSource([folder]).arrivals()
    assert first.external_id != second.external_id
    assert max(len(a.external_id.encode()) for a in (first, second)) < 2000
    assert FolderSource([folder]).is_unchanged(first)


def test_a_time_that_no_calendar_holds_is_left_out(folder: Path) -> None:
    disk = Path("/dev/shm") if Path("/dev/shm").is_dir() else folder
    file = disk / f"tst-{os.getpid()}-{folder.parent.name}.txt"
    try:
        os.utime(write(file), (2**39, 2**39))
        (arrival,) = FolderSource([file]).arrivals()
        year = arrival.modified_at.year if arrival.modified_at else None
        assert year is None or year < 10_000
        assert FolderSource([file]).is_unchanged(arrival)
    finally:
        file.unlink()


def test_a_root_that_is_not_there_is_an_error_with_advice(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"no file or folder .*share/gone; is the share mounted"):
        list(FolderSource([folder / "gone"]).arrivals())


def test_a_root_that_vanishes_between_two_scans_is_an_error_and_no_deletion(folder: Path) -> None:
    write(folder / "brief.txt")
    source = FolderSource([folder])
    assert len(list(source.arrivals())) == 1
    folder.rename(folder.parent / "unmounted")
    with pytest.raises(SourceError, match="is the share mounted"):
        list(source.arrivals())


def test_the_other_roots_do_not_hide_one_that_vanished(folder: Path) -> None:
    write(folder / "a" / "brief.txt")
    with pytest.raises(SourceError, match="share/z"):
        list(FolderSource([folder / "a", folder / "z"]).arrivals())


def test_a_subfolder_without_the_right_to_read_is_a_problem_and_the_rest_is_taken(open_to_all: Path) -> None:
    write(open_to_all / "closed" / "secret.txt")
    write(open_to_all / "open.txt")
    (open_to_all / "closed").chmod(0)
    told = json.loads(as_nobody(LISTER, open_to_all))
    assert told == {
        "names": ["open.txt"],
        "problems": [f"{open_to_all}/closed cannot be read: permission denied"],
    }


def test_a_root_without_the_right_to_read_is_an_error(open_to_all: Path) -> None:
    write(open_to_all / "closed" / "deep" / "secret.txt")
    (open_to_all / "closed").chmod(0)
    for root in ("closed", "closed/deep", "closed/deep/secret.txt"):
        told = json.loads(as_nobody(LISTER, open_to_all / root))
        assert told["error"] == f"{open_to_all}/{root} cannot be read: permission denied"


def test_a_link_into_a_folder_without_the_right_to_enter_is_passed_over(open_to_all: Path) -> None:
    write(open_to_all / "closed" / "secret.txt")
    write(open_to_all / "share" / "brief.txt")
    (open_to_all / "share" / "link.txt").symlink_to(open_to_all / "closed" / "secret.txt")
    (open_to_all / "closed").chmod(0)
    assert json.loads(as_nobody(LISTER, open_to_all / "share"))["names"] == ["brief.txt"]


def test_what_may_not_be_looked_at_is_not_taken_for_gone(open_to_all: Path) -> None:
    write(open_to_all / "closed" / "secret.txt")
    (open_to_all / "closed").chmod(0)
    code = (
        "from workbench.sources import FolderSource\n"
        "def work(root, place):\n    print(FolderSource([Path(root)]).is_gone(place))\n"
    )
    assert as_nobody(code, open_to_all, open_to_all / "closed" / "secret.txt") == "False\n"
    assert as_nobody(code, open_to_all, open_to_all / "nothing.txt") == "True\n"


def test_a_root_whose_name_is_no_utf_8_is_an_error(folder: Path) -> None:
    root = Path(os.fsdecode(os.fsencode(folder) + b"/br\xfcf"))
    root.mkdir()
    with pytest.raises(SourceError, match=r"share/br\?f cannot be read: its name is not valid UTF-8"):
        FolderSource([root])


def test_problems_belong_to_the_last_scan_only(folder: Path) -> None:
    file = write(Path(os.fsdecode(os.fsencode(folder) + b"/br\xfcf.txt")))
    source = FolderSource([folder])
    assert list(source.arrivals()) == []
    assert len(source.problems) == 1
    file.unlink()
    assert list(source.arrivals()) == []
    assert source.problems == []


def test_a_link_that_leads_outside_is_named_and_not_followed(tmp_path: Path) -> None:
    place, outside = tmp_path / "in", tmp_path / "outside"
    place.mkdir()
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (place / "file.txt").symlink_to(outside / "secret.txt")
    (place / "folder").symlink_to(outside)
    source = FolderSource([place])
    assert list(source.arrivals()) == []
    assert [problem.message for problem in source.problems] == [
        f"{place / 'file.txt'} cannot be read: it is a link to a file outside of the folders given",
        f"{place / 'folder'} cannot be read: it is a link to a folder outside of the folders given",
    ]
