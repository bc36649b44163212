"""What classifiers and people said about a document, and what it is like, told in sentences."""

from collections.abc import Iterator

from workbench.catalog.explaining.explanation import Event
from workbench.catalog.explaining.gathering import Facts, Touched
from workbench.records import Json

# So many of an opinion's words are shown; JSON has them all.
SHOWN = 6


def opinion(facts: Facts, row: Touched) -> Iterator[Event]:
    """Tell a classifier's answer with what it rests on, and who came second."""
    if said := row.created:
        yield _event(row, "asked", answer(said), *_evidence(said), *_second(said))
    elif said := row.removed:
        yield _event(row, "taken back", f"the opinion of {said['classifier']} ({said['category'] or 'none'}) went")


def label(facts: Facts, row: Touched) -> Iterator[Event]:
    """Tell what a person said."""
    if said := row.created:
        yield _event(row, "said", f"{said['actor']} said {said['category']}", said["note"])
    elif said := row.removed:
        yield _event(row, "taken back", f"that {said['actor']} had said {said['category']}")


def likeness(facts: Facts, row: Touched) -> Iterator[Event]:
    """Tell what it is nearly the same as."""
    if row.after and row.before != row.after:
        found = row.after
        other = facts.called(found["original_id"])
        yield _event(row, "like", f"nearly the same as {other} by {found['kind']}: {_alike(found)}")
    elif gone := row.removed:
        yield _event(row, "like", f"no longer nearly the same as {facts.called(gone['original_id'])}")


def problem(facts: Facts, row: Touched) -> Iterator[Event]:
    """Tell what went wrong, or that it did not last."""
    if found := row.created:
        yield _event(row, "problem", str(found["message"]), found["advice"])
    elif found := row.removed:
        yield _event(row, "problem", f"settled: {found['message']}")


def hold(facts: Facts, row: Touched) -> Iterator[Event]:
    """Tell whether the next ingest passes over it."""
    if held := row.created:
        release = f"workbench reprocess --run {held['of_run']}"
        yield _event(row, "held", f"an ingest passes over {held['locator']} until '{release}' releases it")
    elif held := row.removed:
        yield _event(row, "held", f"{held['locator']} is released: the next ingest takes it again")


def answer(said: Json) -> str:
    """A classifier's answer in a sentence."""
    what = f"{said['category']}, {said['confidence']:.2f} sure" if said["category"] else "abstains"
    return f"{said['classifier']} {said['version'][:12]}: {what}" + (f". {said['reason']}" if said["reason"] else "")


def second(said: Json) -> tuple[str, float] | None:
    """The category that came second in an opinion, and its score."""
    rivals = {name: score for name, score in said["scores"].items() if name != said["category"] and score > 0}
    return max(rivals.items(), key=lambda rival: rival[1]) if rivals else None


def _evidence(said: Json) -> Iterator[str]:
    rival = second(said)
    # What speaks of the winner first, then of the second, then of the others.
    places = [said["category"], rival[0] if rival else None]
    ordered = sorted(
        said["evidence"],
        key=lambda e: (places.index(e["category"]) if e["category"] in places else len(places), -abs(e["weight"])),
    )
    for e in ordered[:SHOWN]:
        side = "for" if e["weight"] >= 0 else "against"
        weight = f"{round(e['weight'], 2):+g}, {e['rule']}"
        yield f"“{' '.join(e['found'].split())}” in its {e['field']} speaks {side} {e['category']} ({weight})"
    if len(ordered) > SHOWN:
        yield f"and {len(ordered) - SHOWN} other reasons"


def _second(said: Json) -> Iterator[str]:
    if rival := second(said):
        own = said["scores"].get(said["category"]) if said["category"] else None
        yield (
            f"scores: {said['category']} {own:g}, runner-up {rival[0]} {rival[1]:g}"
            if own is not None
            else (f"best score: {rival[0]} {rival[1]:g}")
        )


def _alike(found: Json) -> str:
    score = f"{found['score']:.2f}"
    if found["difference"] == "none":
        return f"{score}, no difference found"
    return f"{score}, they differ in {found['difference']}"


def _event(row: Touched, what: str, told: str, *details: str) -> Event:
    return Event(at=row.at, what=what, told=told, details=tuple(d for d in details if d), changes=row.numbers)
