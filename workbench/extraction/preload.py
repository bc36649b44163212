"""Importing this module loads everything heavy that extraction may need.

For the process from which workers are forked: they then start in hundredths
of a second and share the memory. Never imported by the package itself.
"""

from importlib import import_module

from workbench.extraction.docling_bridge.reader import preload
from workbench.extraction.language import language
from workbench.extraction.registry import extractors

for _name in (
    "lxml.etree",
    "numpy",
    "PIL.Image",
    "PIL.ImageFilter",
    "PIL.WebPImagePlugin",
    "pymediainfo",
    "pypdfium2",
    "python_calamine",
    "selectolax.lexbor",
    "olefile",
    "charset_normalizer",
):
    import_module(_name)
extractors()
language("Dieser Satz lädt das Modell, das die Sprache eines Textes erkennt, in den Speicher.")
preload()
