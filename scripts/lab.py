"""JupyterLab on the notebooks, on this machine only and without asking the outside for anything.

Panel's widgets load their parts from a public host by default; here they come
from the notebook server itself. Further arguments go to `jupyter lab`.
"""

import os
import shutil
import socket
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_PORT = 8888


def free_port(first: int, *, tries: int = 50) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, first + tries):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise SystemExit(f"no free port from {first} to {first + tries - 1}")


def served_panel(folder: Path) -> Path:
    """Copy Panel's files to where the server hands them out: it refuses links that lead out of the folder."""
    spec = find_spec("panel")
    if spec is None or spec.origin is None:
        raise SystemExit("panel is not installed; run: make setup")
    target = folder / "panel" / version("panel") / "dist"
    if not target.is_dir():
        partial = target.with_name(f"dist.{os.getpid()}")
        shutil.copytree(Path(spec.origin).parent / "dist", partial)
        partial.rename(target)
    return folder


def main() -> None:
    """Replace this process by JupyterLab."""
    port = free_port(FIRST_PORT)
    static = served_panel(Path(sys.prefix) / "share" / "workbench-static")
    os.environ.update(
        PANEL_INLINE="true",
        PANEL_CDN_ROOT=f"http://127.0.0.1:{port}/static/panel/",
        # Kernels of this environment come before those the user has elsewhere.
        JUPYTER_PREFER_ENV_PATH="1",
        PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
    )
    options = [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={ROOT / 'notebooks'}",
        f"--ServerApp.extra_static_paths={[str(static)]!r}",
        # No news and update checks from outside.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        *(["--allow-root"] if os.getuid() == 0 else []),
        *([] if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") else ["--no-browser"]),
    ]
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *options, *sys.argv[1:]])


if __name__ == "__main__":
    main()
