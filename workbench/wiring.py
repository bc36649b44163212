"""From the settings to the values that rooms take; nothing is opened or started here."""

from pathlib import Path

from workbench.config import Settings
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
        ocr_page_timeout_s=given.ocr_page_timeout_s,
        ocr_budget_s=given.ocr_budget_s,
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


def pool(settings: Settings) -> Pool:
    """How many worker processes read, and what each may use."""
    given = settings.extraction
    return Pool(
        workers=settings.worker_count,
        timeout_s=given.timeout_s,
        memory_bytes=given.memory_mb * _MB,
        tasks_per_worker=given.tasks_per_worker,
    )
