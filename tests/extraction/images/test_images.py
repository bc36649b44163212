"""Pictures of every kind: pages in goes, what the camera wrote, and bytes that mean harm."""

import io
import struct
import time
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from tests.extraction import handmade
from workbench.extraction import Limits
from workbench.extraction.images import frames
from workbench.extraction.images.captions import caption
from workbench.extraction.images.exif import picture_metadata
from workbench.extraction.merging import merged
from workbench.records import ExtractionState as S

PAGES = ("Die erste Seite des Vertrages", "Die zweite Seite mit Anlagen", "Die dritte Seite und Schluss")
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmp:CreatorTool="Scanner 9"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">Der Hof</rdf:li></rdf:Alt></dc:title>'
    "<dc:creator><rdf:Seq><rdf:li>Käthe Groß</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def tiff(*lines: str, **options: object) -> bytes:
    first, *rest = (handmade.page(line) for line in lines)
    return handmade.picture(first, "TIFF", save_all=True, append_images=rest, dpi=(150, 150), **options)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_a_long_tiff_comes_in_goes_that_make_one_text(reading):
    data = tiff(*PAGES)
    read = reading(data, "x.tif", ocr_budget_s=0.001)
    assert (read.state, read.next_page) == (S.PARTIAL, 2)
    assert read.message == "Recognised 1 of 3 pages so far; the rest follows."
    assert len(read.page_starts) == 3
    goes = 1
    while read.next_page is not None:
        read = merged(read, reading(data, "x.tif", ocr_budget_s=0.001, first_page=read.next_page))
        goes += 1
    assert (goes, read.state, read.message) == (3, S.OK, "")
    assert [read.text[start:][:9] for start in read.page_starts] == ["Die erste", "Die zweit", "Die dritt"]
    assert [page.page for page in read.recognised] == [1, 2, 3]


def test_without_a_budget_all_pages_are_read_at_once(reading):
    read = reading(tiff(*PAGES), "x.tif", ocr_budget_s=0)
    assert (read.state, read.next_page, len(read.recognised)) == (S.OK, None, 3)
    assert read.seconds["ocr"] > 0


@pytest.mark.parametrize("packing", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_tiffs_of_any_compression_are_read(reading, packing):
    assert "erste Seite" in reading(tiff(PAGES[0], compression=packing), "x.tif").text


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_pictures_of_any_colour_mode_are_read(reading, mode):
    page = handmade.page(PAGES[0]).convert("L")
    deep = Image.fromarray(np.asarray(page).astype("uint16") * 257) if mode == "I;16" else None
    assert "erste Seite" in reading(saved(deep or page.convert(mode), "TIFF"), "x.tif").text


def test_black_print_on_nothing_and_an_animation_are_read(reading):
    page = handmade.page(PAGES[0]).convert("L")
    clear = Image.new("RGBA", page.size, (0, 0, 0, 0))
    clear.putalpha(page.point(lambda value: 255 - value))
    assert "erste Seite" in reading(saved(clear, "PNG"), "x.png").text
    moving = saved(page, "GIF", save_all=True, append_images=[handmade.page(PAGES[1]).convert("L")])
    read = reading(moving, "x.gif")
    assert "erste Seite" in read.text
    assert "zweite" not in read.text


def test_a_very_tall_photo_is_read(reading):
    read = reading(saved(Image.new("L", (1, 65_000), 255), "JPEG"), "x.jpg")
    assert (read.state, read.metadata.height) == (S.OK, 65_000)


def test_a_tiff_with_more_pages_than_are_read_says_so(reading, monkeypatch):
    monkeypatch.setattr(frames, "MOST_PAGES", 2)
    read = reading(tiff(*PAGES), "x.tif", ocr=False)
    assert (read.state, read.metadata.page_count) == (S.PARTIAL, 2)
    assert read.message.startswith("Only the first 2 pages are read")
    assert reading(tiff(*PAGES[:2]), "x.tif", ocr=False).state is S.EMPTY


def test_a_photo_is_turned_as_the_camera_was_held(reading):
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = handmade.page(*PAGES).convert("L").rotate(90, expand=True)
    assert "zweite Seite" in reading(saved(sideways, "JPEG", exif=exif, quality=95), "x.jpg").text


def test_a_cut_off_picture_gives_what_is_there(reading):
    page = handmade.page(*PAGES * 6).convert("L")
    whole = saved(page, "JPEG", quality=95)
    read = reading(whole[: len(whole) * 2 // 3], "x.jpg")
    assert read.state is S.PARTIAL
    assert "cut off" in read.message
    assert "erste Seite" in read.text


def test_where_and_when_a_photo_was_taken(reading):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0131] = "Rheinoptik", "R 5", "Firmware 1.2"
    exif.get_ifd(0x8769).update({0x9003: "2025:03:01 14:30:00", 0x9011: "+02:00"})
    south = (IFDRational(33), IFDRational(51), IFDRational(54))
    west = (IFDRational(70), IFDRational(30), IFDRational(0))
    exif.get_ifd(0x8825).update({1: "S", 2: south, 3: "W", 4: west})
    found = reading(saved(Image.new("RGB", (60, 40), "red"), "JPEG", exif=exif, dpi=(300, 300)), "x.jpg").metadata
    assert (found.latitude, found.longitude) == (-33.865, -70.5)
    assert found.created_at is not None
    assert found.created_at.isoformat() == "2025-03-01T12:30:00+00:00"
    assert (found.raw["Make"], found.raw["Model"], found.software) == ("Rheinoptik", "R 5", "Firmware 1.2")
    assert (found.width, found.height, found.raw["mode"], found.raw["dpi"]) == (60, 40, "RGB", 300)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "TIFF"])
