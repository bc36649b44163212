"""A large synthetic catalogue, written by COPY past the triggers, and kept for the next time.

Each document has a text of about 150 words drawn from the generated letters,
a signature with its bands, a picture's hash with its bands, and its place in
the search index. One document in twenty belongs to a crowd of form letters
that share most of their signature.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import psycopg

from benchmarks import documents, server
from workbench import dedup
from workbench.database.embedded import Server
from workbench.dedup.images import METHOD as IMAGE_METHOD
from workbench.dedup.signature import METHOD as TEXT_METHOD
from workbench.dedup.signature import PERMUTATIONS

WORDS = 150
CROWD = 20
CROWD_KEEPS = 0.8
CHUNK = 5000
_MODELS = 200
_DOCUMENTS = "digest, arrival_id, extraction_id, name, locator, media_type, size, language, state, decision"


def seeded(running: Server, scratch: Path, *, count: int, seed: int) -> str:
    """The name of a catalogue of so many documents; made once, which takes minutes for 100,000."""
    name = f"seeded_{count}_{seed}"
    if server.exists(running, name):
        return name
    partial = f"{name}_partial"
    server.remove(running, partial)
    server.create(running, partial)
    words = vocabulary(documents.generated(scratch, count=_MODELS, seed=seed))
    with server.admin(running, partial) as connection:
        # Neither journal nor foreign keys, but the search index must be made.
        connection.execute("SET session_replication_role = replica")
        connection.execute("ALTER TABLE documents ENABLE ALWAYS TRIGGER index_new")
        connection.execute("SELECT set_config('workbench.run', '1', false)")
        connection.execute("INSERT INTO runs (kind, job, actor) VALUES ('ingest', 'seed', 'benchmarks')")
        rng = np.random.default_rng(seed)
        crowd = rng.integers(0, 2**32, PERMUTATIONS, dtype=np.uint32)
        for start in range(1, count + 1, CHUNK):
            _write(connection, range(start, min(start + CHUNK, count + 1)), words=words, crowd=crowd, rng=rng)
        connection.execute("ALTER TABLE documents ENABLE TRIGGER index_new")
        connection.execute("VACUUM ANALYZE")
    server.rename(running, partial, name)
    return name


def vocabulary(folder: Path) -> tuple[str, ...]:
    """Words of generated letters as often as they occur, most of them German."""
    found: list[str] = []
    for file in documents.files(folder):
        if file.suffix in {".txt", ".md"}:
            found += re.findall(r"\w+", file.read_text(encoding="utf-8", errors="replace"))
    return tuple(found)


def digest(number: int) -> str:
    """The digest of the document of that number."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def is_form_letter(number: int) -> bool:
    """Whether the document of that number belongs to the crowd."""
    return number % CROWD == 0


def _write(
    connection: psycopg.Connection,
    numbers: range,
    *,
    words: Sequence[str],
    crowd: np.ndarray,
    rng: np.random.Generator,
) -> None:
    digests = {number: digest(number) for number in numbers}
    bodies = {n: _body(words, rng) for n in numbers}
    signatures = {n: _signature(n, crowd, rng) for n in numbers}
    pictures = {n: rng.bytes(32) for n in numbers}
    texts = [(digests[n], bodies[n], len(bodies[n])) for n in numbers]
    _copy(connection, "blobs (digest, size, stored_digest)", ((d, 1, d) for d in digests.values()))
    _copy(
        connection,
        "arrivals (id, source, external_id, locator, name, digest)",
        ((n, "seed", str(n), f"/seed/{n}.txt", f"{n}.txt", d) for n, d in digests.items()),
    )
    _copy(connection, "texts (digest, body, length)", iter(texts))
    _copy(
        connection,
        "extractions (id, digest, extractor, version, options_digest, media_type, state, text_digest)",
        ((n, d, "plain", "1", "", "text/plain", "ok", d) for n, d in digests.items()),
    )
    _copy(
        connection,
        f"documents (id, {_DOCUMENTS})",
        (
            (n, d, n, n, f"{n}.txt", f"/seed/{n}.txt", "text/plain", 1, "en" if n % 4 == 0 else "de", "ok", "pending")
            for n, d in digests.items()
        ),
    )
    _copy(
        connection,
        "text_signatures (text_digest, method, signature)",
        ((digests[n], TEXT_METHOD, s) for n, s in signatures.items()),
    )
    _copy(connection, "text_bands (band, hash, text_digest)", _bands(digests, signatures, dedup.bands))
    _copy(
        connection,
        "image_signatures (digest, method, signature)",
        ((digests[n], IMAGE_METHOD, s) for n, s in pictures.items()),
    )
    _copy(connection, "image_bands (band, hash, digest)", _bands(digests, pictures, dedup.image_bands))


def _bands(
    digests: Mapping[int, str], signatures: Mapping[int, bytes], cut: Callable[[bytes], tuple[int, ...]]
) -> Iterator[tuple[int, int, str]]:
    rows = ((place, value, digests[n]) for n, s in signatures.items() for place, value in enumerate(cut(s)))
    # In the order of the index, which takes rows in order far faster.
    yield from sorted(rows)


def _body(words: Sequence[str], rng: np.random.Generator) -> str:
    return " ".join(words[i] for i in rng.integers(0, len(words), WORDS))


def _signature(number: int, crowd: np.ndarray, rng: np.random.Generator) -> bytes:
    own = rng.integers(0, 2**32, PERMUTATIONS, dtype=np.uint32)
    if is_form_letter(number):
        own = np.where(rng.random(PERMUTATIONS) < CROWD_KEEPS, crowd, own)
    return own.astype("<u4").tobytes()


def _copy(connection: psycopg.Connection, table: str, rows: Iterator[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN".encode()) as stream:
        for row in rows:
            stream.write_row(row)
