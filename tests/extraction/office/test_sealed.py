"""Encrypted Office files are opened with the passwords that are given, and say so where none fits."""

import pytest

from tests.extraction import handmade
from tests.extraction.samples import locked
from workbench.extraction import Mode
from workbench.records import ExtractionState

OPEN_XML = [
    ("a.docx", handmade.docx, "Kaltmiete"),
    ("a.xlsx", handmade.xlsx, "März"),
    ("a.pptx", handmade.pptx, "Konzept"),
]


@pytest.mark.parametrize(("name", "make", "word"), OPEN_XML, ids=[case[0] for case in OPEN_XML])
def test_a_password_opens_an_office_file(reading, tmp_path, name, make, word):
    extraction = reading(locked.office(make()), name, passwords=("falsch", locked.PASSWORD), mode=Mode.FAST)
    assert extraction.state is ExtractionState.OK
    assert word in extraction.text
    assert "The file is encrypted; a password opened it." in extraction.warnings
    assert not [path for path in (tmp_path / "scratch").rglob("*") if path.is_file()]


def test_without_its_name_an_office_file_is_what_it_is_inside(reading):
    extraction = reading(locked.office(handmade.xlsx()), "unbenannt", passwords=(locked.PASSWORD,))
    assert "Umsätze" in extraction.text


def test_a_wrong_password_says_so(reading):
    extraction = reading(locked.office(handmade.docx()), "a.docx", passwords=("falsch",))
    assert (extraction.state, extraction.text) == (ExtractionState.ENCRYPTED, "")
    assert "none of the given passwords" in extraction.message


def test_an_old_workbook_is_opened(reading):
    assert reading(locked.xls(), "a.xls").state is ExtractionState.ENCRYPTED
    extraction = reading(locked.xls(), "a.xls", passwords=(locked.PASSWORD,))
    assert extraction.state is ExtractionState.OK
    assert "Umsätze des Monats" in extraction.text


def test_a_workbook_that_is_only_protected_from_changes_needs_no_password(reading):
    assert "März" in reading(locked.office(handmade.xlsx(), "VelvetSweatshop"), "a.xlsx").text
    assert "4711.5" in reading(locked.xls("VelvetSweatshop"), "a.xls").text


def test_a_password_without_end_is_not_computed(reading):
    hostile = locked.office(handmade.docx()).replace(b'spinCount="100000"', b'spinCount="999999"')
    extraction = reading(hostile, "a.docx", passwords=(locked.PASSWORD,))
    assert extraction.state is ExtractionState.ENCRYPTED
    assert "too many rounds" in extraction.message


@pytest.mark.parametrize("cut", [600, 6000])
def test_a_damaged_encrypted_file_has_a_state(reading, cut):
    data = locked.office(handmade.docx())
    extraction = reading(data[:-cut], "a.docx", passwords=(locked.PASSWORD,))
    assert not extraction.state.is_readable
    assert extraction.message.endswith(".")


def test_a_password_opens_an_open_document(reading, tmp_path):
    sealed = locked.opendocument(handmade.odt())
    assert reading(sealed, "a.odt").state is ExtractionState.ENCRYPTED
    extraction = reading(sealed, "a.odt", passwords=("falsch", locked.PASSWORD), mode=Mode.FAST)
    assert extraction.state is ExtractionState.OK
    assert "480,25 Euro" in extraction.text
    assert not [path for path in (tmp_path / "scratch").rglob("*") if path.is_file()]


def test_an_open_document_that_no_password_opens_is_encrypted(reading):
    extraction = reading(locked.opendocument(handmade.odt()), "a.odt", passwords=("falsch",))
    assert (extraction.state, extraction.text) == (ExtractionState.ENCRYPTED, "")
    assert "none of the given passwords" in extraction.message


def test_an_open_document_locked_in_an_unknown_way_is_encrypted(reading):
    from tests.extraction.samples.packages import rewritten

    sealed = locked.opendocument(handmade.odt())
    for former, later in ((b"aes256-cbc", b"aes256-gcm"), (b'count="1000"', b'count="999999999"')):
        changed = rewritten(sealed, {"META-INF/manifest.xml": lambda part, f=former, t=later: part.replace(f, t)})
        assert reading(changed, "a.odt", passwords=(locked.PASSWORD,)).state is ExtractionState.ENCRYPTED


def test_a_password_does_no_harm_to_an_open_document_without_one(reading):
    assert reading(handmade.odt(), "a.odt", passwords=("x",), mode=Mode.FAST).warnings == ()
