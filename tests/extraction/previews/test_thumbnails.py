"""Small pictures of pages: what can be drawn is drawn, what cannot gives none."""

import io
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.extraction import handmade
from tests.extraction.samples import footage, packages
from tests.extraction.samples.every import EVERY
from workbench.extraction import media_types as known
from workbench.extraction.previews import page_picture, thumbnails
from workbench.records import Thumbnail

RED, WHITE = (255, 0, 0), (255, 255, 255)


@pytest.fixture
def drawn(tmp_path: Path):
    """Draw the first pages of these bytes."""

    def draw(data: bytes, media_type: str, *, pages: int = 1, longest_px: int = 100, **more) -> tuple[Thumbnail, ...]:
        path = tmp_path / "blob"
        path.write_bytes(data)
        return thumbnails(path, media_type, pages=pages, longest_px=longest_px, **more)

    return draw


def opened(preview: Thumbnail) -> Image.Image:
    image = Image.open(io.BytesIO(preview.data))
    assert (image.format, preview.media_type) == ("WEBP", "image/webp")
    assert image.size == (preview.width, preview.height)
    return image.convert("RGB")


def is_near(pixel, colour) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=True))


def test_the_first_pages_of_a_pdf_are_drawn(drawn):
    previews = drawn(handmade.pdf("eins", "zwei", "drei"), known.PDF, pages=2, longest_px=200)
    assert [(preview.page, max(preview.width, preview.height)) for preview in previews] == [(1, 200), (2, 200)]
    image = opened(previews[0])
    assert is_near(image.getpixel((0, 0)), WHITE)
    assert image.convert("L").getextrema()[0] < 200


def test_an_encrypted_pdf_is_drawn_with_its_password(drawn):
    data = handmade.pdf("geheim", password="x")
    assert drawn(data, known.PDF) == ()
    assert len(drawn(data, known.PDF, passwords=("falsch", "x"))) == 1


def test_a_pdf_page_of_a_huge_picture_is_not_drawn(drawn):
    data = handmade.scanned_pdf(Image.new("L", (2000, 2000), 0), Image.new("L", (100, 100), 0))
    assert [preview.page for preview in drawn(data, known.PDF, pages=2, most_pixels=1_000_000)] == [2]


def test_a_scan_of_several_pages_is_drawn_page_by_page(drawn):
    pages = [Image.new("RGB", (60, 40), colour) for colour in (WHITE, RED)]
    data = handmade.picture(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    previews = drawn(data, known.TIFF, pages=5)
    assert [(preview.page, preview.width, preview.height) for preview in previews] == [(1, 60, 40), (2, 60, 40)]
    assert is_near(opened(previews[1]).getpixel((30, 20)), RED)


def test_a_photograph_stands_upright(drawn):
    image = Image.new("RGB", (80, 40), WHITE)
    image.paste(RED, (0, 0, 40, 40))
    exif = image.getexif()
    exif[0x0112] = 6  # turned by a quarter to the right
    preview = drawn(handmade.picture(image, "JPEG", exif=exif, quality=95), known.JPEG, longest_px=40)[0]
    assert (preview.width, preview.height) == (20, 40)
    assert is_near(opened(preview).getpixel((10, 5)), RED)
    assert is_near(opened(preview).getpixel((10, 35)), WHITE)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "PA", "1", "I", "I;16", "F", "CMYK", "L"])
def test_pictures_of_every_mode_are_drawn(drawn, mode):
    kind = {"PA": "TIFF", "I": "TIFF", "I;16": "TIFF", "F": "TIFF", "CMYK": "TIFF"}.get(mode, "PNG")
    base = Image.new("L", (300, 200), 128)
    image = (
        base.convert("I").convert("I;16")
        if mode == "I;16"
        else base.convert("P").convert("PA")
        if mode == "PA"
        else base.convert(mode)
    )
    if mode == "PA":
        image, kind = image.convert("RGBA"), "PNG"
    preview = drawn(handmade.picture(image, kind), known.TIFF if kind == "TIFF" else known.PNG)[0]
    assert (preview.width, preview.height) == (100, 67)


def test_what_is_transparent_is_white(drawn):
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert is_near(opened(drawn(handmade.picture(image, "PNG"), known.PNG)[0]).getpixel((20, 20)), WHITE)


def test_a_line_keeps_a_pixel_of_height(drawn):
    preview = drawn(handmade.picture(Image.new("RGB", (5000, 2), RED), "PNG"), known.PNG)[0]
    assert (preview.width, preview.height) == (100, 1)


def test_a_film_shows_a_frame_and_music_its_cover(drawn):
    frame = drawn(footage.film("mp4"), known.MP4)[0]
    assert (frame.width, frame.height) == (100, 75)
    cover = drawn(footage.music_with_cover(), known.MP3)[0]
    assert (cover.width, cover.height) == (64, 48)
    assert is_near(opened(cover).getpixel((30, 20)), RED)
    assert drawn(footage.sound("mp3"), known.MP3) == ()


