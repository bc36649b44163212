"""Damaged and hostile PDFs: what is left of them is read, and everything ends."""

import io
import re
import time
import zlib
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.extraction import handmade
from tests.extraction.pdf import made
from workbench.extraction.pdf import second
from workbench.records import ExtractionState

S = ExtractionState
PAGES = [f"Seite {number} des Vertrages über die Lieferung" for number in range(1, 9)]


def contract() -> bytes:
    return handmade.pdf(*PAGES)


def without_table(data: bytes) -> bytes:
    end = data.rindex(b"startxref")
    start = data.rindex(b"\nxref", 0, end)
    return data[:start] + b"0" * (end - start) + data[end:]


WHOLE = {
    "bytes before the header": lambda data: b"\0 mail header\r\n" * 200 + data,
    "no table of objects": without_table,
    "a table elsewhere": lambda data: re.sub(rb"startxref\s+\d+", b"startxref\n99", data),
    "objects without an end": lambda data: data.replace(b"endobj", b"      "),
    "bytes after the end": lambda data: data + b"\0" * 5_000,
}


@pytest.mark.parametrize("damage", WHOLE.values(), ids=WHOLE.keys())
def test_a_damaged_pdf_is_read_whole(reading, tmp_path, damage):
    extraction = reading(damage(contract()), "x.pdf")
    assert extraction.state is S.OK
    assert extraction.text.split("\n\n") == PAGES
    assert not (tmp_path / "scratch" / "repaired.pdf").exists()


@pytest.mark.parametrize("share", [0.8, 0.95])
def test_what_is_left_of_a_pdf_that_was_cut_off_is_read(reading, share):
    data = contract()
    extraction = reading(data[: int(len(data) * share)], "x.pdf")
    assert extraction.state is S.PARTIAL
    assert extraction.message.startswith("The PDF is cut off")
    assert PAGES[0] in extraction.text
    assert "repaired" in extraction.warnings[0]


def test_a_repaired_pdf_gives_all_it_holds(reading):
    extraction = reading(without_table(made.attached({"a.xml": b"<a/>"})), "x.pdf")
    assert (extraction.text, len(extraction.children), extraction.metadata.page_count) == (made.BODY, 1, 1)


def test_a_damaged_pdf_with_a_password_is_read(reading):
    sealed = b"\0 mail header\r\n" * 200 + handmade.pdf("Streng geheime Rechnung", password="richtig")
    assert reading(sealed, "x.pdf").state is S.ENCRYPTED
    assert reading(sealed, "x.pdf", passwords=("falsch", "richtig")).text == "Streng geheime Rechnung"


