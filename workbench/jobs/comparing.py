"""What would differ if a run were done again today, and why: two outcomes compared, document by document.

Pure: what each run gave is handed in, with what is known of the surroundings.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.catalog.results import Result

# Confidences closer than this are told apart by rounding alone.
SAME = 0.005


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that would come out otherwise.

    Parameters
    ----------
    place : where the document lies
    what : "new", "gone", "content", "place", "reading", "text", "state", "category", "confidence", "reason",
        "near duplicates" or "problems"
    then, now : in a few words; None for what is not there
    """

    name: str
    place: str
    what: str
    then: str | None
    now: str | None
    why: str


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What may explain a difference.

    Parameters
    ----------
    code_then, code_now : versions of the code
    missing : programs and languages that are not installed here
    is_there : whether a file still lies at a place
    """

    code_then: str
    code_now: str
    missing: Sequence[str] = ()
    is_there: Callable[[str], bool]


def compare(then: Sequence[Result], now: Sequence[Result], around: Surroundings) -> list[Difference]:
    """Everything that differs, in the order of places; equal content is the same document, whatever it is called."""
    before, after = ({str(one.digest): one for one in results} for results in (then, now))
    found = [
        *(d for digest in before.keys() & after.keys() for d in _both(before[digest], after[digest], around)),
        *_alone(
            [one for one in then if one.digest not in after], [one for one in now if one.digest not in before], around
        ),
    ]
    return sorted(found, key=lambda d: (d.place, d.what))


def _alone(gone: Sequence[Result], new: Sequence[Result], around: Surroundings) -> Iterator[Difference]:
    """Documents that only one of the runs met; other content at the same place is one difference and not two."""
    at_place: Mapping[str, Result] = {place: one for one in new for place in one.places}
    replaced = set()
    for one in gone:
        place = next((p for p in one.places if p in at_place), None)
        if place is not None:
            other = at_place[place]
            replaced.add(other.digest)
            why = "what it lies in was changed since" if "!/" in place else "the file was changed since"
            yield _difference(one, "content", one.digest[:12], other.digest[:12], why, place=place)
        else:
            yield _difference(one, "gone", _verdict(one), None, _why_gone(one, around))
    for one in new:
        if one.digest not in replaced:
            yield _difference(one, "new", None, _verdict(one), _why_new(one, around))


def _both(then: Result, now: Result, around: Surroundings) -> Iterator[Difference]:
    for place in sorted({*then.places} ^ {*now.places}):
        was_there = place in then.places
        why = _why_place(place, around) if was_there else "it was found there since"
        yield _difference(now, "place", place if was_there else None, None if was_there else place, why, place=place)
    if _reader(then) != _reader(now):
        yield _difference(now, "reading", _reader(then), _reader(now), _why_reader(then, now, around))
    if then.text_digest != now.text_digest:
        yield _difference(now, "text", _length(then), _length(now), _why_read(then, now, around))
    if then.state != now.state:
        yield _difference(now, "state", then.state, now.state, _why_read(then, now, around))
    yield from _decided(then, now, around)
    if then.near != now.near:
        why = "its text differs" if then.text_digest != now.text_digest else "it is compared with other documents now"
        yield _difference(now, "near duplicates", _listed(then.near), _listed(now.near), why)
    if then.problems != now.problems:
        why = _why_read(then, now, around)
        yield _difference(now, "problems", _listed(then.problems), _listed(now.problems), why)


def _decided(then: Result, now: Result, around: Surroundings) -> Iterator[Difference]:
    """The first of these that differs: the others follow from it."""
    why = _why_decided(then, now, around)
    if _verdict(then) != _verdict(now):
        yield _difference(now, "category", _verdict(then), _verdict(now), why)
    elif abs((then.confidence or 0) - (now.confidence or 0)) > SAME:
        yield _difference(now, "confidence", f"{then.confidence or 0:.2f}", f"{now.confidence or 0:.2f}", why)
    elif then.reason != now.reason:
        yield _difference(now, "reason", then.reason, now.reason, why)


def _why_gone(one: Result, around: Surroundings) -> str:
    if not one.places:
        return "nothing is left to be done for it"
    why = _why_place(one.places[0], around)
    return why if "!/" not in one.places[0] else f"{why}; it was inside of that"


def _why_place(place: str, around: Surroundings) -> str:
    file = place.split("!/", 1)[0]
    if not around.is_there(file):
        return "the file is no longer there"
    return _code(around) or "the file is there, but nothing was taken from it; a later run has it, or it cannot be read"


def _why_new(one: Result, around: Surroundings) -> str:
    if not one.places:
        return _code(around) or "it waits for something to be done"
    if "!/" in one.places[0]:
        return _code(around) or "what it lies in came or was changed since"
    return "the file came since, or could not be read then"


def _why_reader(then: Result, now: Result, around: Surroundings) -> str:
    if then.extractor == now.extractor:
        return f"the reader is of another version; {_code(around) or 'the code is the same'}"
    return _lacking(around) or _code(around) or "the first to be asked could not read it this time"


def _why_read(then: Result, now: Result, around: Surroundings) -> str:
    if _reader(then) != _reader(now):
        return f"read by {_reader(now) or 'nobody'} and not by {_reader(then) or 'nobody'}"
    if (then.from_ocr or now.state != then.state) and (lacking := _lacking(around)):
        return lacking
    return _code(around) or (
        "by the same code: it met a limit of time or memory, or a program beside the workbench is another"
    )


def _why_decided(then: Result, now: Result, around: Surroundings) -> str:
    if then.decided_by == "person":
        return f"a person had decided: {then.reason}"
    if then.text_digest != now.text_digest:
        return "its text differs"
    if then.locator != now.locator or then.name != now.name:
        return f"it is known by another place, {now.locator}"
    return _code(around) or "by the same rules and code: another classifier was asked"


def _code(around: Surroundings) -> str:
    return f"the code was {around.code_then} and is {around.code_now}" if around.code_then != around.code_now else ""


def _lacking(around: Surroundings) -> str:
    return f"not installed here: {', '.join(around.missing)}" if around.missing else ""


def _reader(one: Result) -> str | None:
    return f"{one.extractor} {one.version}" if one.extractor else None


def _length(one: Result) -> str:
    return f"{one.characters:,} characters"


def _verdict(one: Result) -> str:
    return (one.category or one.decision).replace("_", " ")


def _listed(what: Sequence[str]) -> str | None:
    return "; ".join(what) or None


def _difference(one: Result, what: str, then: str | None, now: str | None, why: str, *, place: str = "") -> Difference:
    where = place or next(iter(one.places), one.locator)
    return Difference(name=one.name, place=where, what=what, then=then, now=now, why=why)
