"""Where documents come from: a source hands over arrivals and can be told what became of them."""

from workbench.sources.folder import FolderSource
from workbench.sources.protocol import Source

__all__ = ["FolderSource", "Source"]
