"""The document workbench: business files in, an explained catalogue out.

The names below are the public ones. They are handed on lazily (PEP 562), so
that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.app import Workbench
    from workbench.errors import WorkbenchError
    from workbench.records import Arrival, Blob, Document, Evidence, Extraction, Label, Opinion, Problem, Run, Text

__version__ = "0.1.0"

_HOME = {
    "Workbench": "workbench.app",
    "WorkbenchError": "workbench.errors",
    **dict.fromkeys(
        ("Arrival", "Blob", "Document", "Evidence", "Extraction", "Label", "Opinion", "Problem", "Run", "Text"),
        "workbench.records",
    ),
}

__all__ = [
    "Arrival",
    "Blob",
    "Document",
    "Evidence",
    "Extraction",
    "Label",
    "Opinion",
    "Problem",
    "Run",
    "Text",
    "Workbench",
    "WorkbenchError",
    "__version__",
]


def __getattr__(name: str) -> Any:  # Any: the module hands on names of every kind
    if name not in _HOME:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
