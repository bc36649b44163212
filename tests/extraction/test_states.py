"""Every bad file has a state and a sentence, and one broken engine falls to the next."""

import io
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.extraction import handmade
from workbench.errors import ExtractionError
from workbench.extraction import Declined, Limits, Mode, auction
from workbench.extraction.building import from_text
from workbench.extraction.cleaning import clean, jsonable, moment, tidy
from workbench.extraction.language import language
from workbench.records import ExtractionState, Metadata

S = ExtractionState


def encrypted_office() -> bytes:
    """What Office writes when a password is set: an OLE container instead of a ZIP."""
    return handmade.ole({"EncryptedPackage": b""})


def encrypted_odt() -> bytes:
    manifest = (
        '<manifest:manifest xmlns:manifest="m"><manifest:file-entry manifest:full-path="content.xml">'
        "<manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    )
    return handmade.zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": b"\x8f\x01",
            "META-INF/manifest.xml": manifest,
        }
    )


def encrypted_zip() -> bytes:
    """A ZIP whose only member is marked as encrypted."""
    data = bytearray(handmade.zipped({"a.txt": "geheim"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


BAD = [
    ("leer.txt", lambda: b"", S.EMPTY),
    ("leer.pdf", lambda: b"", S.EMPTY),
    ("blank.pdf", lambda: handmade.pdf(""), S.EMPTY),
    ("spaces.txt", lambda: b" \n\t \n", S.EMPTY),
    ("empty.docx", lambda: _empty_docx(), S.EMPTY),
    ("cut.docx", lambda: handmade.docx()[:9000], S.CORRUPT),
    ("cut.xlsx", lambda: handmade.xlsx()[:3000], S.CORRUPT),
    ("cut.pptx", lambda: handmade.pptx()[:9000], S.CORRUPT),
    ("cut.odt", lambda: handmade.odt()[:3000], S.CORRUPT),
    ("cut.epub", lambda: handmade.epub()[:500], S.CORRUPT),
    ("cut.zip", lambda: handmade.zipped({"a.txt": "abc" * 99})[:60], S.PARTIAL),
    ("cut.png", lambda: handmade.picture(handmade.page("Hallo"), "PNG")[:900], S.CORRUPT),
    ("noise.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 20, S.CORRUPT),
    ("noise.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 20, S.CORRUPT),
    ("noise.msg", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 20, S.CORRUPT),
    ("noise.mp4", lambda: b"\0\0\0\x18ftypisom\0\0\0\0" + bytes(range(256)) * 20, S.CORRUPT),
    ("noise.7z", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(range(256)) * 20, S.CORRUPT),
    ("noise.gz", lambda: b"\x1f\x8b\x08" + bytes(range(256)) * 20, S.CORRUPT),
    ("noise.bin", lambda: bytes(range(256)) * 20, S.UNSUPPORTED),
    ("locked.pdf", lambda: handmade.pdf("geheim", password="x"), S.ENCRYPTED),
    ("locked.docx", encrypted_office, S.ENCRYPTED),
    ("locked.xlsx", encrypted_office, S.ENCRYPTED),
    ("locked.odt", encrypted_odt, S.ENCRYPTED),
    ("locked.zip", encrypted_zip, S.ENCRYPTED),
    ("locked.doc", lambda: handmade.doc("geheim", flags=0x0300), S.ENCRYPTED),
    ("locked.ppt", lambda: handmade.ole({"PowerPoint Document": b"", "EncryptedSummary": b""}), S.ENCRYPTED),
    ("hollow.doc", lambda: handmade.ole({"WordDocument": b""}), S.CORRUPT),
]


def _empty_docx() -> bytes:
    import docx

    buffer = io.BytesIO()
    docx.Document().save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "content", "state"), BAD, ids=[case[0] for case in BAD])
def test_a_bad_file_has_its_state_and_a_sentence(reading, name, content, state):
    extraction = reading(content(), name)
    assert extraction.state is state, extraction
    assert extraction.message.endswith((".", "!"))
    assert len(extraction.message) > 20


def test_more_bytes_than_allowed_are_not_read(reading):
    extraction = reading(b"abc" * 99, "a.txt", max_bytes=10)
    assert (extraction.state, extraction.text) == (S.TOO_LARGE, "")


def test_text_is_cut_at_its_limit(reading):
    extraction = reading(
        handmade.pdf("eins zwei drei vier", "fünf sechs sieben"), "a.pdf", limits=Limits(text_chars=25)
    )
    assert (extraction.state, len(extraction.text)) == (S.PARTIAL, 25)
    assert "25" in extraction.message
    assert max(extraction.page_starts) < 25


def test_a_file_that_is_gone_is_a_result(tmp_path):
    from workbench.extraction import ExtractOptions, read

    extraction = read(
        tmp_path / "gone", name="a.txt", media_type="text/plain", options=ExtractOptions(scratch=tmp_path)
    )
    assert extraction.state is S.CORRUPT


class Double:
    """An extractor that does what it is told."""

    version = "1"

    def __init__(self, name, act, claim=50):
        self.name, self._act, self._claim = name, act, claim

    def claim(self, media_type, head):
        return self._claim

    def extract(self, path, media_type, options):
        result = self._act(self) if callable(self._act) else self._act
        if isinstance(result, BaseException):
            raise result
        return result


def gives(text, **changes):
    return lambda self: replace(from_text(self, "text/plain", text), **changes)


def test_a_broken_engine_falls_to_the_next_and_is_remembered(reading, monkeypatch):
    order = (Double("first", ValueError("boom")), Double("passes", Declined("no")), Double("second", gives("text")))
    monkeypatch.setattr(auction, "extractors", lambda: order)
    extraction = reading(b"x", "a.txt")
    assert (extraction.state, extraction.extractor, extraction.text) == (S.OK, "second", "text")
    assert extraction.warnings == ("first failed: ValueError: boom",)


def test_without_text_the_next_engine_is_asked(reading, monkeypatch):
    order = (Double("first", gives("")), Double("second", gives("text")))
    monkeypatch.setattr(auction, "extractors", lambda: order)
    assert reading(b"x", "a.txt").extractor == "second"


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([S.CORRUPT, S.ENCRYPTED], S.ENCRYPTED),
        ([S.UNSUPPORTED, S.CORRUPT], S.CORRUPT),
        ([S.EMPTY, S.CORRUPT], S.CORRUPT),
        ([None, S.EMPTY], S.EMPTY),
        ([None, S.UNSUPPORTED], S.CORRUPT),
        ([S.CORRUPT, S.TIMEOUT], S.TIMEOUT),
    ],
)
def test_the_most_telling_state_wins(reading, monkeypatch, outcomes, state):
    def outcome(wanted):
        if wanted is None:
            return RuntimeError("engine")
        return gives("") if wanted is S.EMPTY else ExtractionError("It is so.", state=wanted)

    order = tuple(Double(f"e{number}", outcome(wanted)) for number, wanted in enumerate(outcomes))
    monkeypatch.setattr(auction, "extractors", lambda: order)
    assert reading(b"x", "a.txt").state is state


@pytest.mark.parametrize("fault", [MemoryError(), KeyboardInterrupt(), SystemExit()])
def test_what_is_not_the_file_s_fault_goes_through(reading, monkeypatch, fault):
    monkeypatch.setattr(auction, "extractors", lambda: (Double("first", fault),))
    with pytest.raises(type(fault)):
        reading(b"x", "a.txt")


def test_what_postgresql_refuses_is_removed(reading, monkeypatch):
    metadata = Metadata(title="a\0b\ud800", raw={"x\0": "y\udfff", "n": float("nan"), "b": b"\0", "l": ["\0"]})
    engine = Double("first", gives("eins\0\ud800\n\nzwei", page_starts=(0, 8), metadata=metadata))
    monkeypatch.setattr(auction, "extractors", lambda: (engine,))
    extraction = reading(b"x", "a.txt")
    assert (extraction.text, extraction.page_starts) == ("eins\n\nzwei", (0, 6))
    assert (extraction.metadata.title, dict(extraction.metadata.raw)) == ("ab", {"x": "y", "l": [""]})


def test_the_same_bytes_give_the_same_extraction(reading):
    for name, content in (("a.docx", handmade.docx()), ("a.eml", handmade.mail()), ("a.pdf", handmade.pdf("Rechnung"))):
        assert replace(reading(content, name), seconds={}) == replace(reading(content, name), seconds={})


def test_a_broken_plug_in_is_reported_and_left_out(monkeypatch):
    import importlib.metadata

    from workbench.extraction import registry

    point = importlib.metadata.EntryPoint("bad", "no.such.module:Thing", registry.GROUP)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [point])
    registry._plug_ins.cache_clear()
    try:
        assert "bad" in registry.broken_plug_ins()[0]
    finally:
        registry._plug_ins.cache_clear()


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text())
def test_clean_text_can_be_kept(text):
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert cleaned.encode("utf-8").decode() == clean(cleaned)


