"""The settings as models: ``config/workbench.yaml``, each value with its bounds and what it means."""

import hashlib
import json
import os
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from workbench.config.schedules import ScheduleSettings, checked_names
from workbench.errors import ConfigError

_ENTRY = ConfigDict(extra="forbid", frozen=True)

SECRETS = ("database_url", "app_database_url", "passwords")
"""Settings that the environment alone gives."""


class CapSettings(BaseModel):
    """The largest files that docling is given; above them the direct readers read. 0: none."""

    model_config = _ENTRY

    word_kb: int = Field(3072, ge=0, description="Word processor documents.")
    sheet_kb: int = Field(3072, ge=0, description="Sheets.")
    slides_kb: int = Field(20480, ge=0, description="Slides, and Apple's office files.")
    html_kb: int = Field(300, ge=0, description="Web pages.")
    book_kb: int = Field(300, ge=0, description="EPUB.")
    text_kb: int = Field(200, ge=0, description="Markdown, AsciiDoc, LaTeX, CSV, subtitles.")
    structured_pages: int = Field(400, ge=0, description="Pages of a PDF that is structured.")


class LimitSettings(BaseModel):
    """What a container or a picture may cost before it counts as a bomb."""

    model_config = _ENTRY

    depth: int = Field(5, ge=0, description="Containers inside containers.")
    members: int = Field(10_000, ge=1, description="Files in one container.")
    unpacked_mb: int = Field(4096, ge=1, description="All files of one container together.")
    ratio: float = Field(200, gt=1, allow_inf_nan=False, description="Unpacked over packed size, above 10 MB.")
    megapixels: float = Field(40, gt=0, allow_inf_nan=False, description="Of one picture.")
    text_chars: int = Field(20_000_000, ge=1000, description="Characters of text that are kept.")


class ExtractionSettings(BaseModel):
    """How files are read."""

    model_config = _ENTRY

    mode: Literal["fast", "balanced", "structured"] = Field(
        "balanced", description="Which engines are asked first: the direct readers, docling for office files, for PDF."
    )
    ocr: bool = Field(True, description="Recognise the text of pictures and scanned pages with Tesseract.")
    languages: tuple[str, ...] = Field(("deu", "eng"), description="Tesseract's languages, most likely first.")
    dpi: int = Field(200, ge=72, le=600, description="Resolution at which scanned pages are recognised.")
    ocr_page_timeout_s: float = Field(30, gt=0, allow_inf_nan=False, description="Seconds that one page may take.")
    ocr_budget_s: float = Field(
        60, ge=0, allow_inf_nan=False, description="Seconds after which a long scan hands over what it has; 0: never."
    )
    structure: bool = Field(False, description="Keep docling's document (headings, tables) as JSON in any mode.")
    tables: bool = Field(False, description="Look for the tables of PDFs.")
    media: bool = Field(True, description="Look into sound and film: duration, titles, a picture.")
    thumbnails: int = Field(1, ge=0, le=1000, description="Pages of which a small picture is kept.")
    thumbnail_px: int = Field(320, ge=32, le=2048, description="Its longer side.")
    models: Path | None = Field(None, description="Folder with docling's model weights, where they are installed.")
    timeout_s: float = Field(120, gt=0, le=86_400, allow_inf_nan=False, description="Seconds that one file may take.")
    memory_mb: int = Field(4096, ge=512, description="Memory that one worker process may use.")
    max_mb: int = Field(2048, ge=1, description="Larger files are kept, but not read.")
    tasks_per_worker: int = Field(400, ge=1, description="Files after which a worker process is replaced.")
    caps: CapSettings = CapSettings()
    limits: LimitSettings = LimitSettings()


class FolderSettings(BaseModel):
    """What is taken from folders."""

    model_config = _ENTRY

    include: tuple[str, ...] = Field((), description="Patterns of file names to take; empty for all.")
    exclude: tuple[str, ...] = Field(
        (), description="Patterns of file and folder names to pass over, besides the usual."
    )


