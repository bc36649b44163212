"""A notebook is rehearsed as a whole: it shows what would have come of it, and nothing else is written."""

from pathlib import Path

import pytest

from tests.app.watching import look
from tests.conftest import Catalogue
from tests.notebooks.test_notebooks import make, printed
from workbench import Workbench
from workbench.config import Settings

TAKE = """
from workbench import Workbench
wb = Workbench()
print(wb.ingest(folder).counts["documents"], "taken")
"""
LOOK = """
print(wb.sql("SELECT count(*) AS n FROM documents")["n"][0], "asked")
print(len(wb.documents()), "listed")
"""


def test_its_cells_see_each_other_and_nothing_is_recorded(
    settings: Settings, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "post"
    folder.mkdir()
    (folder / "a.txt").write_text("Rechnung Nr. 1\n", encoding="utf-8")
    notebook = make(tmp_path, "two", TAKE, LOOK, parameters='folder: str = ""  # what to take\n')
    monkeypatch.setenv("WORKBENCH_HOME", str(settings.home_folder))
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", catalogue.conninfo("admin"))
    monkeypatch.setenv("WORKBENCH_EXTRACTION__MODE", "fast")
    with Workbench(settings=settings) as workbench:
        before = look(catalogue.conninfo("admin"), folder, settings.objects_folder)
        _, done = workbench.run_notebook(str(notebook), {"folder": str(folder)}, rehearse=True)
        assert done.failed is None
        assert printed(done.path).split() == ["1", "taken", "1", "asked", "1", "listed"]
        assert "rehearsal" in done.path.name
        assert look(catalogue.conninfo("admin"), folder, settings.objects_folder) == before