def test_title_and_author_come_from_xmp(reading, kind):
    options = {"tiffinfo": {700: XMP.encode()}} if kind == "TIFF" else {"xmp": XMP.encode()}
    found = reading(saved(Image.new("RGB", (60, 40)), kind, **options), f"x.{kind.lower()}").metadata
    assert (found.title, found.author, found.software) == ("Der Hof", "Käthe Groß", "Scanner 9")


def test_a_colour_profile_is_named(reading):
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    found = reading(saved(Image.new("RGB", (60, 40)), "JPEG", icc_profile=profile), "x.jpg").metadata
    assert "sRGB" in found.raw["icc_profile"]
    broken = reading(saved(Image.new("RGB", (60, 40)), "JPEG", icc_profile=b"nonsense"), "x.jpg")
    assert broken.metadata.raw["icc_profile"] == "unnamed"


def test_a_tiff_whose_pages_lead_back_to_the_first_ends(reading):
    data = bytearray(saved(Image.new("L", (30, 30), 255), "TIFF"))
    at = struct.unpack("<I", data[4:8])[0]
    entries = struct.unpack("<H", data[at : at + 2])[0]
    struct.pack_into("<I", data, at + 2 + 12 * entries, at)
    assert reading(bytes(data), "x.tif", ocr=False).metadata.page_count == 1


def test_a_tiff_of_a_million_empty_pages_ends_soon(reading):
    page = struct.pack("<H", 0)
    data = b"II*\0" + struct.pack("<I", 8) + b"".join(page + struct.pack("<I", 8 + 6 * n) for n in range(1, 400_000))
    started = time.process_time()
    assert reading(data, "x.tif").state in {S.CORRUPT, S.PARTIAL, S.OK, S.EMPTY}
    assert time.process_time() - started < 5


@pytest.mark.parametrize("size", [(1, 1), (1, 60_000), (60_000, 1), (24, 30_000)])
def test_odd_sizes_have_a_state(reading, size):
    assert reading(saved(Image.new("L", size, 255), "PNG"), "x.png").state is S.OK


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "GIF", "WEBP", "BMP"])
def test_bombs_are_refused_before_they_are_decoded(reading, kind):
    data = saved(Image.new("P" if kind == "GIF" else "RGB", (900, 900)), kind)
    started = time.process_time()
    assert reading(data, f"x.{kind.lower()}", limits=Limits(pixels=500_000)).state is S.TOO_LARGE
    assert time.process_time() - started < 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(noise=st.binary(min_size=1, max_size=400), at=st.integers(0, 300))
def test_damaged_exif_never_stops_a_picture(noise, at):
    exif = Image.Exif()
    exif[0x010F] = "Rheinoptik"
    exif.get_ifd(0x8825).update({1: "N", 2: (IFDRational(1),) * 3, 3: "E", 4: (IFDRational(1),) * 3})
    packed = exif.tobytes()
    packed = packed[: at % len(packed)] + noise + packed[at % len(packed) :]
    picture = saved(Image.new("L", (8, 8)), "JPEG", exif=packed)
    with warnings.catch_warnings():
        # Pillow warns about what is damaged; the reader does not pass that on.
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(picture)) as image:
            found = picture_metadata(image)
    assert found.latitude is None or -90 <= found.latitude <= 90


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"<x>{text}</x>".encode("utf-8", "replace")))
def test_any_xmp_gives_a_caption(packet):
    image = Image.new("L", (8, 8))
    image.info["xmp"] = packet
    caption(image)
