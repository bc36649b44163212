"""A run's own settings outrank file and environment, with the same checks."""

import pytest

from tests.conftest import PROJECT
from workbench import config
from workbench.errors import ConfigError


def test_values_are_written_as_in_yaml() -> None:
    settings = config.changed(
        config.load(PROJECT),
        ["extraction.ocr=false", "extraction.languages=[eng]", "workers=3", "extraction.limits.depth=0"],
    )
    assert (settings.extraction.ocr, settings.extraction.languages) == (False, ("eng",))
    assert (settings.workers, settings.extraction.limits.depth) == (3, 0)


def test_they_outrank_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_EXTRACTION__DPI", "300")
    assert config.changed(config.load(PROJECT), ["extraction.dpi=150"]).extraction.dpi == 150


def test_they_are_part_of_what_identifies_the_settings() -> None:
    settings = config.load(PROJECT)
    assert config.changed(settings, ["extraction.dpi=150"]).digest() != settings.digest()


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("extraction.dpy=3", r"no setting 'extraction.dpy'; did you mean 'dpi'\?"),
        ("extraction", "write it as name=value"),
        ("extraction=3", r"no setting 'extraction': 'extraction' is a group; name one of mode, ocr"),
        ("workers.many=3", "'workers' is a single value"),
        ("extraction.dpi=9000", r"the setting 'extraction.dpi': input should be less than .* not 9000"),
        ("extraction.mode=quick", r"the setting 'extraction.mode': input should be 'fast'"),
        ("passwords=[a]", "no setting 'passwords'"),
        ("home=/tmp", "no setting 'home'"),
        ("extraction.languages=[deu", "the value of 'extraction.languages' cannot be read"),
    ],
)
def test_mistakes_are_named(assignment: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        config.changed(config.load(PROJECT), [assignment])
