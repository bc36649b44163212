"""A lost database and a full disk stop a run with a sentence; the same command then goes on to the same end."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import TEMPLATE, Catalogue, create_database, hurry
from tests.pipeline.killing import Ground, Outcome, Stable
from workbench.database import embedded, migrations
from workbench.database.embedded import Server


@pytest.fixture(scope="module")
def ground(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with Stable() as stable:
        yield Ground(place=tmp_path_factory.mktemp("ground"), server=server, template=template, stable=stable)


@pytest.fixture(scope="module")
def expected(ground: Ground) -> Outcome:
    return ground.undisturbed()


@pytest.fixture(scope="module")
def own_server() -> Iterator[tuple[Path, Server]]:
    """An embedded PostgreSQL of these tests' own, which may be taken away."""
    place = Path(tempfile.mkdtemp(prefix="wb-lost-"))
    place.chmod(0o755)
    running = embedded.ensure(place / "pg")
    hurry(running)
    create_database(running, TEMPLATE)
    migrations.migrate(running.conninfo(role="admin", database=TEMPLATE))
    yield place / "pg", running
    embedded.remove(place / "pg")
    shutil.rmtree(place, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "where", ["between storing and committing:2", "between members and commit:2", "before marking:1"]
)
def test_a_run_whose_database_is_lost_goes_on_when_it_is_back(
    own_server: tuple[Path, Server], ground: Ground, expected: Outcome, where: str
) -> None:
    place, server = own_server
    name = f"lost_{hashlib.sha256(where.encode()).hexdigest()[:8]}"
    create_database(server, name, template=TEMPLATE)
    ground.lay_out()
    # What a crash of the server is to its clients.
    crash = f"kill -QUIT {embedded.status(place).pid}"
    ground.start(server.conninfo(role="admin", database=name), KILLED_AT=where, KILLED_COMMAND=crash)
    status, said = ground.stable.wait(), ground.output.read_text()
    again = embedded.ensure(place).conninfo(role="admin", database=name)
    assert status == 1, said
    assert "workbench: the database could not go on" in said or "workbench: no database answers" in said
    assert "Traceback" not in said
    ground.finish(again)
    assert ground.outcome(again) == expected


@pytest.fixture
def small_disk(ground: Ground, tmp_path: Path) -> Iterator[Path]:
    """The home on a file system of a few megabytes; where none may be mounted a double tells that the disk is full."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(place)]
    is_mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    ground.lay_out()
    ground.home.symlink_to(place)
    yield place
    ground.home.unlink()
    if is_mounted:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["while a blob is written:6", "between members and commit:2"])
def test_a_run_whose_disk_is_full_goes_on_when_there_is_room(
    catalogue: Catalogue, ground: Ground, expected: Outcome, small_disk: Path, where: str
) -> None:
    ballast, conninfo = small_disk / "ballast", catalogue.conninfo("admin")
    is_small = os.path.ismount(small_disk)
    fill = f"cat /dev/zero > {ballast} 2> /dev/null || true" if is_small else "full"
    ground.start(conninfo, KILLED_AT=where, KILLED_COMMAND=fill)
    status, said = ground.stable.wait(), ground.output.read_text()
    assert status == 1, said
    assert "is full; free some space and start again" in said
    assert "Traceback" not in said
    ballast.unlink(missing_ok=True)
    ground.finish(conninfo)
    assert ground.outcome(conninfo) == expected
