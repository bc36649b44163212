"""Loading docling: without a network, without its own log, and without what it never needs here."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_NAMES = ("docling", "docling_core", "docling_parse", "pypdfium2")


def offline() -> None:
    """Tell the libraries of docling's models that there is no network; must come before they are imported."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ[name] = "1"


@contextmanager
def lean() -> Iterator[None]:
    """Keep docling from importing SciPy and pandas, which take a second together and 60 MB.

    SciPy serves docling's own recognition only, which does without where it is
    not installed. pandas is imported for names in signatures; the stand-in
    hands over to it as soon as anybody makes a table with it.
    """
    absent: dict[str, Any] = {"scipy.ndimage": None, "pandas": _LatePandas("pandas")}
    mine = {name: module for name, module in absent.items() if name not in sys.modules}
    sys.modules.update(mine)
    try:
        yield
    finally:
        for name, module in mine.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


class _LatePandas(ModuleType):
    """pandas for a module that names it but hardly ever needs it."""

    class DataFrame:
        """Becomes pandas' own when it is made."""

        def __new__(cls, *arguments: Any, **named: Any) -> Any:  # Any: as pandas takes them
            return import_module("pandas").DataFrame(*arguments, **named)

    def __getattr__(self, name: str) -> Any:  # Any: whatever pandas has
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(import_module("pandas"), name)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep docling from telling its own story: what became of a file is in its extraction."""
    loggers = [logging.getLogger(name) for name in _NAMES]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