def test_metadata_is_bounded():
    import json

    found = jsonable({str(number): "x" * 10_000 for number in range(1_000)} | {"deep": _nested(500)})
    assert len(json.dumps(found)) < 200_000


def _nested(depth):
    value: object = "end"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("D:20250430102030+02'00'", "2025-04-30T08:20:30+00:00"),
        ("2025-04-30T10:20:30Z", "2025-04-30T10:20:30+00:00"),
        ("2025:04:30 10:20:30", "2025-04-30T10:20:30+00:00"),
        ("2025-04-30", "2025-04-30T00:00:00+00:00"),
        ("0000:00:00 00:00:00", None),
        ("D:20259999", None),
        ("soon", None),
    ],
)
def test_dates_are_read_into_utc(written, expected):
    found = moment(written)
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Sehr geehrte Damen und Herren, hiermit kündigen wir den Vertrag zum Ende des Jahres.", "de"),
        ("Dear Sir or Madam, we hereby terminate the contract at the end of this year.", "en"),
        ("Nous vous prions de trouver ci-joint notre facture pour le mois de mars.", "fr"),
        ("4711 12,50 0815", None),
        ("kurz", None),
    ],
)
def test_the_language_is_told_where_it_can_be(text, code):
    assert language(text) == code


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.sampled_from(["docx", "xlsx", "odt", "epub", "mail", "rtf"]),
    place=st.floats(0, 1),
    junk=st.binary(min_size=1, max_size=12),
)
def test_damage_never_raises(reading, seed, place, junk):
    data = bytearray(_seed(seed))
    start = int(place * (len(data) - 1))
    data[start : start + len(junk)] = junk
    extraction = reading(bytes(data), {"mail": "a.eml"}.get(seed, f"a.{seed}"), mode=Mode.FAST, ocr=False)
    assert extraction.state in set(ExtractionState)


