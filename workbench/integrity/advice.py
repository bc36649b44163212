"""What to do about a blob: sentences, and nothing that knows how it was found."""

from collections.abc import Sequence

from workbench.integrity.findings import FindingKind

ORPHANED = "'workbench check --repair' removes it."

_FOLDER = "folder "


def for_held(kind: FindingKind, places: Sequence[str]) -> str:
    """What to do about a blob that the catalogue needs.

    Parameters
    ----------
    places : each a source and where its document, or what holds it, came from
    """
    if kind == FindingKind.UNREADABLE:
        return "Look at the disk and at the rights of the object folder; else restore it from a backup."
    if not places:
        return "Restore it from a backup."
    if not places[0].startswith(_FOLDER):
        return f"Restore it from a backup, or take it in again from where it came: {places[0]}."
    again = f"touch '{_place(places[0])}' and take that in again with 'workbench ingest'"
    if kind == FindingKind.MISSING:
        return f"Restore it from a backup, or {again}."
    return f"Restore it from a backup; or remove its altered bytes from the store, {again}."


def for_recalled(runs: Sequence[int]) -> str:
    """What to do about a blob that only the journal names."""
    told = ", ".join(map(str, runs))
    return f"No document needs it now, but run {told} cannot be taken back without it; restore it from a backup."


def _place(place: str) -> str:
    return place.removeprefix(_FOLDER).replace("'", "'\\''")
