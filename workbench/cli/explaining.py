"""Why a document is what it is."""

from typing import Annotated

import typer

from workbench.app import Workbench
from workbench.catalog.explaining import Explanation
from workbench.cli import output
from workbench.cli.looking import Key
from workbench.cli.output import Json
from workbench.records import Change


def add_to(app: typer.Typer) -> None:
    """Hang the command of this module on the command line."""
    app.command()(explain)


def explain(
    key: Key,
    all_: Annotated[bool, typer.Option("--all", help="Every entry of the journal too, column by column.")] = False,
    json: Json = False,
) -> None:
    """Print a document's life: where it came from, how it was read, what was said and decided, by which run and why.

    Also of a document that was taken back: the journal remembers it.

    Example: workbench explain rechnung.pdf; workbench explain 12 --all
    """
    with Workbench() as wb:
        life = wb.explain(key)
    if json:
        output.as_json(life)
        return
    _show(life)
    if all_:
        output.line("\nThe journal of it, entry by entry")
        for change in life.changes:
            _entry(change)


def _show(life: Explanation) -> None:
    output.heading(life.title)
    output.line(f"{life.locator}\n{life.digest}\n")
    output.paragraph(life.verdict)
    if life.forgotten:
        output.paragraph(life.forgotten)
    for chapter in life.chapters:
        at = chapter.events[0].at.astimezone()
        output.line()
        output.heading(f"{at:%Y-%m-%d %H:%M}  {chapter.run.told}")
        output.told([(event.what, event.told, event.details) for event in chapter.events])


def _entry(change: Change) -> None:
    key = ", ".join(f"{value}" for value in change.key.values())
    output.line()
    output.line(f"{change.id or 'before the journal'}  run {change.run_id}  {change.operation} {change.relation} {key}")
    before, after = change.before or {}, change.after or {}
    differing = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    output.table(("column", "before", "after"), [(n, before.get(n), after.get(n)) for n in differing])
