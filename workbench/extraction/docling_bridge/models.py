"""docling's models: which are installed in a folder, and the pipeline that reads with them.

The complete package (extra ``full``) and the weights are wanted, both of which
an administrator installs. Nothing is downloaded from here: docling is told
that there is no network. What is missing is said, and the pipeline that needs
no models reads instead.
"""

import logging
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.extraction.docling_bridge.loading import offline
from workbench.extraction.protocol import ExtractOptions

if TYPE_CHECKING:
    from docling.datamodel.pipeline_options import ThreadedPdfPipelineOptions

    from workbench.extraction.docling_bridge.pipeline import PagewisePipeline

log = logging.getLogger(__name__)

# As `docling-tools models download` names the folders, each with a file without which it is of no use.
_MODELS = {
    "layout": "docling-project--docling-layout-heron/model.safetensors",
    "tableformer": "docling-project--docling-models/model_artifacts/tableformer/accurate/tm_config.json",
}
_PACKAGES = ("torch", "transformers", "docling_ibm_models")


def installed(folder: Path) -> tuple[str, ...]:
    """Return which of docling's models are in a folder: layout, tableformer."""
    return tuple(name for name, file in _MODELS.items() if (folder / file).is_file())


def missing(folder: Path) -> tuple[str, ...]:
    """Return a sentence for each thing that reading with the models of a folder lacks."""
    packages = [name for name in _PACKAGES if find_spec(name) is None]
    sentences = []
    if packages:
        sentences.append(
            f"docling's models need {', '.join(packages)}; pip install 'document-workbench[full]' brings them."
        )
    present = installed(folder)
    lacking = [name for name in _MODELS if name not in present]
    if lacking:
        which = " and ".join(lacking)
        sentences.append(
            f"{folder} does not hold docling's {which}; docling-tools models download -o {folder} {' '.join(lacking)}."
        )
    return tuple(sentences)


def pipeline(options: ExtractOptions) -> tuple["PagewisePipeline", tuple[str, ...]]:
    """Return the pipeline for reading as `options` say, and a sentence where it is not the one asked for."""
    offline()
    from workbench.extraction.docling_bridge.pipeline import PagewisePipeline, pipeline_options

    note: tuple[str, ...] = ()
    if options.models is not None:
        lacking = missing(options.models)
        if not lacking:
            try:
                return _loaded(options.models).renewed(options), ()
            except MemoryError:
                raise
            except Exception as fault:  # weights that do not fit the code may raise anything
                log.warning("docling's models cannot be loaded", exc_info=fault)
                lacking = (f"They cannot be loaded ({fault}).",)
        note = (f"Read without docling's models. {' '.join(lacking)}"[:500],)
    return PagewisePipeline(pipeline_options(options)), note


def model_options(options: ExtractOptions) -> "ThreadedPdfPipelineOptions":
    """Return docling's options for reading with its own models for layout and tables, and with pytesseract."""
    from docling.datamodel.pipeline_options import (
        LayoutObjectDetectionOptions,
        TableFormerMode,
        TableStructureOptions,
    )

    from workbench.extraction.docling_bridge.pipeline import pipeline_options

    chosen = pipeline_options(options)
    chosen.artifacts_path = options.models
    chosen.layout_options = LayoutObjectDetectionOptions()
    chosen.table_structure_options = TableStructureOptions(mode=TableFormerMode.ACCURATE)
    chosen.ocr_options = chosen.ocr_options.model_copy(update={"lays_out": False})
    return chosen


@lru_cache(maxsize=1)
def _loaded(folder: Path) -> "PagewisePipeline":
    """Load the models once a process; weights take seconds and some hundred megabytes."""
    from workbench.extraction.docling_bridge.pipeline import ModelPipeline

    return ModelPipeline(model_options(ExtractOptions(scratch=Path(), models=folder)))
