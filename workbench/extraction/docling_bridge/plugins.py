"""What docling asks of its plug-ins: our layout, recognition and table structure.

Named in the entry point group ``docling``, so that docling's own command line
offers them with ``--allow-external-plugins``. `register` does the same where
the package is not installed as a distribution.
"""

from functools import lru_cache
from importlib.util import find_spec
from typing import Any

# Any: docling hands its classes around untyped.
_Engines = dict[str, list[Any]]


def layout_engines() -> _Engines:
    """Return the layout that needs no model."""
    from workbench.extraction.docling_bridge.layout import BlockLayoutModel

    return {"layout_engines": [BlockLayoutModel]}


def ocr_engines() -> _Engines:
    """Return recognition by pytesseract."""
    from workbench.extraction.docling_bridge.ocr import PytesseractModel

    return {"ocr_engines": [PytesseractModel]}


def table_structure_engines() -> _Engines:
    """Return the table structure that needs no model."""
    from workbench.extraction.docling_bridge.tables import GridTableModel

    return {"table_structure_engines": [GridTableModel]}


@lru_cache(maxsize=1)
def register() -> None:
    """Make our engines known to docling's factories, once a process."""
    import docling.models.plugins.defaults as defaults
    from docling.models import factories

    if find_spec("torch") is None:
        # docling's own list imports torch without asking.
        defaults.table_structure_engines = lambda: {"table_structure_engines": []}
    for factory, engines in (
        (factories.get_layout_factory, layout_engines()["layout_engines"]),
        (factories.get_ocr_factory, ocr_engines()["ocr_engines"]),
        (factories.get_table_structure_factory, table_structure_engines()["table_structure_engines"]),
    ):
        known = factory(allow_external_plugins=True)
        for engine in engines:
            if engine.get_options_type() not in known.classes:
                known.register(engine, "workbench", __name__)
