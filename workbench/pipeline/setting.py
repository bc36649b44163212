"""What a run works with, whatever it is to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.catalog.deciding import Category
from workbench.classification.cascade import Cascade
from workbench.database import Database
from workbench.extraction import ExtractOptions
from workbench.journal.effects import Target
from workbench.pipeline.job import Pool
from workbench.store import Store


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules a run decides by, as the catalogue keeps them."""

    digest: str
    body: str
    author: str
    message: str
    categories: Sequence[Category]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a run works with, whatever it takes in.

    Parameters
    ----------
    scratch : folder for private temporary files
    targets : what is changed outside of the catalogue, by name
    snapshot_above : a snapshot is made before a run that touches more documents; 0: never
    """

    database: Database
    store: Store
    cascade: Cascade
    rules: Rules
    options: ExtractOptions
    pool: Pool
    scratch: Path
    targets: Mapping[str, Target]
    snapshot_above: int = 0
