"""A small catalogue for the pages, sown straight into the database."""

import hashlib
import io
import json
from dataclasses import dataclass

import psycopg
from PIL import Image

ODD_NAME = "<script>window.hacked = 1</script>.txt"
ODD_TEXT = "Bestellung <img src=x onerror='window.hacked = 1'> für Größe & Maß"


@dataclass(frozen=True, kw_only=True)
class Seed:
    name: str
    text: str
    category: str | None
    evidence: str = ""


SEEDS = (
    Seed(
        name="Kündigung Größe.docx",
        text="Hiermit kündige ich fristgerecht. Die Kündigung gilt ab 31.12.; mit freundlichen Grüßen, Jörg Weiß",
        category="termination",
        evidence="Kündigung",
    ),
    Seed(name=ODD_NAME, text=ODD_TEXT, category=None),
    *(
        Seed(name=f"Rechnung {n:03}.pdf", text=f"Rechnung Nr. {n}, zahlbar in 14 Tagen", category="invoice")
        for n in range(1, 59)
    ),
)
INVOICE = {"doc_id": "RE 1 <b>", "seller": "Müller & Söhne", "grand_total": "119.00", "currency": "EUR"}


def sow(conninfo: str) -> None:
    """Sixty documents, one of them in two places, a problem and a run."""
    with psycopg.connect(conninfo) as connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO workbench")
        cursor.execute("SELECT set_config('workbench.roles', '*', true)")
        counts = {"documents": len(SEEDS), "arrivals": len(SEEDS) + 1, "duplicates": 1, "problems": 1}
        run = cursor.execute(
            "INSERT INTO runs (kind, job, actor, state, counts, started_at, finished_at) VALUES ('ingest', 'seed', "
            "'anna', 'finished_with_problems', %s, now() - interval '30 seconds', now()) RETURNING id",
            [json.dumps(counts)],
        ).fetchone()
        assert run
        cursor.execute("SELECT set_config('workbench.run', %s, true)", [str(run[0])])
        cursor.execute(
            "INSERT INTO categories (id, title_de, title_en) VALUES ('invoice', 'Rechnung', 'Invoice'), "
            "('termination', 'Kündigung', 'Termination')"
        )
        for number, seed in enumerate(SEEDS, start=1):
            _sow(cursor, number, seed)
        _arrive(cursor, "copies/Rechnung 001.pdf", _digest(SEEDS[2].text))
        cursor.execute(
            "INSERT INTO thumbnails (digest, page, width, height, media_type, data) "
            "VALUES (%s, 1, 60, 85, 'image/webp', %s)",
            [_digest(SEEDS[2].text), _page()],
        )
        cursor.execute(
            "INSERT INTO problems (stage, kind, message, advice, locator, digest) VALUES ('read', 'corrupt', "
            "'The file is damaged.', 'Ask for an undamaged copy.', %s, %s)",
            [f"/srv/{ODD_NAME}", _digest(ODD_TEXT)],
        )


def _page() -> bytes:
    """A small grey page."""
    buffer = io.BytesIO()
    Image.new("L", (60, 85), 200).save(buffer, "WEBP")
    return buffer.getvalue()


def _sow(cursor: psycopg.Cursor[tuple[object, ...]], number: int, seed: Seed) -> None:
    digest = _digest(seed.text)
    cursor.execute(
        "INSERT INTO blobs (digest, size, stored_digest) VALUES (%s, %s, %s)", [digest, len(seed.text), digest]
    )
    arrival = _arrive(cursor, seed.name, digest)
    cursor.execute("INSERT INTO texts (digest, body, length) VALUES (%s, %s, %s)", [digest, seed.text, len(seed.text)])
    cursor.execute(
        "INSERT INTO extractions (id, digest, extractor, version, options_digest, media_type, state, text_digest, "
        "fields) VALUES (%s, %s, 'plain', '1', '', 'text/plain', 'ok', %s, %s)",
        [number, digest, digest, json.dumps(INVOICE if seed is SEEDS[2] else {})],
    )
    decision = "classified" if seed.category else "needs_review"
    cursor.execute(
        "INSERT INTO documents (id, digest, arrival_id, extraction_id, name, locator, media_type, size, language, "
        "state, decision, category, confidence, decided_by, reason) VALUES (%s, %s, %s, %s, %s, %s, 'text/plain', %s, "
        "'de', 'ok', %s, %s, 0.82, 'rules', %s)",
        [number, digest, arrival, number, seed.name, f"/srv/{seed.name}", len(seed.text), decision, seed.category,
         f"because of {seed.evidence or seed.name}"],
    )  # fmt: skip
    if seed.evidence:
        start = seed.text.index(seed.evidence)
        said = {"rule": "headline", "category": seed.category, "field": "text", "found": seed.evidence, "weight": 2.5}
        cursor.execute(
            "INSERT INTO opinions (document_id, classifier, version, inputs, category, confidence, reason, evidence) "
            "VALUES (%s, 'rules', '1', '1', %s, 0.82, 'said so', %s)",
            [number, seed.category, json.dumps([{**said, "start": start, "end": start + len(seed.evidence)}])],
        )


def _arrive(cursor: psycopg.Cursor[tuple[object, ...]], place: str, digest: str) -> object:
    row = cursor.execute(
        "INSERT INTO arrivals (source, external_id, locator, name, digest) VALUES ('folder', %s, %s, %s, %s) "
        "RETURNING id",
        [place, f"/srv/{place}", place.rsplit("/", 1)[-1] if "script" not in place else place, digest],
    ).fetchone()
    assert row
    return row[0]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
