"""Long PDFs and scanned pages, written for measuring; made once for each size."""

import random
from pathlib import Path

from benchmarks.documents import PROJECT

_WORDS = PROJECT / "test-data" / "samples" / "vocabulary.de.txt"
LINES_A_PAGE = 46


def pdfs(scratch: Path, *, count: int, pages: int, seed: int) -> list[Path]:
    """So many PDFs of German words in lines, each of so many pages."""
    folder = scratch / f"pdfs-{count}-{pages}-{seed}"
    made = [folder / f"{number:04}.pdf" for number in range(count)]
    if not made[-1].is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for number, file in enumerate(made):
            _write(file, pages=pages, dice=random.Random(f"{seed} {number}"))
    return made


def large_pdf(scratch: Path, *, megabytes: int, seed: int) -> Path:
    """One text PDF of about so many megabytes."""
    file = scratch / f"large-{megabytes}-{seed}.pdf"
    if not file.is_file():
        probe = scratch / "probe.pdf"
        _write(probe, pages=20, dice=random.Random(seed))
        pages = round(megabytes * 1e6 / (probe.stat().st_size / 20))
        _write(file, pages=pages, dice=random.Random(seed))
    return file


def scans(scratch: Path, *, count: int, dpi: int, seed: int) -> list[Path]:
    """So many pages as grey pictures with the unrest of a scanner."""
    import pypdfium2
    from PIL import Image, ImageFilter

    folder = scratch / f"scans-{count}-{dpi}-{seed}"
    made = [folder / f"{number:04}.png" for number in range(count)]
    if made[-1].is_file():
        return made
    folder.mkdir(parents=True, exist_ok=True)
    document = pypdfium2.PdfDocument(pdfs(scratch, count=1, pages=count, seed=seed)[0])
    for number, file in enumerate(made):
        page = document[number].render(scale=dpi / 72, grayscale=True).to_pil()
        noise = Image.effect_noise(page.size, 24)
        blurred = page.filter(ImageFilter.GaussianBlur(0.6))
        Image.blend(blurred, noise, 0.12).save(file, dpi=(dpi, dpi))
    return made


def _write(file: Path, *, pages: int, dice: random.Random) -> None:
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    words = _WORDS.read_text(encoding="utf-8").split()
    canvas = Canvas(str(file), pagesize=A4, pageCompression=0)
    for number in range(pages):
        text = canvas.beginText(60, A4[1] - 70)
        text.setFont("Helvetica", 11)
        text.setLeading(15.5)
        for _ in range(LINES_A_PAGE):
            text.textLine(" ".join(dice.choices(words, k=10))[:92])
        canvas.drawText(text)
        canvas.drawString(290, 30, str(number + 1))
        canvas.showPage()
    canvas.save()
