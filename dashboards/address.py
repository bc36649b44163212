"""What the page shows, as the query of its address: every view has a permalink.

Pure functions; what cannot be understood is left out, so that an old or
mistyped link still opens something.
"""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

OVERVIEW, DOCUMENTS = "overview", "documents"
PAGES = (OVERVIEW, DOCUMENTS)


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a person is.

    Parameters
    ----------
    page : one of `PAGES`
    question : words to search for
    category, decision : what to narrow the list to; "" for all
    part : which part of the list, from 1
    document : whose decision card is open
    """

    page: str = OVERVIEW
    question: str = ""
    category: str = ""
    decision: str = ""
    part: int = 1
    document: int | None = None


def read(search: str) -> Address:
    """The address that a query such as ``?page=documents&q=Mahnung`` says."""
    given = {name: values[-1] for name, values in parse_qs(search.lstrip("?")).items()}
    page = given.get("page", "")
    return Address(
        page=page if page in PAGES else OVERVIEW,
        question=given.get("q", ""),
        category=given.get("category", ""),
        decision=given.get("decision", ""),
        part=_number(given.get("part", "")) or 1,
        document=_number(given.get("document", "")),
    )


def write(address: Address) -> str:
    """The query for an address, without what goes without saying."""
    if address.page == OVERVIEW:
        return f"?page={OVERVIEW}"
    said = {
        "page": address.page,
        "q": address.question,
        "category": address.category,
        "decision": address.decision,
        "part": address.part if address.part > 1 else "",
        "document": address.document or "",
    }
    return "?" + urlencode({name: value for name, value in said.items() if value})


def _number(text: str) -> int | None:
    # More digits than a bigint holds are no number of a document.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 and int(text) > 0 else None
