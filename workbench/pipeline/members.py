"""What was inside of a container goes into the store and becomes arrivals of its own."""

import hashlib
from dataclasses import dataclass, field

from workbench import extraction
from workbench.catalog.reading import ToRead
from workbench.catalog.taking import Taken
from workbench.pipeline.job import Job
from workbench.records import Arrival, Child, Extraction, Problem, Stage

SOURCE = "container"
LONGEST_KEY = 1000


@dataclass(frozen=True, kw_only=True)
class Members:
    """The members of one container, and what was left out of it."""

    members: list[Taken] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def store(job: Job, container: ToRead, found: Extraction) -> Members:
    """Store the members; beyond the allowed depth they are left where they are, and a Problem says so."""
    if not found.children:
        return Members()
    if container.depth >= job.options.limits.depth:
        return Members(problems=[_too_deep(container, len(found.children), job.options.limits.depth)])
    return Members(members=[_store(job, container, child) for child in found.children])


def _store(job: Job, container: ToRead, child: Child) -> Taken:
    with child.path.open("rb") as stream:
        blob = job.store.put(stream)
    name = child.name.rsplit("/", 1)[-1]
    arrival = Arrival(
        source=SOURCE,
        external_id=f"{container.digest}!/{_key(child.name)}",
        locator=f"{container.locator}!/{child.name}",
        name=name,
        size=blob.size,
        depth=container.depth + 1,
        parent=container.digest,
        metadata=child.metadata,
    )
    return Taken(arrival=arrival, blob=blob, media_type=extraction.media_type(child.path, name))


def _key(name: str) -> str:
    # An index takes keys of some 2,700 bytes; a name in an archive may have 65,535.
    written = name.encode()
    return name if len(written) <= LONGEST_KEY else f"sha256:{hashlib.sha256(written).hexdigest()}"


def _too_deep(container: ToRead, count: int, depth: int) -> Problem:
    return Problem(
        stage=Stage.READ,
        kind="nested too deep",
        message=f"{container.name} lies {depth} containers deep; its {count} members were not taken out",
        advice="Unpack it by hand if you trust it, and ingest what comes out.",
        locator=container.locator,
        digest=container.digest,
    )
