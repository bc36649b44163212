"""Reading a file in one call, and small files of every format made on the spot."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.extraction import ExtractOptions, Limits, media_type, read
from workbench.records import Extraction

Reader = Callable[..., Extraction]


@pytest.fixture
def reading(tmp_path: Path) -> Reader:
    """Read a path, or bytes under a name, with any options."""

    def read_it(source: Path | bytes, name: str = "", *, limits: Limits | None = None, **options: object) -> Extraction:
        path = source if isinstance(source, Path) else tmp_path / "blob"
        if isinstance(source, bytes):
            path.write_bytes(source)
        kind = media_type(path, name or path.name)
        chosen = ExtractOptions(scratch=tmp_path / "scratch", limits=limits or Limits(), **options)  # type: ignore[arg-type]
        return read(path, name=name or path.name, media_type=kind, options=chosen)

    return read_it
