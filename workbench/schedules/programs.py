"""Asking crontab and systemctl, which may be missing or refuse."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a program said."""

    status: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        return " ".join((self.err or self.out).split()) or f"exit status {self.status}"


def is_there(program: str) -> bool:
    """Whether a program can be called here."""
    return shutil.which(program) is not None


def ask(command: Sequence[str], *, text: str = "") -> Answer:
    """Call a program and wait for its answer; bytes that are no UTF-8 come back as they went in."""
    try:
        done = subprocess.run(
            command,
            input=os.fsencode(text),
            capture_output=True,
            timeout=60,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"{command[0]} does not answer: {error}") from error
    return Answer(status=done.returncode, out=os.fsdecode(done.stdout), err=os.fsdecode(done.stderr))
