"""Whatever bytes they are given, the readers of messages, invoices and texts end in a result or in a sentence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extraction.invoices.handmade import ubl
from tests.extraction.mail import handmade
from workbench.errors import ExtractionError
from workbench.extraction import ExtractOptions
from workbench.extraction import media_types as known
from workbench.extraction.delimited import DelimitedReader
from workbench.extraction.invoices.reader import InvoiceReader
from workbench.extraction.mail.calendar import CalendarReader
from workbench.extraction.mail.contacts import ContactReader
from workbench.extraction.mail.eml import MailReader
from workbench.extraction.mail.mbox import MboxReader
from workbench.extraction.mail.signed import SignedReader
from workbench.extraction.mail.tnef import TnefReader
from workbench.extraction.markup.latex import LatexReader
from workbench.extraction.plain import PlainReader
from workbench.extraction.subtitles import SubtitleReader
from workbench.records import Extraction

EVENT = (
    b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=Europe/Berlin:20250101T1000\nRRULE:FREQ=DAILY\n"
    b"ATTACH;VALUE=BINARY:QQ=="
)
CARD = b"BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=\n\nTEL;CELL:1\nEND:VCARD"
MAIL = (
    b"From: =?utf-8?q?a?= <a@b>\nTo: c@d\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html;"
    b" charset=utf-7\n\n<p>x\n--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQQ==\n--b--"
)
SEEDS = [
    (InvoiceReader, known.XML, ubl().encode()),
    (MailReader, known.EML, MAIL),
    (MboxReader, known.MBOX, b"From x\n" + MAIL + b"\n\nFrom y\n" + MAIL),
    (TnefReader, known.TNEF, handmade.message()),
    (SignedReader, known.PKCS7, handmade.signed(b"Inhalt", pieces=2)),
    (CalendarReader, known.ICS, EVENT),
    (ContactReader, known.VCF, CARD),
    (SubtitleReader, known.SRT, b"1\n00:00:01,000 --> 00:00:02,000\n<v A>b"),
    (DelimitedReader, known.CSV, b'a;"b;c"\n1;2\n'),
    (LatexReader, known.LATEX, b'\\title{\\"Uber \\textbf{x}}\\begin{tabular}{l}a&b\\end{tabular}%c'),
    (PlainReader, known.JSON, b'{"a": "\\u00fc", "b": [1, 2]}'),
    (PlainReader, known.MARKDOWN, b"---\ntitle: x\n---\n# y\n"),
]


@pytest.mark.parametrize(("reader", "media_type", "seed"), SEEDS, ids=lambda value: getattr(value, "__name__", None))
@settings(max_examples=40, deadline=None)
@given(place=st.integers(0, 10_000), junk=st.binary(max_size=20), gap=st.integers(0, 40), alone=st.booleans())
def test_any_bytes_end_in_a_result_or_a_sentence(tmp_path_factory, reader, media_type, seed, place, junk, gap, alone):
    place %= len(seed)
    path = tmp_path_factory.getbasetemp() / f"{reader.__name__}.blob"
    path.write_bytes(junk if alone else seed[:place] + junk + seed[place + gap :])
    options = ExtractOptions(scratch=tmp_path_factory.getbasetemp() / "scratch", name="x", tables=True)
    try:
        found = reader().extract(path, media_type, options)
    except ExtractionError as fault:
        found = str(fault)
    assert isinstance(found, Extraction) or found.endswith(".")
