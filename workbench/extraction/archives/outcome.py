"""How taking the members of an archive went, said in one way for all kinds."""

from collections.abc import Sequence
from dataclasses import replace

from workbench.errors import ExtractionError
from workbench.extraction.archives.unpacking import Unpacking
from workbench.extraction.building import from_text
from workbench.extraction.protocol import Extractor
from workbench.records import Extraction, ExtractionState, Metadata

SEALED = "{} of {} members are encrypted. Ask for the password or an open copy."
ALL_SEALED = "The archive is encrypted. Ask for the password or an open copy."


def outcome(
    extractor: Extractor,
    media_type: str,
    unpacking: Unpacking,
    *,
    found: int,
    stop: str = "",
    failures: Sequence[str] = (),
    sealed: int = 0,
) -> Extraction:
    """Return the children; the text is the list of their names, so that an archive is found by them.

    Parameters
    ----------
    found : members that it has, taken or not
    stop : the limit that ended it, "" where all was taken
    failures : a sentence for each member that could not be taken
    sealed : members that no password opened

    Raises
    ------
    ExtractionError
        Nothing could be taken.
    """
    children = unpacking.children
    if not children and not stop and failures:
        if sealed:
            raise ExtractionError(SEALED.format(sealed, found), state=ExtractionState.ENCRYPTED)
        raise ExtractionError(failures[0])
    names = "\n".join(child.name for child in children)
    metadata = Metadata(raw={"members": found, "unpacked_bytes": unpacking.unpacked})
    extraction = replace(
        from_text(extractor, media_type, names, metadata=metadata, warnings=failures), children=tuple(children)
    )
    if stop:
        return replace(extraction, state=ExtractionState.TOO_LARGE, message=stop)
    if failures:
        one = "member" if found == 1 else "members"
        message = SEALED.format(sealed, found) if sealed else f"{len(failures)} of {found} {one} failed: {failures[0]}"
        return replace(extraction, state=ExtractionState.PARTIAL, message=message)
    return extraction if children else replace(extraction, message="The archive holds no files.")
