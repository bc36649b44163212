"""Where the bytes lie: blobs by digest, written once, verified whenever read."""

from workbench.store.local import LocalStore
from workbench.store.overlay import OverlayStore
from workbench.store.protocol import Store

__all__ = ["LocalStore", "OverlayStore", "Store"]
