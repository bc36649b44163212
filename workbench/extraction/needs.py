"""What an extractor needs on this machine: Python packages, programs, languages.

Each function answers with sentences that say what is missing and how to get
it; none where all is there.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from shutil import which


def packages(*names: str) -> tuple[str, ...]:
    """Say which of these importable packages are missing."""
    return tuple(f"The Python package {name} is not installed." for name in names if find_spec(name) is None)


def programs(**debian: str) -> tuple[str, ...]:
    """Say which of these programs are missing; the values name the Debian packages they come with."""
    return tuple(
        f"{name} is not installed; apt install {package}." for name, package in debian.items() if not which(name)
    )


def recognition(languages: Sequence[str]) -> tuple[str, ...]:
    """Say what Tesseract lacks for these languages, and for finding out which way is up."""
    from workbench.extraction.recognition.tesseract import NOT_INSTALLED, installed_languages, missing_language

    present = installed_languages()
    if not present:
        return (NOT_INSTALLED,)
    return tuple(missing_language(code) for code in (*languages, "osd") if code not in present)