_SEEDS: dict[str, bytes] = {}


def _seed(name):
    if name not in _SEEDS:
        _SEEDS[name] = rb"{\rtf1\ansi Hallo \'fc}" if name == "rtf" else getattr(handmade, name)()
    return _SEEDS[name]


def test_importing_the_package_is_cheap():
    import subprocess
    import sys

    code = (
        "import sys, workbench.extraction\n"
        "heavy = {'docling', 'lxml', 'PIL', 'numpy', 'pypdfium2'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("he", "שלום רב, מצורפת החשבונית עבור חודש מרץ, נא לשלם עד סוף החודש."),
        ("ar", "مرحبا، تجدون مرفقا الفاتورة لشهر مارس، يرجى الدفع قبل نهاية الشهر."),
        ("ru", "Здравствуйте, во вложении счёт за март, просим оплатить до конца месяца."),
        ("uk", "Доброго дня, у вкладенні рахунок за березень, просимо сплатити його до кінця місяця."),
        ("el", "Καλημέρα, επισυνάπτεται το τιμολόγιο του Μαρτίου, παρακαλούμε πληρώστε."),
        ("zh", "您好,附件是三月份的发票,请在月底之前付款。谢谢您的合作与支持。"),
        ("ja", "こんにちは。三月分の請求書を添付いたしますので、月末までにお支払いください。"),
    ],
)
def test_a_script_of_its_own_tells_the_language(code, text):
    assert language(text) == code


def test_a_long_run_of_blanks_costs_no_square():
    started = time.process_time()
    assert tidy("a" + " " * 2_000_000 + "b").startswith("a ")
    assert time.process_time() - started < 2
