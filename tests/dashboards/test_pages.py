"""The pages in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboards.seeds import ODD_NAME

pytestmark = pytest.mark.browser


def tile(page: Page, name: str) -> str:
    return page.locator(".tile", has_text=re.compile(f"^{name}")).locator("b").inner_text()


def test_overview_shows_the_numbers_of_the_catalogue_in_light_and_dark(page: Page, filled: str) -> None:
    page.goto(filled)
    expect(page.get_by_text("Recent runs")).to_be_visible()
    shown = {name: tile(page, name) for name in ("Documents", "Classified", "Needs review", "Duplicates", "Problems")}
    assert shown == {"Documents": "60", "Classified": "59", "Needs review": "1", "Duplicates": "1", "Problems": "1"}
    run = page.locator("tr", has_text="#1 ingest")
    expect(run).to_contain_text("Finished, with problems")
    expect(run.locator("td").last).to_have_text("120")
    expect(page.get_by_text("Ask for an undamaged copy.")).to_be_visible()
    expect(page.get_by_role("link", name=ODD_NAME)).to_be_visible()
    assert page.evaluate("window.hacked") is None
    heading = page.get_by_role("heading", name="Overview")
    light = heading.evaluate("e => getComputedStyle(e).color")
    page.get_by_role("button", name="Toggle theme").click()
    expect(heading).not_to_have_css("color", light)


def test_overview_leads_to_what_needs_review_and_back(page: Page, filled: str) -> None:
    page.goto(filled)
    page.locator("a.tile", has_text="Needs review").click()
    expect(page.get_by_text("1 document", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("decision=needs_review"))
    page.locator(".tabulator-row").click()
    expect(page.locator("pre")).to_contain_text("<img src=x onerror")
    expect(page.locator(".tabulator-row")).to_contain_text(ODD_NAME)
    assert page.evaluate("window.hacked") is None
    page.go_back()
    expect(page.locator("pre")).to_have_count(0)
    page.go_back()
    expect(page.get_by_text("Recent runs")).to_be_visible()


def test_a_click_on_a_bar_shows_the_documents_of_its_category(page: Page, filled: str) -> None:
    page.goto(filled)
    chart = page.locator(".bk-Figure").bounding_box()
    assert chart
    page.mouse.click(chart["x"] + chart["width"] / 3, chart["y"] + chart["height"] / 4)
    expect(page.get_by_text("58 documents")).to_be_visible()
    expect(page).to_have_url(re.compile("category=invoice"))


def test_search_finds_words_with_umlauts_and_marks_them(page: Page, filled: str) -> None:
    page.goto(f"{filled}?page=documents")
    expect(page.get_by_text("60 documents")).to_be_visible()
    search = page.get_by_label("Search")
    search.fill("Kündigung")
    search.press("Enter")
    expect(page.get_by_text("1 document", exact=True)).to_be_visible()
    row = page.locator(".tabulator-row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Kündigung Größe.docx")
    expect(row.locator("mark").first).to_have_text(re.compile("ünd"))
    expect(page).to_have_url(re.compile("q=K%C3%BCndigung"))


def test_a_click_opens_the_decision_card(page: Page, filled: str) -> None:
    page.goto(f"{filled}?page=documents&q=K%C3%BCndigung")
    page.locator(".tabulator-row").first.click()
    expect(page.locator(".verdict")).to_contain_text("Termination")
    expect(page).to_have_url(re.compile("document=1"))
    page.get_by_role("link", name="Close").click()
    expect(page.locator(".verdict")).to_have_count(0)
    expect(page.get_by_text("1 document", exact=True)).to_be_visible()


def test_a_permalink_opens_a_document_with_its_evidence(page: Page, filled: str) -> None:
    page.goto(f"{filled}?page=documents&category=termination&document=1")
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("82\u202f% sure")
    expect(verdict).to_contain_text("because of Kündigung")
    expect(page.locator(".word")).to_contain_text("+2.5")
    expect(page.locator("pre mark")).to_have_text("Kündigung")
    expect(page.get_by_text("mit freundlichen Grüßen, Jörg Weiß")).to_be_visible()
    expect(page.get_by_text("Termination (1)")).to_be_visible()


def test_a_card_shows_the_first_page_and_what_an_invoice_says(page: Page, filled: str) -> None:
    page.goto(f"{filled}?page=documents&document=3")
    picture = page.get_by_role("img", name="The first page")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") == 60
    expect(page.get_by_text("RE 1 <b>")).to_be_visible()
    expect(page.get_by_text("119.00 EUR")).to_be_visible()
    expect(page.get_by_text("Müller & Söhne")).to_be_visible()


def test_the_list_turns_its_pages_on_the_server(page: Page, filled: str) -> None:
    page.goto(f"{filled}?page=documents&category=invoice&part=2")
    expect(page.get_by_text("58 documents")).to_be_visible()
    expect(page.locator(".tabulator-row")).to_have_count(25)
    page.get_by_role("button", name="Go to page 3").click()
    expect(page.locator(".tabulator-row")).to_have_count(8)
    expect(page.get_by_text("Rechnung 001.pdf")).to_be_visible()
    expect(page).to_have_url(re.compile("part=3"))


def test_a_document_that_is_not_there_is_a_sentence(page: Page, filled: str) -> None:
    page.goto(f"{filled}?page=documents&document=4711&q=%3Cb%3E&part=x")
    expect(page.get_by_text(re.compile("No document '?4711"))).to_be_visible()


def test_a_narrow_window_shows_the_card_instead_of_the_list(page: Page, filled: str) -> None:
    page.set_viewport_size({"width": 420, "height": 900})
    page.goto(f"{filled}?page=documents&document=1")
    expect(page.locator(".verdict")).to_be_visible()
    expect(page.locator(".tabulator")).to_be_hidden()
    expect(page.get_by_role("button", name="Open drawer")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    page.set_viewport_size({"width": 1024, "height": 900})
    expect(page.locator(".tabulator")).to_be_hidden()
    page.get_by_role("link", name="Close").click()
    expect(page.locator(".tabulator-row").first).to_be_visible()


def test_an_empty_catalogue_shows_how_to_begin(page: Page, empty: str) -> None:
    page.goto(empty)
    expect(page.get_by_text("workbench ingest PATH")).to_be_visible()
    expect(page.get_by_text("make run")).to_be_visible()
    expect(page.locator("canvas")).to_have_count(0)
