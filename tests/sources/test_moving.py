"""Files are moved out of an inbox once, never over another, and back again."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from workbench.errors import SourceError
from workbench.records import Effect
from workbench.sources import FolderSource, moving


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    place = tmp_path / "inbox"
    (place / "post").mkdir(parents=True)
    (place / "post" / "Rechnung.pdf").write_bytes(b"Rechnung 4711")
    os.utime(place / "post" / "Rechnung.pdf", ns=(1_700_000_000_123_456_789, 1_700_000_000_123_456_789))
    return place


@pytest.fixture
def done(tmp_path: Path) -> Path:
    place = tmp_path / "done"
    place.mkdir()
    return place


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every link leads to another file system, as it does from a share to a local disk."""
    link = os.link

    def refused(start: Path, end: Path, **more: bool) -> None:
        if not str(start).endswith(".part"):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        link(start, end, **more)

    monkeypatch.setattr(os, "link", refused)


@pytest.fixture
def linkless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without hard links."""

    def refused(start: Path, end: Path, **more: bool) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refused)


def source(inbox: Path, done: Path) -> FolderSource:
    return FolderSource([inbox], move_to=done)


def plans(inbox: Path, done: Path) -> list[Effect]:
    opened = source(inbox, done)
    planned = [opened.plan(arrival) for arrival in opened.arrivals()]
    return [effect for effect in planned if effect]


def files(*folders: Path) -> dict[str, bytes]:
    """Every file below the folders, hidden ones too."""
    found = (path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(folders[0].parent)): path.read_bytes() for path in found}


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[None]:
    """The process ends when it comes to a function of the module."""

    def end(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(moving, name, end)
        with pytest.raises(KeyboardInterrupt):
            yield


def test_without_a_place_to_move_to_nothing_is_planned(inbox: Path) -> None:
    opened = FolderSource([inbox])
    assert [opened.plan(arrival) for arrival in opened.arrivals()] == [None]


def test_planning_moves_nothing_and_says_what_would_be_done_and_undone(inbox: Path, done: Path) -> None:
    (effect,) = plans(inbox, done)
    here, there = str(inbox / "post" / "Rechnung.pdf"), str(done / "post" / "Rechnung.pdf")
    assert (effect.target, effect.operation) == ("folder", "move")
    assert effect.key.startswith(f"{here}|13|")
    assert (effect.payload["from"], effect.payload["to"]) == (here, there)
    assert effect.inverse == {"from": there, "to": here}
    assert files(inbox, done) == {"inbox/post/Rechnung.pdf": b"Rechnung 4711"}


@pytest.mark.parametrize("file_system", [None, "elsewhere", "linkless"])
def test_a_file_is_moved_and_moved_back_with_its_time(
    request: pytest.FixtureRequest, inbox: Path, done: Path, file_system: str | None
) -> None:
    if file_system:
        request.getfixturevalue(file_system)
    (effect,) = plans(inbox, done)
    before = (inbox / "post" / "Rechnung.pdf").stat().st_mtime_ns
    for _ in range(2):
        assert moving.perform(effect) == ""
        assert files(inbox, done) == {"done/post/Rechnung.pdf": b"Rechnung 4711"}
        assert (done / "post" / "Rechnung.pdf").stat().st_mtime_ns == before
    shutil.rmtree(inbox / "post")
    for _ in range(2):
        assert moving.undo(effect) == ""
        assert files(inbox, done) == {"inbox/post/Rechnung.pdf": b"Rechnung 4711"}
    assert [again.key for again in plans(inbox, done)] == [effect.key]


@pytest.mark.parametrize(
    ("file_system", "step"),
    [
        (None, "_give_name"),
        (None, "_drop_copy"),
        ("elsewhere", "_give_name"),
        ("elsewhere", "_sync"),
        ("elsewhere", "_drop_copy"),
    ],
)
def test_a_move_that_was_cut_short_is_finished_or_taken_back(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    inbox: Path,
    done: Path,
    file_system: str | None,
    step: str,
) -> None:
    if file_system:
        request.getfixturevalue(file_system)
    (effect,) = plans(inbox, done)
    with dying(monkeypatch, step):
        moving.perform(effect)
    moving.perform(effect)
    assert files(inbox, done) == {"done/post/Rechnung.pdf": b"Rechnung 4711"}
    with dying(monkeypatch, step):
        moving.undo(effect)
    moving.undo(effect)
    assert files(inbox, done) == {"inbox/post/Rechnung.pdf": b"Rechnung 4711"}
    with dying(monkeypatch, step):
        moving.perform(effect)
    moving.undo(effect)
    assert files(inbox, done) == {"inbox/post/Rechnung.pdf": b"Rechnung 4711"}


def test_what_a_killed_process_had_half_copied_is_copied_anew(inbox: Path, done: Path, elsewhere: None) -> None:
    (effect,) = plans(inbox, done)
    moving.perform(effect)
    moving.undo(effect)
    (done / "post" / f".{moving._tag(effect.key, 16)}.part").write_bytes(b"Rechn")
    moving.perform(effect)
    assert files(inbox, done) == {"done/post/Rechnung.pdf": b"Rechnung 4711"}


def test_another_file_of_that_name_is_never_overwritten(inbox: Path, done: Path) -> None:
    (done / "post").mkdir()
    (done / "post" / "Rechnung.pdf").write_bytes(b"Rechnung 0815")
    (effect,) = plans(inbox, done)
    for _ in range(2):
        remark = moving.perform(effect)
    assert remark == ""
    found = files(inbox, done)
    assert found.pop("done/post/Rechnung.pdf") == b"Rechnung 0815"
    ((name, content),) = found.items()
    assert (name[:20], content) == ("done/post/Rechnung (", b"Rechnung 4711")
    moving.undo(effect)
    assert set(files(inbox, done)) == {"done/post/Rechnung.pdf", "inbox/post/Rechnung.pdf"}


def test_a_name_that_had_to_be_another_is_remarked_on(inbox: Path, done: Path) -> None:
    (done / "post").mkdir()
    (done / "post" / "Rechnung.pdf").write_bytes(b"Rechnung 0815")
    assert "another file lies at" in moving.perform(plans(inbox, done)[0])


def test_names_of_the_greatest_length_leave_room_for_the_mark(inbox: Path, done: Path) -> None:
    long = "ü" * 125 + ".pdf"
    for place in (inbox, done):
        (place / long).write_bytes(str(place).encode())
    for effect in plans(inbox, done):
        moving.perform(effect)
    assert len(files(done)) == 3


def test_equal_names_below_two_roots_are_both_kept(tmp_path: Path, done: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "scan.pdf").write_bytes(name.encode())
    opened = FolderSource([tmp_path / "a", tmp_path / "b"], move_to=done)
    for arrival in list(opened.arrivals()):
        effect = opened.plan(arrival)
        assert effect
        opened.perform(effect)
    assert sorted(files(done).values()) == [b"a", b"b"]


def test_a_file_that_was_edited_since_stays_and_that_is_said(inbox: Path, done: Path) -> None:
    (effect,) = plans(inbox, done)
    (inbox / "post" / "Rechnung.pdf").write_bytes(b"Rechnung 4712, corrected")
    assert "was edited since it was taken" in moving.perform(effect)
    assert "was edited since it was taken" in moving.undo(effect)
    assert files(inbox, done) == {"inbox/post/Rechnung.pdf": b"Rechnung 4712, corrected"}


def test_the_same_file_put_there_again_is_moved_and_not_doubled(inbox: Path, done: Path, tmp_path: Path) -> None:
    shutil.copy2(inbox / "post" / "Rechnung.pdf", tmp_path / "kept.pdf")
    (effect,) = plans(inbox, done)
    moving.perform(effect)
    shutil.copy2(tmp_path / "kept.pdf", inbox / "post" / "Rechnung.pdf")
    moving.perform(effect)
    assert files(inbox, done) == {"done/post/Rechnung.pdf": b"Rechnung 4711"}


def test_undoing_does_not_overwrite_what_came_meanwhile(inbox: Path, done: Path) -> None:
    (effect,) = plans(inbox, done)
    moving.perform(effect)
    (inbox / "post" / "Rechnung.pdf").write_bytes(b"the next one")
    with pytest.raises(SourceError, match=r"another file lies at .*Rechnung\.pdf; move that away"):
        moving.undo(effect)
    assert set(files(inbox, done).values()) == {b"Rechnung 4711", b"the next one"}


def test_undoing_what_is_nowhere_any_more_is_an_error_with_a_sentence(inbox: Path, done: Path) -> None:
    (effect,) = plans(inbox, done)
    moving.perform(effect)
    (done / "post" / "Rechnung.pdf").unlink()
    with pytest.raises(SourceError, match=r"is neither at .* nor at .*; if you know where it is"):
        moving.undo(effect)


def test_a_file_that_somebody_took_away_is_remarked_on(inbox: Path, done: Path) -> None:
    (effect,) = plans(inbox, done)
    (inbox / "post" / "Rechnung.pdf").unlink()
    assert "was gone already" in moving.perform(effect)


def test_a_share_that_dropped_its_mount_is_an_error_both_ways(inbox: Path, done: Path, tmp_path: Path) -> None:
    (effect,) = plans(inbox, done)
    done.rename(tmp_path / "away")
    with pytest.raises(SourceError, match="done is not there; is the share mounted"):
        moving.perform(effect)
    (tmp_path / "away").rename(done)
    moving.perform(effect)
    inbox.rename(tmp_path / "away")
    with pytest.raises(SourceError, match="inbox is not there; is the share mounted"):
        moving.undo(effect)
    assert not inbox.exists()


def test_links_stay_and_what_they_lead_to_is_moved(inbox: Path, done: Path) -> None:
    (inbox / "link.pdf").symlink_to(inbox / "post" / "Rechnung.pdf")
    remarks = [moving.perform(effect) for effect in plans(inbox, done)]
    assert (len(remarks), "is a link and stays" in remarks[0], remarks[1]) == (2, True, "")
    assert (inbox / "link.pdf").is_symlink()
    assert files(inbox, done) == {"done/post/Rechnung.pdf": b"Rechnung 4711"}


def test_without_the_right_to_write_it_says_so(inbox: Path, done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (effect,) = plans(inbox, done)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "link", refused)
    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(SourceError, match=r"Rechnung.pdf cannot be moved: permission denied"):
        moving.perform(effect)
    assert files(inbox, done) == {"inbox/post/Rechnung.pdf": b"Rechnung 4711"}


@pytest.mark.parametrize("folder", ["inbox/done", "inbox", ".", "missing", "home/done"])
def test_a_folder_that_files_cannot_be_moved_to_is_refused(tmp_path: Path, inbox: Path, folder: str) -> None:
    (inbox / "done").mkdir()
    (tmp_path / "home" / "done").mkdir(parents=True)
    others = {"missing": "there is no folder", "home/done": "belongs to the workbench"}
    sentence = others.get(folder, "inside the other")
    with pytest.raises(SourceError, match=sentence):
        FolderSource([inbox], move_to=tmp_path / folder, without=[tmp_path / "home"])
