"""docling's own models: what is missing is said, and without them the text is read nevertheless."""

import os
from importlib.metadata import EntryPoint

import pytest

from tests.extraction.docling_bridge import papers
from workbench.extraction import ExtractOptions, Mode, formats
from workbench.extraction import media_types as known
from workbench.extraction.docling_bridge import models, plugins
from workbench.records import ExtractionState

LAYOUT = "docling-project--docling-layout-heron/model.safetensors"
TABLES = "docling-project--docling-models/model_artifacts/tableformer/accurate/tm_config.json"


@pytest.fixture
def weights(tmp_path):
    """A folder in which docling's models seem to be."""
    for file in (LAYOUT, TABLES):
        path = tmp_path / "weights" / file
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
    return tmp_path / "weights"


def test_an_empty_folder_says_what_is_missing_and_how_to_get_it(tmp_path):
    assert models.installed(tmp_path) == ()
    (*_, sentence) = models.missing(tmp_path)
    assert sentence == (
        f"{tmp_path} does not hold docling's layout and tableformer; "
        f"docling-tools models download -o {tmp_path} layout tableformer."
    )


def test_models_are_found_one_by_one(weights, monkeypatch):
    monkeypatch.setattr(models, "_PACKAGES", ())
    assert models.installed(weights) == ("layout", "tableformer")
    assert models.missing(weights) == ()
    (weights / LAYOUT).unlink()
    assert models.installed(weights) == ("tableformer",)
    assert models.missing(weights)[0].endswith(f"docling-tools models download -o {weights} layout.")


def test_missing_packages_are_named(weights, monkeypatch):
    monkeypatch.setattr(models, "_PACKAGES", ("sys", "no_such_package"))
    assert models.missing(weights) == (
        "docling's models need no_such_package; pip install 'document-workbench[full]' brings them.",
    )


def test_the_folder_of_the_layout_is_docling_s_own():
    from docling.datamodel.pipeline_options import LayoutObjectDetectionOptions

    assert LAYOUT.startswith(LayoutObjectDetectionOptions().model_spec.repo_id.replace("/", "--"))


def test_the_options_name_models_and_pytesseract(weights, tmp_path):
    from workbench.extraction.docling_bridge.ocr import PytesseractOptions

    chosen = models.model_options(ExtractOptions(scratch=tmp_path, models=weights, languages=("deu",), dpi=150))
    assert chosen.artifacts_path == weights
    assert chosen.layout_options.kind == "layout_object_detection"
    assert (chosen.table_structure_options.kind, chosen.table_structure_options.mode.value) == (
        "docling_tableformer",
        "accurate",
    )
    assert not chosen.enable_remote_services
    assert isinstance(chosen.ocr_options, PytesseractOptions)
    assert (chosen.ocr_options.lang, chosen.ocr_options.dpi, chosen.ocr_options.lays_out) == (["deu"], 150, False)


def test_without_models_the_text_is_read_and_a_warning_says_so(reading, tmp_path):
    extraction = reading(papers.article(), "x.pdf", mode=Mode.STRUCTURED, models=tmp_path / "nowhere")
    assert (extraction.extractor, extraction.state) == ("docling-pdf", ExtractionState.OK)
    assert extraction.warnings[0].startswith("Read without docling's models. ")
    assert "docling-tools models download" in extraction.warnings[0]


def test_models_that_cannot_be_loaded_are_a_warning(reading, weights, monkeypatch):
    monkeypatch.setattr(models, "_PACKAGES", ())
    models._loaded.cache_clear()
    extraction = reading(papers.article(), "x.pdf", mode=Mode.STRUCTURED, models=weights)
    assert extraction.state is ExtractionState.OK
    assert "They cannot be loaded" in extraction.warnings[0]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_request_leaves_the_machine(tmp_path, monkeypatch):
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "0")
    models.pipeline(ExtractOptions(scratch=tmp_path))
    assert (os.environ["HF_HUB_OFFLINE"], os.environ["TRANSFORMERS_OFFLINE"]) == ("1", "1")


def test_loaded_models_are_used_and_stay_loaded(reading, weights, monkeypatch):
    """Weights are not to be had here: our own layout and tables stand in for docling's models."""
    from docling.models.factories import get_layout_factory, get_table_structure_factory

    plugins.register()
    monkeypatch.setattr(models, "_PACKAGES", ())
    chosen = models.model_options(ExtractOptions(scratch=weights, models=weights))
    made = []

    def standing_in(engine):
        def make(*, options, **rest):
            made.append(options.kind)
            return engine(options=options, **rest)

        return make

    for factory, options, own in (
        (get_layout_factory, chosen.layout_options, plugins.layout_engines()["layout_engines"][0]),
        (
            get_table_structure_factory,
            chosen.table_structure_options,
            plugins.table_structure_engines()["table_structure_engines"][0],
        ),
    ):
        monkeypatch.setitem(factory(allow_external_plugins=True).classes, type(options), standing_in(own))
    models._loaded.cache_clear()
    try:
        for _ in range(2):
            extraction = reading(papers.article(), "x.pdf", mode=Mode.STRUCTURED, models=weights)
            assert extraction.warnings == ()
            assert "Von der Sache Palette" in extraction.text
            assert "| Schrauben | 12 | 3,50 |" in extraction.text
        assert made == ["layout_object_detection", "docling_tableformer"]
    finally:
        models._loaded.cache_clear()


def test_formats_say_which_models_are_missing(tmp_path):
    listed = formats(ExtractOptions(scratch=tmp_path, mode=Mode.STRUCTURED, models=tmp_path))
    (pdf,) = (format_ for format_ in listed if format_.media_type == known.PDF)
    assert any("docling-tools models download" in sentence for sentence in pdf.missing)


def test_the_plug_ins_answer_docling():
    from docling.models import factories

    plugins.register()
    for factory, kind in (
        (factories.get_layout_factory, "workbench_blocks"),
        (factories.get_ocr_factory, "pytesseract"),
        (factories.get_table_structure_factory, "workbench_grids"),
    ):
        assert kind in factory(allow_external_plugins=True).registered_kind


def test_docling_finds_our_plug_ins_by_their_entry_point(monkeypatch):
    import tomllib
    from pathlib import Path

    from docling.models.factories import base_factory
    from docling.models.factories.layout_factory import LayoutFactory
    from docling.models.factories.ocr_factory import OcrFactory
    from docling.models.factories.table_factory import TableStructureFactory

    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    points = [EntryPoint(*named, "docling") for named in project["project"]["entry-points"]["docling"].items()]
    monkeypatch.setattr(base_factory, "entry_points", lambda group: points)
    kinds = []
    for factory in (LayoutFactory(), OcrFactory(), TableStructureFactory()):
        factory.load_from_plugins(allow_external_plugins=True)
        kinds += factory.registered_kind
    assert kinds == ["workbench_blocks", "pytesseract", "workbench_grids"]
