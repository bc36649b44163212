"""Full-text search among very many documents, beside a scan with ILIKE for the same words.

The questions are two words each that stand in some document, German and
English, and a few with an ending left open. Both sides return the first
twenty, the search with rank and snippet.
"""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from benchmarks import documents, seeding, server
from benchmarks.rows import Options, Row, compared, summary
from workbench.catalog import browsing
from workbench.database import Database, Transaction

QUESTIONS = 20
ILIKE = """
    SELECT d.id, d.name
      FROM documents AS d
      JOIN extractions AS e ON e.id = d.extraction_id
      JOIN texts AS t ON t.digest = e.text_digest
     WHERE t.body ILIKE ALL (%(words)s)
     ORDER BY d.id
     LIMIT 20
"""


def measure(options: Options) -> Iterator[Row]:
    """Milliseconds of a question."""
    with server.running(options.scratch) as running:
        name = seeding.seeded(running, options.scratch, count=options.count, seed=options.seed)
        questions = _questions(seeding.vocabulary(documents.generated(options.scratch, count=200, seed=options.seed)))
        with Database(running.conninfo(role="service", database=name), actor="benchmarks") as database:
            search = _timed(database, questions, _search)
            scan = _timed(database, questions, _ilike)
    plain = summary("ILIKE", [seconds for seconds, _ in scan])
    hits = sum(found for _, found in search) / len(search)
    for row, other in zip(
        summary("search", [seconds for seconds, _ in search], note=f"{hits:.1f} hits shown each"), plain, strict=True
    ):
        yield compared(row, other)
    yield from plain


def _questions(words: Sequence[str]) -> list[str]:
    """Pairs of words, rare and frequent ones; every fifth with an ending left open."""
    rng = np.random.default_rng(0)
    long = sorted({word for word in words if len(word) > 5 and word.isalpha()})
    pairs = [" ".join(long[i] for i in rng.integers(0, len(long), 2)) for _ in range(QUESTIONS)]
    return [f"{pair[:-2]}*" if place % 5 == 4 else pair for place, pair in enumerate(pairs)]


def _timed(
    database: Database, questions: Sequence[str], ask: Callable[[Transaction, str], int]
) -> list[tuple[float, int]]:
    found = []
    for question in questions:
        start = time.perf_counter()
        with database.transaction() as tx:
            hits = ask(tx, question)
        found.append((time.perf_counter() - start, hits))
    return found


def _search(tx: Transaction, question: str) -> int:
    return len(browsing.search(tx, question))


def _ilike(tx: Transaction, question: str) -> int:
    return len(tx.tuples(ILIKE, {"words": [f"%{word.rstrip('*')}%" for word in question.split()]}))
