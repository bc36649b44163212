"""A long scan is read in goes, and the goes together give what one go gives."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extraction import handmade
from tests.extraction.pdf import made
from workbench.errors import ExtractionError
from workbench.extraction import ExtractOptions
from workbench.extraction.cleaning import join_pages
from workbench.extraction.merging import merged, page_texts, waiting
from workbench.extraction.pdf import pages as reading_pages
from workbench.extraction.pdf.reader import PdfReader
from workbench.extraction.recognition.ocr import Reading
from workbench.records import Extraction, ExtractionState, RecognisedPage, Thumbnail

S = ExtractionState
PDF = "application/pdf"


class Pages:
    """A budget of so many pages, and a recognition that numbers what it reads."""

    def __init__(self, monkeypatch):
        self.allowed, self.used, self.fails = 10**9, 0, set()
        monkeypatch.setattr(reading_pages, "Budget", lambda seconds: self)
        monkeypatch.setattr(reading_pages, "read_picture", self.read)

    @property
    def is_spent(self):
        return self.used >= self.allowed

    def read(self, image, options, *, dpi):
        self.used += 1
        # Each page of the document is a line higher than the one before.
        number = round((image.height / dpi * 72 - 300) / 10)
        if number in self.fails:
            raise ExtractionError("Recognising the page took too long.", state=S.TIMEOUT)
        return Reading(text=f"Gelesen: Seite {number}", confidence=90.0, language="deu")


@pytest.fixture
def budget(monkeypatch):
    return Pages(monkeypatch)


def document(kinds: str) -> bytes:
    """A page for each letter: s for a scan, t for text, b for a blank page."""

    def draw(canvas):
        picture = handmade.page("Seite")
        for number, kind in enumerate(kinds, start=1):
            canvas.setPageSize((500, 300 + 10 * number))
            if kind == "s":
                canvas.drawInlineImage(picture, 0, 0, 400, 100)
            elif kind == "t":
                canvas.drawString(50, 200, f"{made.BODY} Nummer {number}")
            canvas.showPage()

    return made.drawn(draw)


def in_goes(path, scratch, budget, size):
    """Read go by go, so many pages a go; give all of it, and how many goes it took."""
    options = ExtractOptions(scratch=scratch)
    budget.allowed, budget.used = size, 0
    whole, goes = PdfReader().extract(path, PDF, options), 1
    while whole.next_page:
        budget.used = 0
        later = PdfReader().extract(path, PDF, replace(options, first_page=whole.next_page))
        whole, goes = merged(whole, later), goes + 1
    return whole, goes


@settings(max_examples=25, deadline=None, derandomize=True)
@given(kinds=st.text("stb", min_size=1, max_size=9), size=st.integers(1, 4), failing=st.sets(st.integers(1, 9)))
def test_goes_together_give_what_one_go_gives(tmp_path_factory, kinds, size, failing):
    folder = tmp_path_factory.mktemp("goes")
    path = folder / "x.pdf"
    path.write_bytes(document(kinds))
    with pytest.MonkeyPatch.context() as patch:
        budget = Pages(patch)
        scans = {number for number, kind in enumerate(kinds, start=1) if kind == "s"}
        # When no page at all can be read it is an error, in one go and in many.
        budget.fails = failing & scans if scans - failing or "t" in kinds else set()
        at_once = PdfReader().extract(path, PDF, ExtractOptions(scratch=folder))
        try:
            whole, goes = in_goes(path, folder, budget, size)
        except ExtractionError:
            # All pages left failed: the pipeline gives such a go a state, see below.
            assert budget.fails
            return
    assert whole.next_page is None
    assert (page_texts(whole), whole.page_starts) == (page_texts(at_once), at_once.page_starts)
    assert whole.recognised == at_once.recognised
    assert set(whole.warnings) == set(at_once.warnings)
    assert whole.state == at_once.state
    assert goes == max(1, -(-len(scans) // size))


def test_pages_that_wait_are_empty_and_all_text_is_there(reading, budget):
    budget.allowed = 1
    extraction = reading(document("ssts"), "x.pdf")
    assert (extraction.state, extraction.next_page) == (S.PARTIAL, 2)
    assert extraction.message == "Recognised 1 of 4 pages so far; the rest follows."
    first, second, third, fourth = page_texts(extraction)
    assert (first, second, fourth) == ("Gelesen: Seite 1", "", "")
    assert third.startswith(made.BODY)


def test_a_go_does_not_read_the_pages_before_it_again(reading, budget):
    extraction = reading(document("stss"), "x.pdf", first_page=3)
    assert page_texts(extraction) == ["", "", "Gelesen: Seite 3", "Gelesen: Seite 4"]
    assert (budget.used, extraction.next_page, extraction.state) == (2, None, S.OK)


def test_one_page_is_recognised_however_small_the_budget(reading, budget):
    budget.allowed = 0
    assert reading(document("ss"), "x.pdf").next_page == 2


def test_files_inside_come_with_the_first_go_only(reading):
    data = made.attached({"a.xml": b"<a/>"})
    assert len(reading(data, "x.pdf").children) == 1
    assert reading(data, "x.pdf", first_page=2).children == ()


def go(*texts, **values):
    text, starts = join_pages(texts)
    return Extraction(
        **{"extractor": "pdf", "version": "1", "media_type": PDF, "state": S.OK, "text": text, "page_starts": starts}
        | values
    )


def test_pages_that_failed_are_not_forgotten_after_the_last_go():
    earlier = go(
        "eins", "", state=S.PARTIAL, message=f"1 of 2 pages could not be read: x. {waiting(2, 2)}", next_page=2
    )
    whole = merged(earlier, go("", "zwei"))
    assert (whole.state, whole.message) == (S.PARTIAL, "1 of 2 pages could not be read: x.")


def test_blank_pages_at_the_end_leave_it_whole():
    earlier = go("eins", "", state=S.PARTIAL, message=waiting(2, 2), next_page=2)
    whole = merged(earlier, go("", "", state=S.EMPTY, message="There is no text in it."))
    assert (whole.state, whole.message, whole.next_page) == (S.OK, "", None)


def test_a_go_that_failed_keeps_what_was_read():
    earlier = go("eins", "", state=S.PARTIAL, message=waiting(2, 2), next_page=2)
    failed = Extraction(extractor="auction", version="1", media_type=PDF, state=S.TIMEOUT, message="It took too long.")
    whole = merged(earlier, failed)
    assert (whole.state, whole.message, page_texts(whole)) == (S.PARTIAL, "It took too long.", ["eins", ""])


def test_what_belongs_to_the_file_is_kept_and_seconds_are_added_up():
    thumbnail = Thumbnail(page=1, width=1, height=1, data=b"x")
    earlier = go(
        "eins", "", thumbnails=(thumbnail,), seconds={"ocr": 1.5, "read": 2.0}, warnings=("a", "b"), next_page=2
    )
    later = go("", "zwei", seconds={"ocr": 1.0}, warnings=("b", "c"), from_ocr=True)
    whole = merged(earlier, later)
    assert whole.thumbnails == (thumbnail,)
    assert whole.seconds == {"ocr": 2.5, "read": 2.0}
    assert (whole.warnings, whole.from_ocr) == (("a", "b", "c"), True)


def test_the_later_reading_of_a_page_counts():
    old = RecognisedPage(page=1, language="eng", confidence=50)
    new = RecognisedPage(page=1, language="deu", confidence=90)
    whole = merged(go("alt", recognised=(old,)), go("neu", recognised=(new,)))
    assert (whole.text, whole.recognised) == ("neu", (new,))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.text("ab \n", max_size=5), max_size=6))
def test_pages_are_found_again(texts):
    assert page_texts(go(*texts)) == texts
