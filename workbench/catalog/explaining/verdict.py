"""What a document is now, and why that won."""

from workbench.catalog.explaining import documents, saying
from workbench.catalog.explaining.gathering import Facts
from workbench.records import Decision, Json


def now(facts: Facts) -> str:
    """What a document is, and why; for one that is gone, which run took it out."""
    found = facts.now.get("documents")
    if not found:
        return _gone(facts)
    body = found[0]
    told = documents.decided(body)
    if body["decision"] != Decision.CLASSIFIED:
        return told
    opinions = sorted(facts.now.get("opinions", []), key=lambda opinion: opinion["id"])
    return f"{told}. {_why(body, opinions)}".replace("..", ".").strip()


def _why(body: Json, opinions: list[Json]) -> str:
    if body["decided_by"] == "person":
        thought = "; ".join(saying.answer({**o, "reason": ""}) for o in opinions[-1:])
        return "A person's word outranks every classifier" + (
            f" (the last of them thought: {thought})." if thought else "."
        )
    winner = next((o for o in reversed(opinions) if _is_of(o, body)), None)
    if winner is None:
        return ""
    asked_before = [
        o["classifier"] for o in opinions if o["id"] < winner["id"] and o["classifier"] != winner["classifier"]
    ]
    first = f"{', '.join(dict.fromkeys(asked_before))} had not been sure enough" if asked_before else ""
    rival = saying.second(winner)
    second = f"the runner-up is {rival[0]} with {rival[1]:g}" if rival else "no other category had anything for it"
    told = "; ".join(part for part in (first, second) if part)
    return f"{told[0].upper()}{told[1:]}."


def _is_of(opinion: Json, body: Json) -> bool:
    return bool(opinion["classifier"] == body["decided_by"] and opinion["category"] == body["category"])


def _gone(facts: Facts) -> str:
    last = next((c for c in reversed(facts.changes) if c.relation == "documents" and c.operation == "delete"), None)
    if last is None or last.run_id not in facts.runs:
        return "no longer in the catalogue"
    run = facts.runs[last.run_id]
    was = f"; it was {documents.decided(last.before)}" if last.before else ""
    return f"taken out of the catalogue by run {run.id}, a {run.kind}, on {run.started_at.astimezone():%Y-%m-%d}{was}"
