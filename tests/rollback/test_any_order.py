"""Whatever was done in whatever order: what is put back is as it was, and a snapshot as it was made."""

import random
import shutil
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import SAMPLES
from tests.rollback.conftest import LETTER, write
from workbench import Workbench
from workbench.catalog import canonical
from workbench.errors import NothingToDo

STEPS = 9
CATEGORIES = ("offer", "minutes", "contract")


def _digests(workbench: Workbench) -> dict[str, str]:
    with workbench.database.transaction() as tx:
        return dict(canonical.digests(tx))


class Office:
    """Two folders in which things happen, and a workbench that follows."""

    def __init__(self, workbench: Workbench, place: Path, chance: random.Random) -> None:
        self.workbench = workbench
        self.chance = chance
        self.places = [place / "post", place / "ablage" / "2026"]
        for folder in self.places:
            folder.mkdir(parents=True)

    def step(self) -> None:
        actions: list[Callable[[], object]] = [
            self.come,
            self.come,
            self.change,
            self.label,
            self.take_back,
            self.again,
        ]
        self.chance.choice(actions)()

    def come(self) -> None:
        folder = self.chance.choice(self.places)
        for _ in range(3):
            write(folder, f"{self.chance.randrange(30)}.txt", self.chance.randrange(8) + 4711)
        if self.chance.random() < 0.5:
            with zipfile.ZipFile(folder / f"{self.chance.randrange(2)}.zip", "w") as archive:
                archive.writestr("innen.txt", LETTER.format(self.chance.randrange(8) + 4711))
                archive.writestr("nur hier.txt", f"Protokoll der {self.chance.randrange(3)}. Sitzung vom 3. März.")
        if self.chance.random() < 0.3:
            shutil.copy2(SAMPLES / "emails" / "Rechnung anbei.eml", folder / "mail.eml")
        self.workbench.ingest(folder)

    def change(self) -> None:
        folder = self.chance.choice(self.places)
        files = sorted(p for p in folder.iterdir() if p.suffix == ".txt")
        for file in self.chance.sample(files, k=min(2, len(files))):
            if self.chance.random() < 0.5:
                file.unlink()
            else:
                file.rename(file.with_name(f"umbenannt {file.name}"))
        self.workbench.ingest(folder, allow_empty=True)

    def label(self) -> None:
        if documents := self.workbench.documents(state="ok"):
            self.workbench.label(self.chance.choice(documents).id, self.chance.choice(CATEGORIES))

    def again(self) -> None:
        self.workbench.reprocess(everything=True, anew=self.chance.random() < 0.5)

    def take_back(self) -> None:
        run = self.chance.choice(self.workbench.runs(reviews=True, most=100) or [None])
        if run is None:
            return
        with suppress(NothingToDo):
            self.workbench.rollback(run.id, cascade=self.chance.random() < 0.5, labels=self.chance.random() < 0.3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 11, 2026])
def test_a_snapshot_is_as_it_was_made(workbench: Workbench, tmp_path: Path, seed: int) -> None:
    office = Office(workbench, tmp_path, random.Random(seed))
    states = []
    for number in range(STEPS):
        office.step()
        states.append(_digests(workbench))
        workbench.snapshots.create(f"nach {number}", reason="zum Vergleich")
        assert workbench.check().findings == []
    for number in (STEPS - 2, 1, STEPS - 1, STEPS // 2, 0):
        with suppress(NothingToDo):
            workbench.snapshots.restore(f"nach {number}", labels=True)
        assert _digests(workbench) == states[number], f"seed {seed}, snapshot {number}"
        assert workbench.check().findings == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [5, 42])
def test_what_is_taken_back_and_put_back_is_as_it_was(workbench: Workbench, tmp_path: Path, seed: int) -> None:
    office = Office(workbench, tmp_path, random.Random(seed))
    for _ in range(STEPS):
        office.step()
    before = _digests(workbench)
    for run in workbench.runs(most=100):
        try:
            plan = workbench.rollback(run.id)
        except NothingToDo:
            continue
        assert workbench.check().findings == []
        workbench.rollback(plan.by or 0)
        assert _digests(workbench) == before, f"seed {seed}, run {run.id}"
