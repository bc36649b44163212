"""The settings: one pydantic model per file in config/, overridden by the environment.

``workbench.yaml`` gives the values, ``WORKBENCH_…`` variables outrank it
(``WORKBENCH_EXTRACTION__OCR=false``), and secrets come from the environment
alone. Only `app` and the doors read this; rooms receive values.
"""

import hashlib
import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from workbench.errors import ConfigError

_ENTRY = ConfigDict(extra="forbid", frozen=True)


class ExtractionSettings(BaseModel):
    """How files are read."""

    model_config = _ENTRY

    ocr: bool = Field(True, description="Recognise the text of pictures and scanned pages with Tesseract.")
    languages: tuple[str, ...] = Field(("deu", "eng"), description="Tesseract's languages, most likely first.")
    dpi: int = Field(200, ge=72, le=600, description="Resolution at which scanned pages are recognised.")
    docling: bool = Field(True, description="Read office, web, mail and text files with docling, below its size caps.")
    structure: bool = Field(False, description="Keep docling's document (headings, tables) as JSON as well.")
    timeout_s: float = Field(120, gt=0, le=86_400, allow_inf_nan=False, description="Seconds that one file may take.")
    memory_mb: int = Field(4096, ge=512, description="Memory that one worker process may use.")
    max_mb: int = Field(2048, ge=1, description="Larger files are kept, but not read.")
    tasks_per_worker: int = Field(400, ge=1, description="Files after which a worker process is replaced.")


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


class Settings(BaseSettings):
    """Everything in ``config/workbench.yaml``."""

    model_config = SettingsConfigDict(
        env_prefix="WORKBENCH_", env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )
    # Variables with our prefix that are not settings: where to look, which notebook this is, what benchmarks read.
    other_variables: ClassVar[frozenset[str]] = frozenset(
        {"WORKBENCH_CONFIG", "WORKBENCH_NOTEBOOK", "WORKBENCH_CORPORA"}
    )

    home: Path = Field(Path("data"), description="Where catalogue and objects lie; relative to the project folder.")
    workers: int = Field(0, ge=0, le=256, description="Worker processes; 0 for one per processor core.")
    rules: Path = Field(Path("config/sorting-rules.yaml"), description="The rules to classify by.")
    database_url: SecretStr | None = Field(
        None, description="A PostgreSQL server; the embedded one where none is given."
    )
    app_database_url: SecretStr | None = Field(None, description="The same for pages and REST, with a lesser login.")
    extraction: ExtractionSettings = ExtractionSettings()
    folders: FolderSettings = FolderSettings()
    notebooks: NotebookSettings = NotebookSettings()

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
    def worker_count(self) -> int:
        return self.workers or os.cpu_count() or 1

    def digest(self) -> str:
        """What identifies these settings in a run's record; secrets are not in it."""
        plain = self.model_dump_json(exclude={"database_url", "app_database_url", "home"})
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


def expanded(path: Path) -> Path:
    """A path with its ~ replaced; raises `ConfigError` where there is no such user."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ConfigError(f"{path} cannot be found: there is no user '{path.parts[0][1:]}' here") from error


def project_folder() -> Path:
    """The folder that holds config/, notebooks/ and dashboards/: from WORKBENCH_CONFIG, the checkout, or here."""
    if named := os.environ.get("WORKBENCH_CONFIG"):
        folder = Path(named).expanduser().absolute()
        if folder.name != "config" or not folder.is_dir():
            # Otherwise a slip of the pen would start a second, empty catalogue somewhere else.
            raise ConfigError(f"WORKBENCH_CONFIG must name a folder called config, but names {named}")
        return folder.parent
    checkout = Path(__file__).resolve().parent.parent
    return checkout if (checkout / "config" / "workbench.yaml").is_file() else Path.cwd()


def load(folder: Path | None = None) -> Settings:
    """Read ``config/workbench.yaml`` and the environment.

    Parameters
    ----------
    folder : the project folder; found by `project_folder` when not given

    Raises
    ------
    ConfigError
        Something is wrong; the message lists every mistake with its line.
    """
    project = (folder or project_folder()).absolute()
    file = project / "config" / "workbench.yaml"
    _check_variables()
    tree = _read(file) if file.is_file() else CommentedMap()
    _check_names(file, tree)
    try:
        return Settings(**{**tree, "project": project})
    except SettingsError as error:
        raise ConfigError(_not_json(error)) from error
    except ValidationError as error:
        lines = "\n".join(f"  {_sentence(problem, file, tree)}" for problem in error.errors(include_url=False))
        raise ConfigError(f"the settings are wrong:\n{lines}") from error


def _read(file: Path) -> CommentedMap:
    try:
        tree = YAML(typ="rt").load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(f"{file}, line {mark.line + 1 if mark else 1}: {error.problem}") from error
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ConfigError(f"{file} cannot be read: {' '.join(str(error).split())}") from error
    if tree is None:
        return CommentedMap()
    if not isinstance(tree, CommentedMap):
        raise ConfigError(f"{file}: expected settings as 'name: value'")
    return tree


def _check_variables() -> None:
    names = Settings.model_fields.keys() - {"project"}
    known = {f"WORKBENCH_{name.upper()}" for name in names} | Settings.other_variables
    for name in os.environ:
        if name.upper().startswith("WORKBENCH_") and name.split("__")[0] not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ConfigError(f"the environment holds {name}, which is no setting{hint}")


def _check_names(file: Path, tree: CommentedMap) -> None:
    for name in tree:
        where = f"{file}, line {_line(tree, [name])}"
        if name in {"database_url", "app_database_url"}:
            raise ConfigError(f"{where}: '{name}' holds a password; set WORKBENCH_{name.upper()} in the environment")
        if not isinstance(name, str) or name == "project":
            raise ConfigError(f"{where}: no setting '{name}'")


def _not_json(error: SettingsError) -> str:
    # The only way to come here is a list or a group given as one variable.
    given = str(error).split('"')
    name = f"WORKBENCH_{given[1].upper()}" if len(given) > 1 else "a variable"
    variables = sorted(v for v in os.environ if v.startswith(name))
    return f'the environment ({", ".join(variables) or name}): a list is written as JSON, e.g. ["deu", "eng"]'


def _sentence(problem: Mapping[str, Any], file: Path, tree: CommentedMap) -> str:  # Any: pydantic's description
    place = [str(part) for part in problem["loc"]]
    name = ".".join(place)
    line = _line(tree, place)
    variable = f"WORKBENCH_{'__'.join(place).upper()}"
    is_from_file = line is not None and not os.environ.get(variable)
    where = f"{file}, line {line}" if is_from_file else f"the environment ({variable})"
    if problem["type"] == "extra_forbidden":
        close = get_close_matches(place[-1], _names(place[:-1]), n=1)
        return f"{where}: no setting '{name}'" + (f"; did you mean '{close[0]}'?" if close else "")
    return f"{where}: '{name}': {problem['msg'][:1].lower()}{problem['msg'][1:]}, not {problem['input']!r}"


def _names(place: list[str]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in place:
        found = model.model_fields[part].annotation if part in model.model_fields else None
        model = found if isinstance(found, type) and issubclass(found, BaseModel) else model
    return list(model.model_fields)


def _line(tree: CommentedMap, place: list[str]) -> int | None:
    node: Any = tree  # Any: ruamel's nodes and plain values by turns
    line = None
    for part in place:
        if not isinstance(node, CommentedMap) or part not in node:
            break
        line = node.lc.key(part)[0] + 1
        node = node[part]
    return line