def test_a_scan_that_was_cut_off_is_recognised(reading):
    page = handmade.page("Rechnung über die Lieferung", "von zwanzig Stühlen im Herbst")
    data = handmade.scanned_pdf(page, page)
    extraction = reading(data[: len(data) * 9 // 10], "x.pdf")
    assert (extraction.state, extraction.from_ocr) == (S.PARTIAL, True)
    assert "Lieferung" in extraction.text


def test_nothing_can_be_made_of_noise(reading):
    extraction = reading(b"%PDF-1.7\n" + bytes(range(256)) * 40, "x.pdf")
    assert extraction.state is S.CORRUPT
    assert "undamaged copy" in extraction.message


@pytest.fixture
def stored(tmp_path) -> Path:
    path = tmp_path / "contract.pdf"
    path.write_bytes(contract())
    return path


def test_the_second_engine_reads_all_pages_or_some(stored):
    assert [*second.asked(stored, ()).texts.values()] == PAGES
    assert second.asked(stored, (), [2, 99]).texts == {2: PAGES[2]}


def test_the_second_engine_takes_passwords(tmp_path):
    (tmp_path / "x.pdf").write_bytes(handmade.pdf("geheime Rechnung", password="x"))
    assert second.asked(tmp_path / "x.pdf", ("y", "x")).texts == {0: "geheime Rechnung"}
    with pytest.raises(second.EngineError):
        second.asked(tmp_path / "x.pdf", ("y",))


def test_a_crash_of_the_second_engine_is_survived(tmp_path, stored, monkeypatch):
    crash = tmp_path / "crash.py"
    crash.write_text("import os\nos.kill(os.getpid(), 11)\n")
    monkeypatch.setattr(second, "_PROGRAM", crash)
    with pytest.raises(second.EngineError, match="crashed"):
        second.asked(stored, ())


def test_the_second_engine_reads_what_the_first_cannot_open(reading, monkeypatch):
    from workbench.errors import ExtractionError
    from workbench.extraction.pdf import opening, reader

    def refuses(*_):
        raise ExtractionError("The PDF is damaged (by the test).")

    for module in (opening, reader, second):
        monkeypatch.setattr(module, "opened", refuses)
    extraction = reading(contract(), "x.pdf")
    assert (extraction.state, extraction.extractor) == (S.OK, "pdf-second")
    assert extraction.text.split("\n\n") == PAGES
    assert "by the test" in extraction.warnings[0]


def test_the_second_engine_leaves_alone_what_the_first_opens(reading, monkeypatch):
    monkeypatch.setattr(second, "asked", lambda *_: pytest.fail("PDFium has read it"))
    assert reading(handmade.pdf(""), "x.pdf").state is S.EMPTY


def picture(side: int, bits: int) -> bytes:
    """A page with a black picture of so many pixels, packed twice."""
    row = zlib.compressobj(9)
    line = b"\0" * (side * bits // 8)
    packed = b"".join(row.compress(line) for _ in range(side)) + row.flush()
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    image = pikepdf.Stream(document, b"")
    image.write(zlib.compress(packed, 9), filter=pikepdf.Array([pikepdf.Name.FlateDecode] * 2))
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width = image.Height = side
    image.BitsPerComponent, image.ColorSpace = bits, pikepdf.Name.DeviceGray
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
    page.Contents = pikepdf.Stream(document, b"q 595 0 0 842 0 0 cm /I Do Q")
    buffer = io.BytesIO()
    document.save(buffer, recompress_flate=False)
    return buffer.getvalue()


def test_a_picture_that_unpacks_to_a_gigabyte_is_not_drawn(reading):
    data = made.changed(picture(800, 8), _blown_up)
    extraction = reading(data, "x.pdf")
    assert extraction.state is S.TOO_LARGE
    assert "1,225,000,000 bytes" in extraction.message


def _blown_up(document):
    image = document.pages[0].Resources.XObject.I
    image.Width = image.Height = 35_000


FONT_PAGE = "Eine Seite mit Text"


@pytest.mark.parametrize(
    ("data", "states"),
    [
        (lambda: made.page_tree("3 0 R"), {S.OK}),
        (lambda: made.page_tree("2 0 R 3 0 R 2 0 R", count=3), {S.OK, S.PARTIAL}),
        (lambda: made.page_tree("2 0 R"), {S.CORRUPT, S.EMPTY}),
        (lambda: made.page_tree("3 0 R", count=2_000_000_000), {S.OK, S.PARTIAL}),
        (lambda: made.page_tree("3 0 R", count=-7), {S.OK}),
        (lambda: made.page_tree("3 0 R " * 3_000, count=3_000), {S.OK}),
        (lambda: made.page_tree("3 0 R", box="[0 0 1e9 1e9]"), {S.OK}),
        (lambda: made.page_tree("3 0 R", box="[0 0 -100 -100]"), {S.OK}),
        (lambda: made.page_tree("3 0 R", box="[7 7 7 7]"), {S.OK}),
        (lambda: made.page_tree("3 0 R", box="[0 0 1e38 1]"), {S.OK, S.EMPTY, S.CORRUPT}),
        (lambda: made.page_tree("3 0 R", extra="/OpenAction<</S/Launch/F(/bin/false)>>"), {S.OK}),
        (lambda: made.page_tree("3 0 R", extra="/OpenAction<</S/JavaScript/JS(while\\(1\\);)>>"), {S.OK}),
        (lambda: made.page_tree("3 0 R", extra="/AcroForm<</Fields[1 0 R 2 0 R]>>"), {S.OK}),
    ],
)
def test_strange_page_trees_end_well(reading, data, states):
    started = time.process_time()
    extraction = reading(data(), "x.pdf")
    assert extraction.state in states, extraction
    assert time.process_time() - started < 5
    if extraction.state is S.OK:
        assert FONT_PAGE in extraction.text


def test_forms_inside_forms_and_fields_that_loop_end_well(reading):
    nested = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    resources = "/Resources<</XObject<</X {} 0 R>>>>"
    nested.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R{resources.format(5)}>>")
    nested.append("<</Length 5>>stream\n/X Do\nendstream")
    nested += [
        f"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]{resources.format(6 + depth)}/Length 5>>stream\n/X Do\nendstream"
        for depth in range(2_000)
    ]
    assert reading(made.written(nested), "x.pdf").state is S.EMPTY
    field = "<</Type/Annot/Subtype/Widget/Rect[0 0 9 9]/FT/Tx/V(rund)/T(a)/Parent 4 0 R/Kids[4 0 R]>>"
    looping = ["<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    looping += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Annots[4 0 R]>>", field]
    assert reading(made.written(looping), "x.pdf").state in {S.OK, S.EMPTY}


_SEEDS = {"form": made.form, "files": lambda: made.attached({"a.xml": b"<a/>"}), "plain": contract}


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.sampled_from(sorted(_SEEDS)),
    place=st.floats(0, 1),
    junk=st.binary(min_size=1, max_size=12),
    kept=st.sampled_from([1.0, 1.0, 0.97, 0.6]),
)
def test_damage_never_raises(reading, seed, place, junk, kept):
    data = bytearray(_SEEDS[seed]())
    start = int(place * (len(data) - 1))
    data[start : start + len(junk)] = junk
    extraction = reading(bytes(data[: int(len(data) * kept)]), "x.pdf", ocr=False, tables=True)
    assert extraction.state in set(S)
    assert extraction.message or extraction.state is S.OK


def test_nothing_is_left_in_the_place_for_temporary_files(reading, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    reading(without_table(contract()), "x.pdf", tables=True)
    assert list((tmp_path / "tmp").iterdir()) == []
