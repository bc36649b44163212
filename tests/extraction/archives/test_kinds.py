"""Archives as they come: odd names, missing volumes, odd sizes, no archive at all."""

import io
import os
import struct
import subprocess
import sys
import tarfile
import time
import zipfile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.extraction import handmade
from tests.extraction.samples import packs
from workbench.extraction import Limits, media_type
from workbench.extraction import media_types as known
from workbench.extraction.archives.unpacking import Unpacking
from workbench.records import ExtractionState

S = ExtractionState


def names(extraction) -> list[str]:
    return [child.name for child in extraction.children]


def test_a_zip_name_in_the_code_page_of_windows_is_read(reading):
    data = handmade.zipped({"Buero.txt": "x"}).replace(b"Buero", b"B\x81ro1")
    assert names(reading(data, "a.zip")) == ["Büro1.txt"]


def test_a_zip_name_that_info_zip_keeps_in_utf_8_is_read(reading):
    info = zipfile.ZipInfo("Buero.txt")
    name = "Büro.txt".encode()
    info.extra = struct.pack("<HHBI", 0x7075, 5 + len(name), 1, 0) + name
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "x")
    assert names(reading(buffer.getvalue(), "a.zip")) == ["Büro.txt"]


def test_a_zip_written_as_a_stream_is_read(reading):
    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, chunk) -> int:
            self.data += bytes(chunk)
            return len(chunk)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "Sizes follow the data. " * 20)
    extraction = reading(stream.data, "a.zip")
    assert names(extraction) == ["a.txt"]
    assert extraction.children[0].path.read_text() == "Sizes follow the data. " * 20


def test_a_tar_name_in_latin_letters_is_read(reading):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT, encoding="latin-1") as archive:
        archive.addfile(tarfile.TarInfo("Büro.txt"))
    assert names(reading(buffer.getvalue(), "a.tar")) == ["Büro.txt"]


def test_names_are_whole_where_no_locale_is_set(tmp_path):
    path = tmp_path / "a.7z"
    path.write_bytes(packs.written("7zip", members={"Büro März.txt": "x"}))
    code = (
        "import sys; from pathlib import Path; from workbench.extraction import ExtractOptions, read\n"
        f"found = read(Path({str(path)!r}), name='a.7z', media_type={known.SEVEN_ZIP!r},"
        f" options=ExtractOptions(scratch=Path({str(tmp_path / 'scratch')!r})))\n"
        "print(ascii([child.name for child in found.children]))"
    )
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ascii(["Büro März.txt"])


def test_a_tar_of_holes_is_a_bomb(reading):
    """A sparse file of 8 GB that holds one letter at its end."""
    info = tarfile.TarInfo("holes")
    info.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "holes",
        "GNU.sparse.realsize": str(8 * 1024**3),
    }
    content = b"1\n8589934591\n1\n".ljust(512, b"\0") + b"x"
    info.size = len(content)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(content))
    extraction = reading(buffer.getvalue(), "a.tar")
    assert (extraction.state, extraction.children) == (S.TOO_LARGE, ())


def test_the_first_volume_of_a_rar_gives_what_is_whole(reading):
    whole = packs.rar5({"ganz.txt": "ganz", "halb.txt": "x" * 60})
    extraction = reading(whole[: whole.index(b"halb.txt") + 20], "a.part1.rar")
    assert (extraction.state, names(extraction)) == (S.PARTIAL, ["ganz.txt"])
    assert "one volume of an archive in several parts" in extraction.message


def test_a_single_file_may_be_compressed_in_any_way(reading):
    for name, kind in (("a.txt.zst", "zstd"), ("a.txt.Z", "compress")):
        data = packs.written("gnutar", kind)
        assert "b.txt" in names(reading(data, name))


def test_a_single_zstandard_file_gives_its_content(reading):
    data = b"Gr\xc3\xb6\xc3\x9fe des Pakets"
    # One raw block in a frame of a single segment.
    frame = b"\x28\xb5\x2f\xfd\x20" + bytes([len(data)]) + (len(data) << 3 | 1).to_bytes(3, "little") + data
    extraction = reading(frame, "Notiz.txt.zst")
    assert [(child.name, child.path.read_bytes()) for child in extraction.children] == [("Notiz.txt", data)]


def test_ten_thousand_members_of_one_name_are_numbered_in_good_time(tmp_path):
    unpacking = Unpacking(folder=tmp_path, limits=Limits(), packed_bytes=1)
    started = time.process_time()
    names = [unpacking._unique("Brief.txt") for _ in range(20_000)]
    assert time.process_time() - started < 2
    assert names[:3] == ["Brief.txt", "Brief (2).txt", "Brief (3).txt"]
    assert [unpacking._unique(name) for name in ("brief (3).TXT", "Brief.txt")] == [
        "brief (3) (2).TXT",
        "Brief (20001).txt",
    ]


def test_numbers_are_no_archive(tmp_path):
    path = tmp_path / "a"
    path.write_text("070701;4711;Rechnung\n070702;4712;Rechnung\n")
    assert media_type(path, "a.csv") == known.CSV


HEADS = (
    b"Rar!\x1a\x07\0",
    b"Rar!\x1a\x07\x01\0",
    b"7z\xbc\xaf\x27\x1c",
    b"MSCF\0\0\0\0",
    b"xar!\0\x1c\0\1",
    b"PK\x03\x04",
)
FULL = (packs.rar5(), packs.rar4(), packs.cab(), packs.lzh(), packs.rpm(), handmade.zipped(packs.MEMBERS))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(HEADS), st.binary(max_size=300))
def test_noise_behind_a_magic_number_has_a_state(reading, head, noise):
    extraction = reading(head + noise, "a", limits=Limits(unpacked_bytes=10_000_000))
    assert extraction.state is not S.TIMEOUT
    assert extraction.state is S.OK or extraction.message.endswith(".")


@settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(FULL), st.integers(0, 400), st.integers(0, 255))
def test_one_wrong_byte_has_a_state(reading, whole, place, byte):
    data = bytearray(whole)
    data[place % len(data)] = byte
    extraction = reading(bytes(data), "a", limits=Limits(unpacked_bytes=10_000_000))
    assert extraction.state is S.OK or extraction.message.endswith(".")
