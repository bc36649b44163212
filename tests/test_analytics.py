"""Questions about the catalogue, in DuckDB's SQL."""

from pathlib import Path

import pytest

from workbench import Workbench
from workbench.errors import ConfigError, UnknownName


@pytest.fixture
def asked(workbench: Workbench, tmp_path: Path) -> Workbench:
    """A catalogue of one letter."""
    (tmp_path / "Brief.txt").write_text("Einladung zum Sommerfest am Samstag, dem 3. Juli.")
    workbench.ingest(tmp_path / "Brief.txt")
    return workbench


def test_a_question_may_hold_parameters(asked: Workbench) -> None:
    answer = asked.sql("SELECT name FROM documents WHERE name = $name", {"name": "Brief.txt"})
    assert answer["name"].tolist() == ["Brief.txt"]


def test_every_table_can_be_asked_for_whole(asked: Workbench) -> None:
    for table in asked.analytics.tables():
        assert len(asked.sql(f"SELECT * FROM {table}").columns) > 1


def test_a_table_that_is_none_is_told_with_the_nearest(asked: Workbench) -> None:
    with pytest.raises(UnknownName, match="did you mean 'documents'"):
        asked.sql("SELECT * FROM document WHERE id = $id", {"id": 1})
    with pytest.raises(ConfigError, match="the question is wrong"):
        asked.sql("SELEC name FROM documents")
