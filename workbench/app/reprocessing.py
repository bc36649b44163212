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
from workbench.records import Json, Run, Stage
from workbench.report import Report
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
    rehearse: bool = False,
    progress: Progress = silent,
) -> Report:
    """Do stages again for documents that are held, and take in again what a run had taken and was taken back.

    Goes on with an interrupted run of the same choice. Of several conditions each must hold.

    Parameters
    ----------
    failed : those that could not be read, or not to their end
    extractor : those that it read
    category : those that are in it
    run : those that it took in; if it was taken back, and nothing else is asked for, that is taken in again
    documents : these, by number, name, path or the beginning of their digest
    everything : all
    stage : where to begin; from "classify" on nothing is read
    anew : read again also what is still valid
    rules : to decide by; those of the run that goes on, or of the file, by default
    rehearse : compute everything and give the same report, but write nothing
    """
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
    parameters = {**_plain(selection), "everything": everything}
    if rehearse and not workbench.is_rehearsal:
        with workbench.rehearsal() as twin:
            return _carry_out(twin, selection, parameters, rules, reason=reason, progress=progress)
    return _carry_out(workbench, selection, parameters, rules, reason=reason, progress=progress)


def _carry_out(
    workbench: "Workbench",
    selection: Selection,
    parameters: Json,
    rules: Configuration | None,
    *,
    reason: str,
    progress: Progress,
) -> Report:
    settings, database, run = workbench.settings, workbench.database, selection.run
    source = _source_of(workbench, runs.get(database, run)) if run is not None and selection.is_whole_run else None
    job = f"{_ONE_AT_A_TIME}\n{', '.join(f'{name} {value}' for name, value in parameters.items() if value)}"
    # A run that goes on decides by the rules it began with.
    pinned = setting.pinned(database, runs.unfinished(database, KIND, job))
    rules = rules or pinned or setting.rules_of(settings)
    order = Order(
        kind=KIND,
        job=job,
        parameters=parameters,
        settings=setting.settings_of(settings),
        rules=rules,
        code_version=code_version(),
        reason=reason,
        notebook=os.environ.get("WORKBENCH_NOTEBOOK"),
    )
    work = setting.setting(settings, database, workbench.store, rules, author=workbench.actor)
    return workbench.report(pipeline.rework(work, selection, order, source=source, progress=progress).id)


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
