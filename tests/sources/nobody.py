"""Doing something as a user without rights, also where the tests run as root.

Root reads whatever it likes, so what may not be read can only be tested by somebody else.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# Drops its rights after the imports, as the interpreter of root may lie where nobody else can enter.
_DROP = """
import os, sys
from pathlib import Path
{code}
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({gid})
    os.setuid({uid})
work(*sys.argv[1:])
"""


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that everybody may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="wb-open-"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o700)
    shutil.rmtree(folder)


def as_nobody(code: str, *arguments: object) -> str:
    """Run the function `work` that `code` defines without rights; what it printed."""
    nobody = pwd.getpwnam("nobody")
    done = subprocess.run(
        [sys.executable, "-c", _DROP.format(code=code, uid=nobody.pw_uid, gid=nobody.pw_gid), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
