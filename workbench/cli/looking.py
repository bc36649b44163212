"""Looking into the catalogue."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from workbench.app import Workbench
from workbench.catalog.browsing import Life
from workbench.cli import output
from workbench.cli.output import Json
from workbench.errors import WorkbenchError
from workbench.records import Decision, Document, DocumentState

Key = Annotated[str, typer.Argument(help="Number, beginning of the digest, file name or path.")]
Most = Annotated[int, typer.Option("--most", "-n", min=1, max=10_000, help="How many at the most.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands of this module on the command line."""
    for command in (documents, show, search, text, stats, label, sql):
        app.command(cls=_Words if command is search else None)(command)


# What `search` takes besides words; every other -word is one that must not be there.
_OPTION = re.compile(r"--.+|-h|-n\d*")


class _Words(TyperCommand):
    """Lets a question hold -words without quotes or --."""

    # Any: typer carries a copy of click whose types it keeps to itself
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        options: list[str] = []
        words: list[str] = []
        rest = list(args)
        while rest:
            arg = rest.pop(0)
            if arg == "--":
                words, rest = [*words, *rest], []
            elif not _OPTION.fullmatch(arg):
                words.append(arg)
            else:
                options += [arg, *(rest[:1] if arg in {"-n", "--most"} else ())]
                rest = rest[1:] if arg in {"-n", "--most"} else rest
        return list(super().parse_args(ctx, [*options, "--", *words]))


def documents(
    category: Annotated[str | None, typer.Option(help="Only of this category.")] = None,
    decision: Annotated[Decision | None, typer.Option(help="Only those that stand like this.")] = None,
    state: Annotated[DocumentState | None, typer.Option(help="Only those whose reading ended like this.")] = None,
    name: Annotated[str | None, typer.Option(help="Only those whose file name holds this.")] = None,
    most: Most = 50,
    json: Json = False,
) -> None:
    """List documents, newest first."""
    with Workbench() as wb:
        found = wb.documents(category=category, decision=decision, state=state, name=name, most=most)
    if json:
        output.as_json(found)
        return
    if not found:
        output.line("No document fits. 'workbench ingest PATH' takes some in, 'workbench stats' counts them.")
        return
    output.table(
        ("id", "name", "category", "sure", "state", "language", "size"),
        [(d.id, d.name, _category(d), d.confidence, d.state, d.language, output.size(d.size)) for d in found],
    )


def show(key: Key, json: Json = False) -> None:
    """Show one document: where it came from, how it was read, what was decided and why."""
    with Workbench() as wb:
        life = wb.life(key)
    if json:
        output.as_json(life)
        return
    _card(life)


def search(
    question: Annotated[list[str], typer.Argument(help='Words; "a phrase", -without, beginning*')],
    most: Most = 20,
    json: Json = False,
) -> None:
    """Search all texts and names, German and English, best hits first."""
    with Workbench() as wb:
        hits = wb.search(" ".join(question), most=most)
    if json:
        output.as_json(hits)
        return
    if not hits:
        output.line("Nothing found. A trailing * asks for words that begin so: workbench search 'rechnung*'")
        return
    for hit in hits:
        output.line(f"{hit.document_id:>6}  {hit.name}  [{hit.category or 'no category'}]")
        output.line(f"        {' '.join(hit.snippet.split())}")


def text(key: Key, json: Json = False) -> None:
    """Print a document's text."""
    with Workbench() as wb:
        document = wb.document(key)
        found = wb.text(document.id)
    if json:
        output.as_json({"id": document.id, "name": document.name, "text": found})
        return
    typer.echo(found)


def stats(json: Json = False) -> None:
    """Count what is in the catalogue."""
    with Workbench() as wb:
        found = wb.stats()
    if json:
        output.as_json(found)
        return
    output.line(
        f"{found['documents']} documents from {found['arrivals']} arrivals, {output.size(found['bytes'])}; "
        f"{found['near_duplicates']} near duplicates, {found['problems']} problems, {found['labels']} labels"
    )
    if found["documents"]:
        output.table(
            ("documents", "category", "decision"),
            [(row["documents"], row["category"], row["decision"]) for row in found["by_category"]],
        )


def label(
    key: Key,
    category: Annotated[str, typer.Argument(help="What the document is.")],
    note: Annotated[str, typer.Option(help="Why, for whoever reads it later.")] = "",
    json: Json = False,
) -> None:
    """Say what a document is; your word outranks every classifier's."""
    with Workbench() as wb:
        document = wb.label(key, category, note=note)
    if json:
        output.as_json(document)
        return
    output.line(f"{document.name} is {document.category} now")


def sql(
    question: Annotated[str, typer.Argument(help="In DuckDB's SQL, over documents, arrivals, opinions, …")],
    csv: Annotated[Path | None, typer.Option(help="Write the answer to this file instead.")] = None,
    json: Json = False,
) -> None:
    """Ask the catalogue in SQL.

    Example: workbench sql "SELECT category, count(*) FROM documents GROUP BY ALL"
    """
    with Workbench() as wb:
        answer = wb.sql(question)
    if csv:
        try:
            answer.to_csv(csv, index=False)
        except OSError as error:
            raise WorkbenchError(f"{csv} cannot be written: {error.strerror or error}") from error
        output.line(f"{len(answer)} rows written to {csv}")
        return
    if json:
        # As Python's own numbers, for pandas' JSON keeps ten digits; NaN stands for what is missing.
        rows = answer.astype(object).where(answer.notna(), None).to_dict("records")
        output.as_json(rows)
        return
    output.table([str(c) for c in answer.columns], answer.itertuples(index=False))


def _card(life: Life) -> None:
    d = life.document
    output.line(f"{d.name}  (document {d.id}, {d.media_type}, {output.size(d.size)})")
    output.line(f"digest {d.digest}")
    output.line(f"\n{_category(d)}" + (f" ({d.confidence:.2f}, by {d.decided_by})" if d.decided_by else ""))
    if d.reason:
        output.line(f"  {d.reason}")
    output.table(("came from", "state"), [(a["locator"], a["state"]) for a in life.arrivals])
    if life.extraction:
        e = life.extraction
        output.line(f"read by {e['extractor']} {e['version']}: {e['state']}, {e['length'] or 0} characters")
        for sentence in (e["message"], *e["warnings"]):
            if sentence:
                output.line(f"  {sentence}")
        told = {name: value for name, value in e["fields"].items() if value and not isinstance(value, dict | list)}
        if told:
            output.table(("field", "value"), list(told.items()))
    evidence = [(e.rule, e.category, e.field, e.found, e.weight) for o in life.opinions[-1:] for e in o.evidence]
    if evidence:
        output.table(("rule", "speaks for", "in", "found", "weight"), evidence)
    if life.near:
        output.table(
            ("nearly the same", "score", "difference"),
            [(f"{n['id']} {n['name']}", n["score"], n["difference"]) for n in life.near],
        )
    if life.members:
        output.table(("holds", "category"), [(f"{m['id']} {m['name']}", m["category"]) for m in life.members])
    for said in life.labels:
        output.line(f"{said.actor} said {said.category}. {said.note}")
    for problem in life.problems:
        output.line(f"Problem: {problem.message} {problem.advice}")


def _category(document: Document) -> str:
    return document.category or document.decision.replace("_", " ")
