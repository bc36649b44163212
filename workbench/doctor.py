"""Is this installation well? One sentence per thing, with what to do.

`is_well` is None for what works without being complete.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from workbench import config, extraction, wiring
from workbench.app import Workbench
from workbench.classification import rulefile
from workbench.config import Settings
from workbench.errors import WorkbenchError
from workbench.extraction import ExtractOptions
from workbench.extraction.docling_bridge import models
from workbench.store import LocalStore

# Below this the next larger ingest is likely to stop for want of room.
LOW_DISK_BYTES = 2 * 1024**3


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    is_well: bool | None
    found: str
    advice: str = ""


def examine() -> list[Check]:
    """Look at everything; never raises for what it finds."""
    try:
        settings = config.load()
    except WorkbenchError as error:
        return [Check(name="settings", is_well=False, found=str(error), advice="Correct the settings.")]
    look: list[Callable[[Settings], Check]] = [_settings, _rules, _database, _store, _disk, _recognition, _docling]
    look += [_formats, _schedules]
    return [_guarded(check, settings) for check in look]


def _guarded(check: Callable[[Settings], Check], settings: Settings) -> Check:
    try:
        return check(settings)
    except (WorkbenchError, OSError) as error:
        return Check(name=check.__name__.strip("_"), is_well=False, found=str(error))


def _settings(settings: Settings) -> Check:
    found = f"from {settings.project / 'config' / 'workbench.yaml'}; home {settings.home_folder}"
    return Check(name="settings", is_well=True, found=found)


def _rules(settings: Settings) -> Check:
    rules = rulefile.load(settings.path(settings.rules))
    found = f"{len(rules.rules)} rules for {len(rules.categories)} categories in {settings.rules}"
    return Check(name="rules", is_well=True, found=found)


def _database(settings: Settings) -> Check:
    with Workbench(settings=settings) as wb, wb.database.transaction() as tx:
        found = tx.value("SHOW server_version")
    where = "a server (WORKBENCH_DATABASE_URL)" if settings.database_url else "embedded"
    return Check(name="database", is_well=True, found=f"PostgreSQL {found}, {where}")


def _store(settings: Settings) -> Check:
    folder = LocalStore(settings.objects_folder).folder
    is_well = os.access(folder, os.W_OK)
    advice = "" if is_well else f"Give this user the right to write to {folder}."
    return Check(name="objects", is_well=is_well, found=str(folder), advice=advice)


def _disk(settings: Settings) -> Check:
    free = shutil.disk_usage(settings.home_folder).free
    is_well = True if free > LOW_DISK_BYTES else None
    advice = "" if is_well else "Free some space; a full disk interrupts a run."
    return Check(name="disk", is_well=is_well, found=f"{free / 1e9:.1f} GB free", advice=advice)


def _recognition(settings: Settings) -> Check:
    if not settings.extraction.ocr:
        return Check(name="recognition", is_well=None, found="switched off (extraction.ocr)")
    needs = [f for f in extraction.formats(_options(settings)) if f.media_type == "image/png"]
    missing = " ".join(needs[0].missing)
    found = "Tesseract with " + ", ".join(settings.extraction.languages)
    return Check(
        name="recognition",
        is_well=None if missing else True,
        found=missing or found,
        advice="Scans are kept, but without text." if missing else "",
    )


def _docling(settings: Settings) -> Check:
    try:
        found = f"docling-slim {version('docling-slim')}"
    except PackageNotFoundError:
        return Check(name="docling", is_well=None, found="not installed", advice="Run 'make setup'.")
    folder = _options(settings).models
    if folder is None:
        without = "without models (extraction.models names their folder where they are installed)"
        return Check(name="docling", is_well=True, found=f"{found}, {without}")
    there = ", ".join(models.installed(folder)) or "no models"
    lacking = " ".join(models.missing(folder))
    return Check(
        name="docling", is_well=None if lacking else True, found=f"{found}, {there} in {folder}", advice=lacking
    )


def _formats(settings: Settings) -> Check:
    found = extraction.formats(_options(settings))
    lacking = sorted({sentence for f in found for sentence in f.missing})
    return Check(
        name="formats",
        is_well=None if lacking else True,
        found=f"{len(found)} formats, {sum(bool(f.missing) for f in found)} of them not complete",
        advice=" ".join(lacking),
    )


def _schedules(settings: Settings) -> Check:
    if not settings.schedules:
        return Check(name="schedules", is_well=True, found="none")
    with Workbench(settings=settings) as wb:
        planned = wb.schedules.show()
    missed = sum(one.missed for one in planned)
    called = sum(bool(one.installed) for one in planned)
    advice = [one.problem for one in planned if one.problem]
    advice += ["workbench schedule show NAME tells what was missed."] if missed else []
    return Check(
        name="schedules",
        is_well=None if advice else True,
        found=f"{len(planned)}, {called} of them installed here; {missed} due times missed",
        advice="; ".join(advice),
    )


def _options(settings: Settings) -> ExtractOptions:
    return wiring.extract_options(settings, scratch=settings.home_folder)
