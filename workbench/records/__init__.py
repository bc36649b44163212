"""The nouns of the workbench, as frozen dataclasses.

What we make ourselves is here; what comes from outside (YAML, REST, an LLM's
answer) is validated by pydantic where it comes in. Times are aware, in UTC.
Nothing here reads, writes or computes.
"""

from workbench.records.classification import Evidence, Label, Opinion, Text
from workbench.records.documents import Arrival, Blob, Document, Hit, NearDuplicate, Problem
from workbench.records.extraction import Child, Extraction, Metadata, RecognisedPage, Table, Thumbnail, Word
from workbench.records.runs import Change, Effect, Item, Run, Snapshot
from workbench.records.states import (
    ArrivalState,
    Decision,
    Difference,
    DocumentState,
    ExtractionState,
    Kind,
    RunState,
    Stage,
)
from workbench.records.values import Digest, Json

__all__ = [
    "Arrival",
    "ArrivalState",
    "Blob",
    "Change",
    "Child",
    "Decision",
    "Difference",
    "Digest",
    "Document",
    "DocumentState",
    "Effect",
    "Evidence",
    "Extraction",
    "ExtractionState",
    "Hit",
    "Item",
    "Json",
    "Kind",
    "Label",
    "Metadata",
    "NearDuplicate",
    "Opinion",
    "Problem",
    "RecognisedPage",
    "Run",
    "RunState",
    "Snapshot",
    "Stage",
    "Table",
    "Text",
    "Thumbnail",
    "Word",
]
