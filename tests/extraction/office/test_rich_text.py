"""RTF gives the words that a person sees, wherever they stand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.extraction.office.rtf_text import rtf_text
from workbench.records import ExtractionState

CASES = {
    "umlauts as bytes and as codes": (rb"{\rtf1 Sch\'f6ne Gr\u252?\u223?e}", "Schöne Grüße"),
    "more than one letter after a code": (rb"{\rtf1\uc2 \u252\'81\'40ber}", "über"),
    "no letter after a code": (rb"{\rtf1\uc0 \u252 ber}", "über"),
    "a letter of two halves": (rb"{\rtf1\uc1 \u-10179?\u-8704?}", "😀"),
    "a table": (rb"{\rtf1\trowd\intbl Miete\cell 480,25\cell\row Ende}", "Miete\t480,25\t\nEnde"),
    "header, footer and note": (
        rb"{\rtf1{\header Kopf\par}{\headerf Kopf\par}Text{\footnote Anmerkung}{\footer Fu\'df}}",
        "\nKopf\nText\n\nAnmerkung\n\nFuß",
    ),
    "a picture": (rb"{\rtf1 vor{\pict\pngblip 89504e47}nach}", "vornach"),
    "bytes of a picture": (b"{\\rtf1 vor{\\pict\\bin5 }}{}{}nach}", "vornach"),
    "a count beyond the end": (rb"{\rtf1 {\bin999999999999 x} Hallo}", "x Hallo"),
    "an embedded object": (rb"{\rtf1{\object\objemb{\*\objdata 0105}{\result Bild}}}", "Bild"),
    "a field": (rb'{\rtf1{\field{\*\fldinst HYPERLINK "http://x"}{\fldrslt Verweis}}}', "Verweis"),
    "a text box": (
        rb"{\rtf1 Text{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt Kasten}}{\shprslt Kasten}}}",
        "Text\n\nKasten",
    ),
    "an unknown group": (rb"{\rtf1 da{\*\neu weg{tief}}bei}", "dabei"),
    "deleted text": (rb"{\rtf1 gilt{\deleted gilt nicht}\deleted weg\deleted0 wieder}", "giltwieder"),
    "Cyrillic by its font": (rb"{\rtf1{\fonttbl{\f1\fcharset204 A;}{\f2\fcharset0 B;}}\f1\'cf\'f0\f2\'fc}", "Прü"),
    "Cyrillic by its code page": (rb"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8}", "При"),
    "Macintosh": (rb"{\rtf1\mac Gr\'9f\'a7e}", "Grüße"),
    "Japanese in two bytes": (rb"{\rtf1{\fonttbl{\f1\fcharset128 A;}}\f1\'93\'fa\'96\'7b}", "日本"),
    "signs": (rb"{\rtf1 a\emdash b\~c\_d\-e\{f\}\\}", "a—b c-de{f}\\"),
    "too many closing braces": (b"{\\rtf1 eins}}}} zwei", "eins zwei"),
    "no closing brace": (b"{\\rtf1 {\\b eins", "eins"),
}


@pytest.mark.parametrize(("data", "words"), CASES.values(), ids=CASES)
def test_words_are_found(data, words):
    assert rtf_text(data).strip("\n") == words.strip("\n")


def test_an_rtf_document_gives_text_and_metadata(reading):
    data = rb"{\rtf1\ansi\ansicpg1252{\info{\title K\'fcndigung}{\author Gro\'df}}Sch\'f6ne}"
    extraction = reading(data, "a.rtf")
    assert (extraction.text, extraction.metadata.title, extraction.metadata.author) == ("Schöne", "Kündigung", "Groß")


def test_braces_without_end_are_bounded(reading):
    extraction = reading(b"{\\rtf1 " + b"{" * 300_000 + b"unten", "a.rtf")
    assert (extraction.state, extraction.text) == (ExtractionState.OK, "unten")


CONTROLS = rb"{ } \* \u-10179 \'e4 \bin9 \f1 \plain \ansicpg932 \uc99 \fonttbl \fcharset204 \header \deleted \pict x"
WORDS = st.sampled_from([*CONTROLS.split(), b"\\", b"\\'", b"\\shptxt", b"\\ansicpg0", b"\n"])


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(WORDS | st.binary(max_size=4), max_size=60))
def test_any_bytes_give_text(pieces):
    text = rtf_text(b"{\\rtf1" + b"".join(pieces))
    text.encode("utf-8", "strict")
