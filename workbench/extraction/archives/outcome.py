"""How taking the members of an archive went, said in one way for all kinds."""

from collections.abc import Sequence
from dataclasses import replace

from workbench.errors import ExtractionError
from workbench.extraction.archives.unpacking import Unpacking
from workbench.extraction.building import from_text
from workbench.extraction.protocol import Extractor
from workbench.records import Extraction, ExtractionState, Metadata

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
            raise ExtractionError(_sealed(sealed, found), state=ExtractionState.ENCRYPTED)
        raise ExtractionError(failures[0])
    names = "\n".join(child.name for child in children)
    metadata = Metadata(raw={"members": found, "unpacked_bytes": unpacking.unpacked})
    extraction = replace(
        from_text(extractor, media_type, names, metadata=metadata, warnings=failures), children=tuple(children)
    )
    if stop:
        return replace(extraction, state=ExtractionState.TOO_LARGE, message=stop)
    if failures:
        message = _sealed(sealed, found) if sealed else _failed(failures, found)
        return replace(extraction, state=ExtractionState.PARTIAL, message=message)
    return extraction if children else replace(extraction, message="The archive holds no files.")


def _sealed(sealed: int, found: int) -> str:
    if found == 1:
        said = "Its only member is encrypted."
    elif sealed == found:
        said = f"All of its {found} members are encrypted."
    else:
        said = f"{sealed} of {found} members {'is' if sealed == 1 else 'are'} encrypted."
    return f"{said} Ask for the password or an open copy."


def _failed(failures: Sequence[str], found: int) -> str:
    """Say how many members failed; an archive that broke off has more failures than members."""
    if found <= 1 or len(failures) > found:
        return failures[0]
    return f"{len(failures)} of {found} members failed: {failures[0]}"
