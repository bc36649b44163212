"""Where a run comes from: who started it, and which code."""

import getpass
import os
import subprocess
from importlib.metadata import version
from pathlib import Path


def actor_name() -> str:
    """Who is at work, as the system knows them; a bare cron environment may know no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def code_version() -> str:
    """The package's version, and the commit where it runs from a checkout."""
    released = version("document-workbench")
    folder = Path(__file__).resolve().parent
    try:
        found = subprocess.run(
            ["git", "-C", str(folder), "rev-parse", "--short", "HEAD"],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return released
    return f"{released}+{found.stdout.strip()}"
