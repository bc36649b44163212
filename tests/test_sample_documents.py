"""The committed sample documents are what their labels say and can be made again."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest

TEST_DATA = Path(__file__).parents[1] / "test-data"
DOCUMENTS = TEST_DATA / "sample-documents"
CATEGORIES = {
    "invoice",
    "credit_note",
    "reminder",
    "offer",
    "order",
    "order_confirmation",
    "delivery_note",
    "contract",
    "termination",
    "bank_statement",
    "insurance",
    "tax_and_authorities",
    "application",
    "payslip",
    "minutes",
    "report",
    "support_ticket",
    "newsletter",
    "footage_and_photo",
    "other",
}
STATES = {"ok", "partial", "empty", "encrypted", "corrupt", "unsupported", "too_large"}
UNREADABLE = {"empty", "encrypted", "corrupt", "unsupported", "too_large"}
# Their bytes depend on no compression library and no renderer.
PLAIN = ("txt", "md", "html", "csv", "msg")


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _files(folder: Path) -> dict[str, Path]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "labels.csv")
    return {path.relative_to(folder).as_posix(): path for path in found}


def _digests(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in _files(folder).items()}


def _generate(out: Path, *options: str, hash_seed: str = "0") -> None:
    subprocess.run(
        [sys.executable, str(TEST_DATA / "generate.py"), "--out", str(out), *options],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return _rows(DOCUMENTS)


@pytest.fixture(scope="module")
def digests() -> dict[str, str]:
    return _digests(DOCUMENTS)


def test_the_set_has_about_150_files_and_stays_small(digests: dict[str, str]) -> None:
    assert 140 <= len(digests) <= 200
    assert sum(path.stat().st_size for path in _files(DOCUMENTS).values()) < 15_000_000


def test_every_file_has_a_label_and_every_label_a_file(rows: list[dict[str, str]], digests: dict[str, str]) -> None:
    labelled = [row["path"] for row in rows if "!/" not in row["path"]]
    assert sorted(labelled) == sorted(digests)
    assert len({row["path"] for row in rows}) == len(rows)


def test_labels_keep_to_their_vocabulary(rows: list[dict[str, str]]) -> None:
    for row in rows:
        assert row["state"] in STATES, row
        has_text = row["state"] not in UNREADABLE and not row["path"].endswith(".zip")
        assert row["category"] in (CATEGORIES if has_text else {""}), row
        assert bool(row["near_duplicate_of"]) == bool(row["difference"]), row
        assert row["difference"] in {"", "wording", "numbers", "layout", "scan", "format"}, row


def test_every_category_is_there_in_both_languages(rows: list[dict[str, str]]) -> None:
    seen = Counter((row["category"], row["language"]) for row in rows if row["category"])
    assert {category for category, _ in seen} == CATEGORIES
    assert not [(name, language) for name in CATEGORIES for language in ("de", "en") if seen[name, language] < 2]


def test_every_state_and_every_kind_of_difference_is_there(rows: list[dict[str, str]]) -> None:
    assert {row["state"] for row in rows} == STATES - {"partial"}
    assert {row["difference"] for row in rows} - {""} == {"wording", "numbers", "layout", "scan", "format"}


def test_no_folder_is_one_category(rows: list[dict[str, str]]) -> None:
    categories = defaultdict(set)
    for row in rows:
        if row["category"]:
            categories[row["path"].split("/")[0]].add(row["category"])
    assert len(categories) == 14
    assert not [folder for folder, found in categories.items() if len(found) < 2 and folder != "broken"]


def test_only_duplicates_share_their_bytes(rows: list[dict[str, str]], digests: dict[str, str]) -> None:
    top = [row for row in rows if row["path"] in digests]
    duplicates = [row for row in top if row["duplicate_of"]]
    originals = [row for row in top if not row["duplicate_of"]]
    assert duplicates
    assert all(digests[row["path"]] == digests[row["duplicate_of"]] for row in duplicates)
    assert len({digests[row["path"]] for row in originals}) == len(originals)


def test_what_is_referred_to_is_labelled(rows: list[dict[str, str]]) -> None:
    paths = {row["path"] for row in rows}
    named = [row[column] for row in rows for column in ("duplicate_of", "near_duplicate_of") if row[column]]
    assert not [path for path in named if path not in paths]
    assert not [row["path"] for row in rows if "!/" in row["path"] and row["path"].rpartition("!/")[0] not in paths]


def test_names_are_hard_but_fit_a_file_system(digests: dict[str, str]) -> None:
    names = [name.rsplit("/", 1)[1] for name in digests]
    assert max(len(name.encode()) for name in names) < 200
    assert [name for name in names if len(name.encode()) > 150]
    assert [name for name in names if unicodedata.normalize("NFC", name) != name]
    assert "Mahnung Müller & Söhne.pdf" in names


def test_plain_files_are_made_again_byte_by_byte(tmp_path: Path, digests: dict[str, str]) -> None:
    _generate(tmp_path, "--no-scans", "--formats", ",".join(PLAIN), hash_seed="42")
    made = _digests(tmp_path)
    assert len(made) > 30
    # A message with a Word attachment depends on zlib by way of its attachment.
    compared = [name for name in made if name != "emails/Protokoll zur Kenntnis.msg"]
    assert [name for name in compared if made[name] != digests[name]] == []


def test_any_number_can_be_made_and_is_the_same_each_time(tmp_path: Path) -> None:
    for place in ("one", "two"):
        _generate(
            tmp_path / place, "--count", "40", "--no-scans", "--seed", "7", hash_seed="1" if place == "one" else "2"
        )
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")
    assert len(_rows(tmp_path / "one")) == len(_files(tmp_path / "one")) == 40


def test_another_seed_gives_other_documents(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        _generate(tmp_path / seed, "--count", "12", "--formats", "txt", "--seed", seed)
    assert not set(_digests(tmp_path / "1").values()) & set(_digests(tmp_path / "2").values())


def test_an_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failure:
        _generate(tmp_path, "--count", "3", "--formats", "wps")
    assert b"no such format: wps" in failure.value.stderr
