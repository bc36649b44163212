"""Settings: from the file, from the environment, and every mistake told with its place."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.conftest import PROJECT
from workbench import config
from workbench.config import Settings
from workbench.errors import ConfigError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    return tmp_path


def load(project: Path, text: str | bytes) -> Settings:
    file = project / "config" / "workbench.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return config.load(project)


def test_the_shipped_file_holds_the_defaults(tmp_path: Path) -> None:
    shipped, default = config.load(PROJECT), config.load(tmp_path)
    assert shipped.model_dump(exclude={"project"}) == default.model_dump(exclude={"project"})


def test_the_shipped_file_names_every_setting_that_is_no_secret() -> None:
    text = (PROJECT / "config" / "workbench.yaml").read_text(encoding="utf-8")
    names = set(Settings.model_fields) - {"project", "database_url", "app_database_url", "passwords"}
    inner = {n for f in ("extraction", "folders") for n in type(getattr(config.load(PROJECT), f)).model_fields}
    assert not [name for name in names | inner if f"{name}:" not in text]


def test_the_environment_outranks_the_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_WORKERS", "7")
    monkeypatch.setenv("WORKBENCH_EXTRACTION__OCR", "false")
    settings = load(project, "workers: 2\nextraction:\n  ocr: true\n  dpi: 300\n")
    assert (settings.workers, settings.extraction.ocr, settings.extraction.dpi) == (7, False, 300)


def test_an_empty_variable_and_an_empty_file_say_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_WORKERS", "")
    assert load(project, "").workers == 0
    assert load(project, "# only a comment\n").workers == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wokers: 2", r"workbench.yaml, line 1: no setting 'wokers'; did you mean 'workers'\?"),
        ("workers: 1\nextraction:\n  orc: true", r"line 3: no setting 'extraction.orc'; did you mean 'ocr'\?"),
        ("workers: many", r"line 1: 'workers': input should be a valid integer.*, not 'many'"),
        ("workers: -1", r"line 1: 'workers': input should be greater than or equal to 0, not -1"),
        ("extraction:\n  dpi: 9000", r"line 2: 'extraction.dpi': .* not 9000"),
        ("- a list", r"workbench.yaml: expected settings as 'name: value'"),
        ("workers: [1", r"workbench.yaml, line \d+: "),
        ("workers: 1\nworkers: 2", r"workbench.yaml, line 2: "),
        ("workers: 1\n\tocr: 2", r"workbench.yaml, line 2: "),
        ("1: 2", r"line 1: no setting '1'"),
        ("project: /elsewhere", r"line 1: no setting 'project'"),
        ("workers: \x00", r"workbench.yaml cannot be read: "),
        (b"home: \xff\xfe", r"workbench.yaml cannot be read: "),
        ("database_url: postgresql://a:geheim@b/c", r"is a secret; set WORKBENCH_DATABASE_URL in the environment"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(project: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as told:
        load(project, text)
    assert "geheim" not in str(told.value)


def test_all_mistakes_are_told_at_once(project: Path) -> None:
    with pytest.raises(ConfigError) as told:
        load(project, "wokers: 1\nextraction:\n  dpi: 1\n  ocr: vielleicht\n")
    assert [f"line {number}" in str(told.value) for number in (1, 3, 4)] == [True] * 3


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("WORKBENCH_WORKERS", "many", r"the environment \(WORKBENCH_WORKERS\): 'workers': .* not 'many'"),
        ("WORKBENCH_EXTRACTION__ORC", "1", r"the environment .*: no setting 'extraction.orc'; did you mean 'ocr'"),
        ("WORKBENCH_WOKERS", "1", r"holds WORKBENCH_WOKERS, which is no setting; did you mean WORKBENCH_WORKERS\?"),
        ("WORKBENCH_PROJECT", "/elsewhere", r"holds WORKBENCH_PROJECT, which is no setting"),
        ("WORKBENCH_EXTRACTION__LANGUAGES", "deu", r"WORKBENCH_EXTRACTION__LANGUAGES"),
        ("WORKBENCH_EXTRACTION", "nonsense", r"WORKBENCH_EXTRACTION"),
    ],
)
def test_a_mistake_in_the_environment_is_told_with_its_variable(
    project: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(variable, value)
    # … also where the file has a good value at some line
    with pytest.raises(ConfigError, match=words):
        load(project, "workers: 1\nextraction:\n  ocr: true\n")


def test_a_list_in_the_environment_is_json(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_EXTRACTION__LANGUAGES", '["eng"]')
    assert load(project, "").extraction.languages == ("eng",)


def test_paths_are_relative_to_the_project_wherever_one_is(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    settings = load(project, "home: daten\n")
    assert settings.home_folder == project / "daten"
    assert settings.path(settings.rules) == project / "config" / "sorting-rules.yaml"
    monkeypatch.setenv("WORKBENCH_HOME", "~/daten")
    assert config.load(project).home_folder == Path.home() / "daten"


def test_the_project_is_the_checkout_unless_a_config_folder_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert config.project_folder() == PROJECT
    monkeypatch.setenv("WORKBENCH_CONFIG", str(project / "config"))
    assert config.project_folder() == project


@pytest.mark.parametrize("named", ["confg", "config/workbench.yaml", "."])
def test_a_config_folder_that_is_none_does_not_start_an_empty_catalogue_elsewhere(
    project: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    load(project, "workers: 3")
    monkeypatch.setenv("WORKBENCH_CONFIG", str(project / named))
    with pytest.raises(ConfigError, match="WORKBENCH_CONFIG must name a folder called config"):
        config.load()


def test_the_digest_follows_the_settings_and_not_secrets_or_places(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load(project, "workers: 1").digest()
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", "postgresql://a:geheim@b/c")
    monkeypatch.setenv("WORKBENCH_HOME", "/elsewhere")
    assert load(project, "workers: 1").digest() == before
    assert load(project, "workers: 2").digest() != before


def test_secrets_are_never_shown(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", "postgresql://a:geheim@b/c")
    settings = load(project, "")
    assert "geheim" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.database_url
    assert "geheim" in settings.database_url.get_secret_value()


def test_there_is_a_worker_at_least(project: Path) -> None:
    assert load(project, "workers: 0").worker_count >= 1
    assert load(project, "workers: 5").worker_count == 5


def test_every_setting_is_described() -> None:
    assert list(_bare(Settings)) == []


def _bare(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _bare(field.annotation)
        elif not field.description:
            yield name
