"""The program that `second` starts: reads pages by docling-parse, writes their texts as JSON.

A program of its own, since compiled code may crash or never end on a hostile
file. It gets its task as JSON on standard input, so that no password stands on
a command line, and imports nothing of the workbench.
"""

import json
import resource
import sys
from typing import Any

_KEY = "document"
_MOST_BYTES = 3 * 1024**3
_MOST_S = 60
_MOST_PAGES = 2_000


def main() -> None:
    """Write {"texts": {page: text}, "failures": [...], "count": pages}, or {"refusal": "..."}."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    # Should whoever started it be killed, it ends by itself.
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_S, _MOST_S))
    task = json.load(sys.stdin)
    try:
        answer = _read(task)
    except Exception as fault:  # compiled code raises RuntimeError, MemoryError and more
        answer = {"refusal": str(fault)[:200]}
    json.dump(answer, sys.stdout)


def _read(task: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    parser = _loaded(task["path"], task["passwords"])
    count = int(parser.number_of_pages(_KEY))
    wanted = (
        range(min(count, _MOST_PAGES)) if task["pages"] is None else [page for page in task["pages"] if page < count]
    )
    texts, failures = {}, []
    for page in wanted:
        texts[page] = ""
        try:
            lines = parser.get_page_decoder(_KEY, page, _text_only()).get_line_cells()
            texts[page] = "\n".join(line.text for line in lines)
            parser.unload_document_page(_KEY, page)
        except Exception as fault:  # as above
            failures.append(f"Page {page + 1} is damaged ({str(fault)[:200]}).")
    return {"texts": texts, "failures": failures, "count": count}


def _loaded(path: str, passwords: list[str]) -> Any:  # Any: compiled code without types
    from docling_parse.pdf_parsers import pdf_parser

    parser = pdf_parser(level="fatal")
    refusal = "it cannot be opened"
    for password in ("", *passwords):
        try:
            if parser.load_document(_KEY, path.encode(), password or None, False):
                return parser
        except RuntimeError as fault:
            refusal = str(fault)
    raise RuntimeError(refusal)


def _text_only() -> Any:  # Any: as above
    from docling_parse.pdf_parsers import DecodePageConfig

    config = DecodePageConfig()
    config.create_line_cells = True
    config.create_word_cells = config.keep_shapes = config.keep_bitmaps = config.extract_bitmap_pixels = False
    return config


if __name__ == "__main__":
    main()
