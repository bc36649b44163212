"""The tables of a letter as CSV: semicolons for German, commas for English, as the spreadsheets do."""

from __future__ import annotations

import csv
import io

from samples.model import Letter, Paragraph


def write(letter: Letter) -> bytes:
    buffer = io.StringIO()
    rows = csv.writer(buffer, delimiter=";" if letter.language == "de" else ",")
    rows.writerow([letter.title, letter.sender.name, letter.issued.isoformat()])
    rows.writerows(letter.references)
    for table in letter.tables():
        rows.writerow(table.header)
        rows.writerows(table.rows)
    for block in letter.blocks:
        if isinstance(block, Paragraph):
            rows.writerow(["Hinweis" if letter.language == "de" else "Remark", block.text])
    return buffer.getvalue().encode("utf-8-sig")
