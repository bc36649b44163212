"""Outlook messages: names of attachments, messages inside messages, pages in the wrong code page."""

import struct
from email import message_from_bytes
from email.policy import default

import pytest

from workbench.extraction.mail.outlook_nested import as_mail, nested
from workbench.extraction.mail.outlook_parts import attached_name, body

TEXT, BINARY, OBJECT = 0x1F, 0x102, 0x0D


def _storage(path, values, storages=(), *, header):
    """A storage as python-oxmsg makes it of an OLE container."""
    from oxmsg.storage import Storage, Stream

    rows, streams = b"", []
    for (name, kind), value in values.items():
        data = value.encode("utf-16-le") if kind == TEXT else value
        rows += struct.pack("<HHIQ", kind, name, 6, len(data) + 2 * (kind == TEXT))
        if kind != OBJECT:
            streams.append(Stream(f"{path}/__substg1.0_{name:04X}{kind:04X}", data))
    streams.append(Stream(f"{path}/__properties_version1.0", b"\0" * header + rows))
    return Storage(path=path, streams=tuple(streams), storages=tuple(storages))


def _file(number, name, data, *, short=False):
    key = (0x3704, TEXT) if short else (0x3707, TEXT)
    path = f"x/__attach_version1.0_#{number:08X}"
    return _storage(path, {key: name, (0x3701, BINARY): data}, header=8)


def _recipient(name, address):
    return _storage("x/__recip_version1.0_#00000000", {(0x3001, TEXT): name, (0x39FE, TEXT): address}, header=8)


def _attached_message(depth=1):
    inner = [_file(0, "Preise.csv", b"1;2")]
    if depth > 1:
        inner = [_attached_message(depth - 1)]
    values = {
        (0x0037, TEXT): "Frühere Frage",
        (0x0C1A, TEXT): "Jürgen Groß",
        (0x0C1F, TEXT): "juergen@example.org",
        (0x1000, TEXT): "Was kostet das?",
    }
    storages = [*inner, _recipient("Käthe", "kaethe@example.org")]
    message = _storage("x/a/__substg1.0_3701000D", values, storages, header=24)
    return _storage("x/__attach_version1.0_#00000001", {(0x3701, OBJECT): b""}, [message], header=8)


def test_a_message_inside_a_message_becomes_a_mail():
    from oxmsg.attachment import Attachment

    message = nested(Attachment(_attached_message()))
    assert message is not None
    mail = message_from_bytes(as_mail(message).as_bytes(), policy=default)
    assert (mail["Subject"], mail["To"]) == ("Frühere Frage", "Käthe <kaethe@example.org>")
    assert "juergen@example.org" in mail["From"]
    assert mail.get_body().get_content().strip() == "Was kostet das?"
    assert [(part.get_filename(), part.get_content()) for part in mail.iter_attachments()] == [("Preise.csv", b"1;2")]


def test_messages_inside_messages_end_somewhere():
    from oxmsg.attachment import Attachment

    message = nested(Attachment(_attached_message(30)))
    assert message is not None
    assert as_mail(message).as_bytes().count(b"message/rfc822") == 5


def test_a_file_is_no_message_and_may_have_only_its_short_name():
    from oxmsg.attachment import Attachment

    attachment = Attachment(_file(0, "RECHNU~1.PDF", b"%PDF", short=True))
    assert (nested(attachment), attached_name(attachment)) == (None, "RECHNU~1.PDF")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_a_page_is_read_whatever_its_code_page_is_said_to_be(encoding):
    from oxmsg import Message

    page = "<p>Schöne Grüße</p>".encode(encoding)
    assert body(Message(_storage("x", {(0x1013, BINARY): page}, header=32))) == "Schöne Grüße"
