"""The command by which cron and systemd call a schedule."""

import sys
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Which workbench is called, and with which configuration.

    Parameters
    ----------
    command : absolute, since cron and systemd look in few places
    config : the folder that WORKBENCH_CONFIG names
    """

    command: tuple[str, ...]
    config: Path

    @classmethod
    def here(cls, config: Path) -> "Caller":
        """This installation's own command."""
        script = Path(sys.executable).parent / "workbench"
        command = (str(script),) if script.is_file() else (sys.executable, "-m", "workbench")
        for text in (*command, str(config)):
            if not text.isprintable():
                raise ConfigError(f"{text!r} holds characters that neither a crontab nor a unit file can hold")
        return cls(command=command, config=config)

    def words(self, schedule: str) -> tuple[str, ...]:
        """The command for one schedule; a schedule's name needs no quotes anywhere."""
        return (*self.command, "schedule", "run", schedule, "--due")
