"""Who takes part in the auction: the built-in extractors and those of plug-ins.

A plug-in registers a class or an instance in the entry point group
``workbench.extractors``; a broken one is reported and left out.
"""

import logging
from functools import lru_cache

from workbench.extraction.protocol import Extractor

log = logging.getLogger(__name__)

GROUP = "workbench.extractors"


@lru_cache(maxsize=1)
def extractors() -> tuple[Extractor, ...]:
    """Return all extractors, built-in ones first."""
    return (*built_in(), *_plug_ins()[0])


def broken_plug_ins() -> tuple[str, ...]:
    """Return a sentence for each plug-in that could not be loaded."""
    return _plug_ins()[1]


@lru_cache(maxsize=1)
def built_in() -> tuple[Extractor, ...]:
    """Return the extractors of this package; importing them costs next to nothing."""
    from workbench.extraction.archives.packed import LibarchiveReader
    from workbench.extraction.archives.single import SingleReader
    from workbench.extraction.archives.zipped import ZipReader
    from workbench.extraction.delimited import DelimitedReader
    from workbench.extraction.docling_bridge.pdf import StructuredPdfReader
    from workbench.extraction.docling_bridge.reader import DoclingReader
    from workbench.extraction.images.reader import ImageReader
    from workbench.extraction.invoices.reader import InvoiceReader
    from workbench.extraction.markup.epub import EpubReader
    from workbench.extraction.markup.html import HtmlReader
    from workbench.extraction.markup.latex import LatexReader
    from workbench.extraction.markup.xml import XmlReader
    from workbench.extraction.media.reader import MediaReader
    from workbench.extraction.pdf.reader import PdfReader
    from workbench.extraction.pdf.second import SecondPdfReader
    from workbench.extraction.plain import PlainReader
    from workbench.extraction.subtitles import SubtitleReader
    from workbench.extraction.unknown import UnknownReader

    return (
        StructuredPdfReader(),
        PdfReader(),
        SecondPdfReader(),
        ImageReader(),
        DoclingReader(),
        *_of_office(),
        EpubReader(),
        HtmlReader(),
        InvoiceReader(),
        XmlReader(),
        *_of_mail(),
        ZipReader(),
        LibarchiveReader(),
        SingleReader(),
        MediaReader(),
        SubtitleReader(),
        DelimitedReader(),
        LatexReader(),
        PlainReader(),
        UnknownReader(),
    )


def _of_office() -> tuple[Extractor, ...]:
    """Return the readers of word processors, sheets and slides."""
    from workbench.extraction.office.binary import CatdocReader, PowerPointBinaryReader, WordBinaryReader
    from workbench.extraction.office.iwork import IWorkReader
    from workbench.extraction.office.libreoffice import LibreOfficeReader
    from workbench.extraction.office.open_xml import PresentationReader, WordReader
    from workbench.extraction.office.opendocument import OpenDocumentReader
    from workbench.extraction.office.rich_text import RichTextReader
    from workbench.extraction.office.sealed import SealedOfficeReader
    from workbench.extraction.office.sealed_opendocument import SealedOpenDocumentReader
    from workbench.extraction.office.spreadsheets import SpreadsheetReader
    from workbench.extraction.office.visio import VisioReader

    return (
        SealedOfficeReader(),
        SealedOpenDocumentReader(),
        WordReader(),
        PresentationReader(),
        SpreadsheetReader(),
        OpenDocumentReader(),
        RichTextReader(),
        IWorkReader(),
        VisioReader(),
        WordBinaryReader(),
        CatdocReader(),
        PowerPointBinaryReader(),
        LibreOfficeReader(),
    )


def _of_mail() -> tuple[Extractor, ...]:
    """Return the readers of messages and what travels with them."""
    from workbench.extraction.mail.calendar import CalendarReader
    from workbench.extraction.mail.contacts import ContactReader
    from workbench.extraction.mail.eml import MailReader
    from workbench.extraction.mail.mbox import MboxReader
    from workbench.extraction.mail.outlook import OutlookReader
    from workbench.extraction.mail.signed import SignedReader
    from workbench.extraction.mail.tnef import TnefReader
    from workbench.extraction.mail.web_archive import MhtmlReader

    return (
        MhtmlReader(),
        MailReader(),
        MboxReader(),
        OutlookReader(),
        TnefReader(),
        SignedReader(),
        CalendarReader(),
        ContactReader(),
    )


@lru_cache(maxsize=1)
def _plug_ins() -> tuple[tuple[Extractor, ...], tuple[str, ...]]:
    from importlib.metadata import entry_points

    loaded: list[Extractor] = []
    broken: list[str] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            found = point.load()
            plug_in = found() if isinstance(found, type) else found
            plug_in.claim("application/octet-stream", b"")
        except Exception as fault:  # a plug-in may fail in any way
            broken.append(f"the extractor plug-in '{point.name}' ({point.value}) cannot be used: {fault}")
            log.warning("%s", broken[-1])
            continue
        loaded.append(plug_in)
    return tuple(loaded), tuple(broken)