class NotebookSettings(BaseModel):
    """How notebooks run unattended."""

    model_config = _ENTRY

    keep_days: int = Field(90, ge=1, description="Executed notebooks older than this are removed.")
    timeout_s: float | None = Field(None, description="Seconds that one notebook may take; no limit by default.")


class SnapshotSettings(BaseModel):
    """When the catalogue is given a name to return to by itself."""

    model_config = _ENTRY

    before_documents: int = Field(
        1000, ge=0, description="A snapshot is made before each run that touches more documents; 0: never."
    )


class Settings(BaseSettings):
    """Everything in ``config/workbench.yaml``."""

    model_config = SettingsConfigDict(
        env_prefix="WORKBENCH_", env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )
    # Variables with our prefix that are not settings: where to look, which notebook this is, whether to rehearse,
    # what benchmarks read.
    other_variables: ClassVar[frozenset[str]] = frozenset(
        {"WORKBENCH_CONFIG", "WORKBENCH_NOTEBOOK", "WORKBENCH_CORPORA", "WORKBENCH_REHEARSE"}
    )

    home: Path = Field(Path("data"), description="Where catalogue and objects lie; relative to the project folder.")
    workers: int = Field(0, ge=0, le=256, description="Worker processes; 0 for one per processor core.")
    rules: Path = Field(Path("config/sorting-rules.yaml"), description="The rules to classify by.")
    database_url: SecretStr | None = Field(
        None, description="A PostgreSQL server; the embedded one where none is given."
    )
    passwords: tuple[SecretStr, ...] = Field((), description="Tried on encrypted files; from the environment alone.")
    app_database_url: SecretStr | None = Field(None, description="The same for pages and REST, with a lesser login.")
    extraction: ExtractionSettings = ExtractionSettings()
    folders: FolderSettings = FolderSettings()
    notebooks: NotebookSettings = NotebookSettings()
    snapshots: SnapshotSettings = SnapshotSettings()
    schedules: Annotated[dict[str, ScheduleSettings], BeforeValidator(checked_names)] = Field(
        {}, description="Notebooks that run at certain times, by name."
    )

    project: Path = Field(Path(), exclude=True, description="Set by `load`: what relative paths are relative to.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment outranks the file, which `load` hands over as arguments."""
        return env_settings, init_settings

    def path(self, given: Path) -> Path:
        """A path from the settings, made absolute."""
        return (self.project / expanded(given)).absolute()

    @property
    def home_folder(self) -> Path:
        return self.path(self.home)

    @property
    def objects_folder(self) -> Path:
        """Where a local store keeps its blobs."""
        return self.home_folder / "objects"

    @property
    def worker_count(self) -> int:
        return self.workers or os.cpu_count() or 1

    def plain(self) -> str:
        """The settings as JSON, for a run's record; neither secrets nor where everything lies are in it."""
        return self.model_dump_json(exclude=set(SECRETS) | {"home"})

    def digest(self) -> str:
        """What identifies these settings in a run's record."""
        return hashlib.sha256(self.plain().encode()).hexdigest()[:16]

    def as_recorded(self, plain: str) -> "Settings":
        """These settings, but what an outcome depends on as an earlier run had it.

        Parameters
        ----------
        plain : what `plain` gave then

        Raises
        ------
        ConfigError
            A setting of then is none any more.
        """
        recorded = json.loads(plain)
        try:
            groups = {
                name: type(getattr(self, name)).model_validate(recorded[name])
                for name in ("extraction", "folders")
                if name in recorded
            }
        except ValidationError as error:
            names = ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors(include_url=False))
            raise ConfigError(f"the run was made with settings that this version does not know: {names}") from error
        return self.model_copy(update=groups)


def expanded(path: Path) -> Path:
    """A path with its ~ replaced; raises `ConfigError` where there is no such user."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ConfigError(f"{path} cannot be found: there is no user '{path.parts[0][1:]}' here") from error
