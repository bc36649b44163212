"""The same small folder of samples as for the pipeline, read without docling, and somebody who may take runs back."""

from collections.abc import Iterator

import pytest

from tests.pipeline.conftest import folder, other_settings, settings
from workbench import Workbench
from workbench.config import Settings

__all__ = ["folder", "operator", "other_settings", "settings"]


@pytest.fixture
def operator(settings: Settings) -> Iterator[Workbench]:
    """A live workbench as the service role."""
    with Workbench(settings=settings, actor="otto") as live:
        yield live
