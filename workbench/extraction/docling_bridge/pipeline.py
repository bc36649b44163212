"""docling's standard pipeline for PDF with our own layout, recognition and tables.

One page after the other in this thread: a worker is one of several processes,
and docling's own threads would only wait for each other.
"""

from collections.abc import Callable, Iterable
from typing import Any, Self

from docling.datamodel.base_models import ConversionStatus, DoclingComponentType, ErrorItem, Page
from docling.datamodel.document import ConversionResult
from docling.datamodel.pipeline_options import ThreadedPdfPipelineOptions
from docling.models.postprocessing.reading_order_rb import PageElement, ReadingOrderPredictor, SeparatorElement
from docling.models.stages.page_assemble.page_assemble_model import PageAssembleModel, PageAssembleOptions
from docling.pipeline.standard_pdf_pipeline import StandardPdfPipeline

from workbench.extraction.docling_bridge import plugins
from workbench.extraction.docling_bridge.layout import BlockLayoutOptions
from workbench.extraction.docling_bridge.ocr import PytesseractModel, PytesseractOptions
from workbench.extraction.docling_bridge.tables import GridTableOptions
from workbench.extraction.docling_bridge.words import flowing
from workbench.extraction.protocol import ExtractOptions

_Stage = Callable[[ConversionResult, Iterable[Page]], Iterable[Page]]


def pipeline_options(options: ExtractOptions) -> ThreadedPdfPipelineOptions:
    """Return docling's options for reading as `options` say, with our own models."""
    return ThreadedPdfPipelineOptions(
        allow_external_plugins=True,
        do_ocr=options.ocr,
        do_table_structure=True,
        layout_options=BlockLayoutOptions(),
        table_structure_options=GridTableOptions(),
        ocr_options=PytesseractOptions(**_recognition(options)),
    )


def _recognition(options: ExtractOptions) -> dict[str, Any]:  # Any: fields of docling's options
    return {
        "lang": list(options.languages),
        "dpi": options.dpi,
        "page_timeout_s": options.ocr_page_timeout_s,
        "budget_s": options.ocr_budget_s,
        "pixels": options.limits.pixels,
        "scratch": options.scratch,
    }


class PagewisePipeline(StandardPdfPipeline):
    """Reads the pages of a range one by one, in the order in which our layout gives their blocks."""

    def __init__(self, pipeline_options: ThreadedPdfPipelineOptions) -> None:
        plugins.register()
        super().__init__(pipeline_options)
        self.ocr_model: PytesseractModel
        self.assemble_model = _Assembly(options=PageAssembleOptions())
        self.reading_order_model.ro_model = self._order()

    def _order(self) -> ReadingOrderPredictor:
        return _GivenOrder()

    def renewed(self, options: ExtractOptions) -> Self:
        """Return the same pipeline for another file: models stay loaded, what recognition remembers goes."""
        chosen = self.pipeline_options.ocr_options.model_copy(update=_recognition(options))
        self.pipeline_options = self.pipeline_options.model_copy(update={"ocr_options": chosen, "do_ocr": options.ocr})
        self.ocr_model = self._make_ocr_model(self.artifacts_path)
        return self

    def _build_document(self, conv_res: ConversionResult) -> ConversionResult:
        backend: Any = conv_res.input._backend  # Any: docling types it as the least of all back ends
        pages = [
            page
            for number in self._get_expected_page_nos(conv_res)
            if (page := self._parsed(conv_res, backend, number)) is not None
        ]
        # Layout sees all pages together, since headers and footers come again.
        pages = list(self.layout_model(conv_res, pages))
        stages = (self.ocr_model, self.layout_postprocessing_model, self.table_model, self.assemble_model)
        conv_res.pages = [page for page in pages if self._through(conv_res, page, stages)]
        conv_res.status = ConversionStatus.PARTIAL_SUCCESS if conv_res.errors else ConversionStatus.SUCCESS
        return conv_res

    def _parsed(self, conv_res: ConversionResult, backend: Any, number: int) -> Page | None:  # Any: as above
        page = Page(page_no=number)
        try:
            page._backend = held = backend.load_page(number - 1)
            page.size = held.get_size()
            page.parsed_page = held.get_segmented_page()
        except MemoryError:
            raise
        except Exception as fault:  # a damaged page may raise anything, and costs itself only
            _record(conv_res, number, fault)
            return None
        return page

    def _through(self, conv_res: ConversionResult, page: Page, stages: Iterable[_Stage]) -> bool:
        """Lead a page through the stages; False when one of them failed."""
        try:
            for stage in stages:
                (page,) = stage(conv_res, [page])
        except MemoryError:
            raise
        except Exception as fault:  # as above
            _record(conv_res, page.page_no, fault)
            return False
        finally:
            self._release_page_resources_of(page)
        return True

    def _release_page_resources_of(self, page: Page) -> None:
        if page._backend is not None:
            page._backend.unload()  # type: ignore[no-untyped-call] # docling gives it no types
            page._backend = None
        page.parsed_page = None


def _record(conv_res: ConversionResult, number: int, fault: Exception) -> None:
    error = ErrorItem(
        component_type=DoclingComponentType.PIPELINE,
        module_name="PagewisePipeline",
        error_message=str(fault) or type(fault).__name__,
        page_no=number,
    )
    conv_res.errors.append(error)


class _Assembly(PageAssembleModel):
    """Joins the lines of a block without flattening quotation marks."""

    def sanitize_text(self, lines: list[str]) -> str:
        return flowing(lines)


class ModelPipeline(PagewisePipeline):
    """Reads with docling's own models for layout and tables; their blocks are ordered by docling, too."""

    def _order(self) -> ReadingOrderPredictor:
        return _PagewiseOrder()


class _PagewiseOrder(ReadingOrderPredictor):
    """Keeps every page's words on their page."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # docling gives its constructor no types

    def predict_merges(self, sorted_elements: list[PageElement]) -> dict[int, list[int]]:
        return {}

    def predict_to_footnotes(self, sorted_elements: list[PageElement]) -> dict[int, list[int]]:
        # Markdown leaves out what is filed below a table.
        return {}


class _GivenOrder(_PagewiseOrder):
    """Keeps the order of the layout."""

    def predict_reading_order(
        self, page_elements: list[PageElement], page_separators: list[SeparatorElement] | None = None
    ) -> list[PageElement]:
        return sorted(page_elements, key=lambda element: (element.page_no, element.cid))
