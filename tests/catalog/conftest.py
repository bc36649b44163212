"""A shelf: a fresh catalogue to put documents on by hand."""

import pytest

from tests.catalog.shelf import Shelf
from workbench.database import Database


@pytest.fixture
def shelf(database: Database, run: int) -> Shelf:
    return Shelf(database, run)
