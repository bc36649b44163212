"""The dashboards as a person has them: a server of its own on a free port, and Debian's Chromium.

A test fails on any JavaScript error and on any request that leaves this
machine; what it saw last is kept in ./shots.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.conftest import PROJECT, Catalogue, cloned
from tests.dashboards import seeds
from workbench.database.embedded import Server

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
SHOTS = PROJECT / "shots"


@contextlib.contextmanager
def served(log: Path, environment: dict[str, str]) -> Iterator[str]:
    """The address of dashboards on a catalogue, for as long as they are needed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "panel", "serve", str(PROJECT / "dashboards" / "app.py")]
    options = ["--address", "127.0.0.1", "--port", str(port), "--liveness", "--log-level", "warning"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
    with log.open("w") as output:
        process = subprocess.Popen(
            command + options,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**kept, **environment},
            start_new_session=True,
        )
    try:
        _await(f"http://127.0.0.1:{port}/liveness", process, log)
        yield f"http://127.0.0.1:{port}/app"
    finally:
        # It has nothing to save, and takes its time when it is asked politely.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the dashboards did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.05)


def _environment(catalogue: Catalogue, home: Path) -> dict[str, str]:
    return {
        "WORKBENCH_HOME": str(home),
        "WORKBENCH_DATABASE_URL": catalogue.conninfo("admin"),
        "WORKBENCH_APP_DATABASE_URL": catalogue.conninfo("app"),
    }


@pytest.fixture(scope="module")
def filled(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of dashboards on the seeded catalogue."""
    folder = tmp_path_factory.mktemp("filled")
    for catalogue in cloned(server, template):
        seeds.sow(catalogue.conninfo("app"))
        with served(folder / "server.log", _environment(catalogue, folder)) as url:
            yield url


@pytest.fixture(scope="module")
def empty(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of dashboards on a catalogue that holds nothing."""
    folder = tmp_path_factory.mktemp("empty")
    for catalogue in cloned(server, template):
        with served(folder / "server.log", _environment(catalogue, folder)) as url:
            yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of its own, 1440 wide; watched for errors and for requests that leave this machine."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="de-DE")
    context.set_default_timeout(20_000)
    opened = context.new_page()
    errors: list[str] = []
    foreign: list[str] = []

    def route(asked: Route) -> None:
        if asked.request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            asked.continue_()
        else:
            foreign.append(asked.request.url)
            asked.abort()

    opened.on("pageerror", lambda error: errors.append(str(error)))
    context.route("**/*", route)
    yield opened
    SHOTS.mkdir(exist_ok=True)
    opened.screenshot(path=SHOTS / f"{request.node.name}.png")
    context.close()
    assert not errors
    assert not foreign