def carriers() -> list[tuple[str, str]]:
    return [
        ("docProps/thumbnail.jpeg", known.DOCX),
        ("Thumbnails/thumbnail.png", known.ODT),
        ("preview.jpg", known.PAGES),
        ("QuickLook/Thumbnail.jpg", known.KEY),
    ]


@pytest.mark.parametrize(("member", "media_type"), carriers())
def test_an_office_file_shows_what_it_carries(drawn, member, media_type):
    picture = handmade.picture(Image.new("RGB", (50, 70), RED), "JPEG" if "j" in member[-4:] else "PNG")
    preview = drawn(handmade.zipped({member: picture}), media_type)[0]
    assert (preview.page, preview.width, preview.height) == (1, 50, 70)
    assert drawn(handmade.zipped({"a": "b"}), media_type) == ()


def test_a_document_of_iwork_shows_the_pages_of_its_pdf(drawn):
    data = handmade.zipped({"QuickLook/Preview.pdf": handmade.pdf("eins", "zwei")})
    assert [preview.page for preview in drawn(data, known.PAGES, pages=3)] == [1, 2]


@pytest.mark.parametrize(
    "item",
    [
        '<item id="x" href="../c.png" properties="cover-image"/>',
        '<meta name="cover" content="x"/><item id="x" href="../c.png"/>',
        '<item id="cover" href="../c.png"/>',
    ],
)
def test_a_book_shows_its_cover(drawn, item):
    members = {
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="b/p.opf"/></rootfiles></container>',
        "b/p.opf": f"<package>{item}</package>",
        "c.png": handmade.picture(Image.new("RGB", (30, 40), RED), "PNG"),
    }
    assert [(one.width, one.height) for one in drawn(handmade.zipped(members), known.EPUB)] == [(30, 40)]


def test_a_picture_of_too_many_pixels_is_not_decoded(drawn):
    data = handmade.picture(Image.new("1", (9000, 9000)), "PNG")
    assert drawn(data, known.PNG) == ()
    assert len(drawn(data, known.PNG, most_pixels=100_000_000)) == 1


def test_one_page_is_drawn_at_a_resolution(tmp_path):
    path = tmp_path / "blob"
    path.write_bytes(handmade.pdf("eins", "zwei"))
    page = page_picture(path, known.PDF, 2, dpi=100)
    assert (page.page, page.width, page.height) == (2, 827, 1170)
    assert page_picture(path, known.PDF, 3, dpi=100) is None
    assert max(page_picture(path, known.PDF, 1, dpi=2000).width, 4096) == 4096
    path.write_bytes(handmade.picture(Image.new("L", (3000, 2000)), "TIFF", dpi=(300, 300)))
    assert (page_picture(path, known.TIFF, 1, dpi=150).width, page_picture(path, known.TIFF, 1, dpi=600).width) == (
        1500,
        3000,
    )
    assert page_picture(path, known.TIFF, 2, dpi=150) is None
    assert page_picture(path, known.DOCX, 1, dpi=150) is None


BROKEN = [b"", b"%PDF-1.7\nnoise", b"\x89PNG\r\n\x1a\n" + bytes(99), b"PK\x03\x04" + bytes(99), bytes(range(256)) * 9]


@pytest.mark.parametrize("media_type", sorted({sample.media_type for sample in EVERY}))
def test_what_is_broken_has_no_picture(drawn, media_type):
    for data in BROKEN[:3]:
        assert drawn(data, media_type) == ()


def test_a_file_that_is_gone_has_no_picture(tmp_path):
    assert thumbnails(tmp_path / "gone", known.PDF, pages=1, longest_px=100) == ()


WHOLE = (
    (handmade.pdf("eins"), known.PDF),
    (handmade.picture(Image.effect_noise((60, 40), 50), "JPEG"), known.JPEG),
    (handmade.picture(Image.effect_noise((60, 40), 50), "GIF"), known.GIF),
    (handmade.zipped({"docProps/thumbnail.png": handmade.picture(Image.new("L", (9, 9)), "PNG")}), known.DOCX),
    (packages.apple("key", "a"), known.KEY),
)


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(WHOLE), st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_any_damage_gives_a_picture_or_none(drawn, whole, place, noise):
    data, media_type = whole
    place %= len(data)
    assert len(drawn(data[:place] + noise + data[place + len(noise) :], media_type)) <= 1


def test_ffmpeg_is_gone_when_its_time_is_up(tmp_path):
    from workbench.errors import ExtractionError
    from workbench.extraction import programs

    script = tmp_path / "slow"
    script.write_text("#!/bin/sh\nsleep 61.5 &\nsleep 61.5\n")
    script.chmod(0o755)
    with pytest.raises(ExtractionError, match=r"slow needed more than 0.3 s"):
        programs.run([str(script)], timeout_s=0.3, most_bytes=10)
    assert ["sleep", "61.5"] not in [process.info["cmdline"] for process in psutil.process_iter(["cmdline"])]


def test_a_program_that_writes_without_end_is_cut():
    from workbench.extraction import programs

    output = programs.run(["yes"], timeout_s=20, most_bytes=100_000)
    assert (len(output.data), output.is_cut) == (100_000, True)
