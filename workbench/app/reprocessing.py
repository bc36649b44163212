"""Doing stages again: which documents are meant, and where what was taken back came from."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench import pipeline, runs
from workbench.app import ingesting, setting
from workbench.catalog import selecting
from workbench.catalog.selecting import Selection
from workbench.errors import ConfigError, UnknownName
from workbench.extraction import registry
from workbench.progress import Progress, silent
from workbench.records import Run, Stage
from workbench.runs import Configuration, Order
from workbench.runs.origin import code_version
from workbench.sources import FolderSource

if TYPE_CHECKING:
    from workbench.app.workbench import Workbench

KIND = "reprocess"

# Of two that rework at the same time each might take away what the other is reading.
_ONE_AT_A_TIME = "documents again"


def reprocess(
    workbench: "Workbench",
    *,
    failed: bool = False,
    extractor: str | None = None,
    category: str | None = None,
    run: int | None = None,
    documents: Sequence[int | str] = (),
    everything: bool = False,
    stage: Stage | str = Stage.READ,
    anew: bool = False,
    rules: Configuration | None = None,
    reason: str = "",
    progress: Progress = silent,
) -> Run:
    """Do stages again; parameters as of `Workbench.reprocess`, and the rules to decide by."""
    if not any((failed, extractor, category, run is not None, documents, everything)):
        raise ConfigError(
            "nothing says which documents are meant: failed ones, those of an extractor, a category or a run, "
            "some by name, or everything"
        )
    selection = Selection(
        failed=failed,
        extractor=_checked(workbench, extractor),
        category=category,
        run=run,
        documents=tuple(sorted({workbench.document(key).id for key in documents})) or None,
        stage=_stage(stage),
        anew=anew,
    )
    database = workbench.database
    source = _source_of(workbench, runs.get(database, run)) if run is not None and selection.is_whole_run else None
    parameters = {**_plain(selection), "everything": everything}
    job = f"{_ONE_AT_A_TIME}\n{', '.join(f'{name} {value}' for name, value in parameters.items() if value)}"
    pinned = setting.pinned(database, runs.unfinished(database, KIND, job))
    rules = rules or pinned or setting.rules_of(workbench.settings)
    order = Order(
        kind=KIND,
        job=job,
        parameters=parameters,
        settings=setting.settings_of(workbench.settings),
        rules=rules,
        code_version=code_version(),
        reason=reason,
        notebook=os.environ.get("WORKBENCH_NOTEBOOK"),
    )
    work = setting.setting(workbench.settings, database, workbench.store, rules, author=workbench.actor)
    return pipeline.rework(work, selection, order, source=source, progress=progress)


def _plain(selection: Selection) -> Mapping[str, Any]:  # Any: JSON
    return {
        "failed": selection.failed,
        "extractor": selection.extractor,
        "category": selection.category,
        "run": selection.run,
        "documents": list(selection.documents or ()),
        "stage": str(selection.stage),
        "anew": selection.anew,
    }


def _stage(name: Stage | str) -> Stage:
    known = (Stage.READ, Stage.CLASSIFY)
    if name not in known:
        raise UnknownName("stage", str(name), known=known, where="reprocess")
    return Stage(name)


def _checked(workbench: "Workbench", extractor: str | None) -> str | None:
    if extractor is None:
        return None
    known = {one.name for one in registry.extractors()}
    if extractor not in known:
        with workbench.database.transaction() as tx:
            # One that is not installed any more has read what is held all the same.
            known |= set(selecting.extractors(tx))
    if extractor not in known:
        raise UnknownName("extractor", extractor, known=known)
    return extractor


def _source_of(workbench: "Workbench", run: Run) -> FolderSource | None:
    """Where a run took from, by the settings of now."""
    taken_again_from = run.parameters.get("run") if run.kind == KIND else None
    if taken_again_from is not None:
        return _source_of(workbench, runs.get(workbench.database, taken_again_from))
    paths = run.parameters.get("paths")
    if not paths:
        return None
    return ingesting.source_of(workbench.settings, paths, move_to=run.parameters.get("move_to"))
