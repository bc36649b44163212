"""From the settings to the values that rooms take: options, limits, the way to the database."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import psycopg

from workbench.config import Settings
from workbench.database import embedded
from workbench.errors import DatabaseError, UnknownName
from workbench.extraction import Caps, ExtractOptions, Limits, Mode
from workbench.pipeline import Pool

_MB = 1024**2


def extract_options(settings: Settings, *, scratch: Path) -> ExtractOptions:
    """How files are read by these settings; members of containers go below `scratch`."""
    given = settings.extraction
    limits = given.limits
    return ExtractOptions(
        scratch=scratch,
        passwords=tuple(password.get_secret_value() for password in settings.passwords),
        mode=Mode(given.mode),
        ocr=given.ocr,
        languages=given.languages,
        dpi=given.dpi,
        ocr_page_timeout_s=min(given.ocr_page_timeout_s, given.timeout_s / 4),
        # A scan must hand over what it has well before its deadline.
        ocr_budget_s=min(given.ocr_budget_s, given.timeout_s / 2),
        structure=given.structure,
        tables=given.tables,
        media=given.media,
        thumbnails=given.thumbnails,
        thumbnail_px=given.thumbnail_px,
        models=settings.path(given.models) if given.models else None,
        max_bytes=given.max_mb * _MB,
        caps=Caps(**given.caps.model_dump()),
        limits=Limits(
            depth=limits.depth,
            members=limits.members,
            unpacked_bytes=limits.unpacked_mb * _MB,
            ratio=limits.ratio,
            pixels=round(limits.megapixels * 1e6),
            text_chars=limits.text_chars,
        ),
    )


def changed(options: ExtractOptions, changes: Mapping[str, Any]) -> ExtractOptions:  # Any: values of the fields
    """Return `options` with some fields changed; a name that is none is told with the nearest."""
    for name in changes:
        if name not in {field.name for field in fields(ExtractOptions)}:
            raise UnknownName("option", name, known={field.name for field in fields(ExtractOptions)}, where="extract")
    mode = {"mode": Mode(changes["mode"])} if "mode" in changes else {}
    return replace(options, **{**changes, **mode})


def temporary_folder() -> Path:
    """Return where commands without a home put what they need for a moment; the next one sweeps up after a death."""
    return Path(tempfile.gettempdir()) / f"workbench-{os.getuid()}"


def pool(settings: Settings) -> Pool:
    """How many worker processes read, and what each may use."""
    given = settings.extraction
    return Pool(
        workers=settings.worker_count,
        timeout_s=given.timeout_s,
        memory_bytes=given.memory_mb * _MB,
        tasks_per_worker=given.tasks_per_worker,
    )


def conninfos(settings: Settings, *, role: str) -> tuple[str, str, str]:
    """Who migrates, who works, and the role to take on after logging in ("" where the login has it)."""
    working = f"workbench_{role}"
    if url := settings.database_url:
        own = settings.app_database_url if role == "app" else None
        return url.get_secret_value(), (own or url).get_secret_value(), "" if own else working
    server = embedded.ensure(settings.home_folder / "postgres")
    login: embedded.Role = "app" if role == "app" else "service"
    return server.conninfo(role="admin"), server.conninfo(role=login), ""


def connect(conninfo: str) -> psycopg.Connection[tuple[object, ...]]:
    """Log in to a database; says what to do where none answers."""
    try:
        return psycopg.connect(conninfo, autocommit=True, connect_timeout=10)
    except psycopg.Error as error:
        raise DatabaseError(
            f"no database answers: {' '.join(str(error).split())}; "
            "start it with 'workbench db start', or check WORKBENCH_DATABASE_URL"
        ) from error
