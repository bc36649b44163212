"""The workbench as a program sees it: rooms put together, each asked for what it knows.

Rooms receive values; this is the one place that reads configuration and hands
it to them. Everything is made when it is first used, so that a command which
only shows help or lists documents starts no more than it needs.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from workbench import config, integrity, runs, wiring
from workbench.analytics import Analytics
from workbench.app import executing, ingesting, rehearsing, reporting, reprocessing, reviewing, setting, taking_back
from workbench.app.journal import Journal
from workbench.app.problems import Problems
from workbench.app.reviewing import Session
from workbench.app.runs import Runs
from workbench.app.schedules import Schedules
from workbench.app.snapshots import Snapshots
from workbench.catalog import browsing, canonical, explaining
from workbench.catalog.browsing import Life
from workbench.catalog.explaining import Explanation
from workbench.classification.rulefile import load as load_rules
from workbench.config import Settings
from workbench.database import Database, Transaction, migrations
from workbench.extraction import Format, formats
from workbench.integrity import Checked
from workbench.notebooks import Executed
from workbench.pipeline import extracting, scratch
from workbench.pipeline.extracting import Extracted
from workbench.progress import Progress, silent
from workbench.records import Document, Extraction, Hit, Label, Thumbnail
from workbench.report import Report
from workbench.rollback import Plan
from workbench.runs.origin import actor_name
from workbench.store import Store

if TYPE_CHECKING:
    import pandas as pd


class Workbench:
    """The workbench as a program sees it.

    Parameters
    ----------
    project : the folder that holds config/; found by itself when not given
    role : "service" for ingest, shell and notebooks, "app" for pages and REST
    roles : what the caller may see, for the role "app"
    actor : who is at work; the system's user by default
    rehearse : write nothing: what is done is seen by this workbench alone, and forgotten when it is closed; as the
        variable WORKBENCH_REHEARSE says by default

    Examples
    --------
    >>> with Workbench() as wb:                             # doctest: +SKIP
    ...     report = wb.ingest("test-data/sample-documents")
    ...     wb.sql("SELECT category, count(*) FROM documents GROUP BY ALL")
    """

    def __init__(
        self,
        project: Path | str | None = None,
        *,
        settings: Settings | None = None,
        role: str = "service",
        roles: Sequence[str] = ("*",),
        actor: str = "",
        rehearse: bool | None = None,
    ) -> None:
        self.settings = settings or config.load(Path(project) if project else None)
        self.role = role
        self.roles = tuple(roles)
        self._actor = actor or actor_name()
        self.is_rehearsal = rehearsing.is_wanted(asked=rehearse)
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def actor(self) -> str:
        """Who is at work."""
        return self._actor

    def close(self) -> None:
        """Give the connections back; the embedded server goes on running."""
        if "database" in self.__dict__:
            self.database.close()
        self._closing.close()

    # What it is made of -------------------------------------------------------------------------

    @cached_property
    def database(self) -> Database:
        """The catalogue, migrated."""
        admin, own, role = wiring.conninfos(self.settings, role=self.role)
        with wiring.connect(admin) as connection:
            current = migrations.is_current(connection)
        if not current:
            migrations.migrate(admin)
        opened = rehearsing.database_class(rehearse=self.is_rehearsal)
        return opened(own, role=role, actor=self._actor, roles=self.roles)

    @cached_property
    def store(self) -> Store:
        """The blobs."""
        return rehearsing.store(self.settings, self._closing, rehearse=self.is_rehearsal)

    def rehearsal(self, *, settings: Settings | None = None) -> "Workbench":
        """Open a twin that writes nothing; what it does it forgets when it is closed."""
        return Workbench(
            settings=settings or self.settings, role=self.role, roles=self.roles, actor=self._actor, rehearse=True
        )

    @cached_property
    def analytics(self) -> Analytics:
        """DuckDB over the catalogue."""
        rehearsal = self.database if self.is_rehearsal else None
        return Analytics(conninfo=self.database.conninfo, roles=self.roles, rehearsal=rehearsal)

    # Work ---------------------------------------------------------------------------------------

    def ingest(
        self,
        *paths: Path | str,
        progress: Progress = silent,
        reason: str = "",
        allow_empty: bool = False,
        move_to: Path | str | None = None,
        rehearse: bool = False,
    ) -> Report:
        """Take files and folders to a decision; goes on with an interrupted run of the same paths.

        Parameters
        ----------
        progress : told how far each stage is; `progress.shown` gives bars or log lines
        allow_empty : whether a folder that held files and is empty now was really emptied
        move_to : a folder that files are moved to once they are taken; None to leave them where they lie
        rehearse : compute everything and give the same report, but write nothing
        """
        if rehearse and not self.is_rehearsal:
            with self.rehearsal() as twin:
                return twin.ingest(*paths, progress=progress, reason=reason, allow_empty=allow_empty, move_to=move_to)
        run = ingesting.ingest(
            self.settings,
            self.database,
            self.store,
            paths,
            author=self._actor,
            reason=reason,
            allow_empty=allow_empty,
            move_to=move_to,
            progress=progress,
        )
        return self.report(run.id)

    def reprocess(self, **how: Any) -> Report:  # Any: see reprocessing.reprocess
        """Do stages again; `how` is failed, extractor, category, run, documents, everything; stage, anew, rehearse."""
        if category := how.get("category"):
            self._check_category(category)
        return reprocessing.reprocess(self, **how)

    def extract(self, *paths: Path | str, **changes: Any) -> Iterator[Extracted]:  # Any: fields of ExtractOptions
        """Read files in worker processes and keep nothing; what a container holds is there until the next file.

        Parameters
        ----------
        changes : fields of `ExtractOptions` that differ from the settings, e.g. mode="structured", tables=True
        """
        files = [config.expanded(Path(path)) for path in paths]
        with scratch.folder(wiring.temporary_folder()) as place:
            options = wiring.changed(wiring.extract_options(self.settings, scratch=place), changes)
            yield from extracting.extract(files, options=options, pool=wiring.pool(self.settings), files=len(files))

    def picture(self, path: Path | str, *, page: int = 1, dpi: int = 100) -> Thumbnail | None:
        """One page of a PDF or a picture, drawn; None for what has no pages to draw."""
        options = wiring.extract_options(self.settings, scratch=Path())
        return extracting.picture(Path(path), page=page, dpi=dpi, options=options, pool=wiring.pool(self.settings))

    def label(self, document: int | str, category: str, *, note: str = "") -> Document:
        """Say what a document is; a person's word outranks every classifier's."""
        found = self.document(document)
        self._check_category(category)
        label = Label(document_id=found.id, category=category, actor=self._actor, note=note)
        reviewing.label(self.database, label, setting.categories(self._rules))
        return self.document(found.id)

    def reviewing(self, *, reason: str = "") -> AbstractContextManager[Session]:
        """Hold the labels given within a `with` block as one run; one given outside is a run of its own."""
        return reviewing.session(self.database, reason=reason)

    def run_notebook(
        self, name: str, parameters: Mapping[str, Any], *, rehearse: bool = False, **how: Any
    ) -> tuple[int, Executed]:  # Any: see executing.run_notebook
        """Execute one of the project's notebooks, unattended; gives the run's number, and what came of it.

        Parameters
        ----------
        name : "01_pipeline", "01", "pipeline" or a path
        parameters : checked against the notebook's own before it runs
        rehearse : write nothing but the executed notebook, which shows what would have come of it
        """
        if rehearse and not self.is_rehearsal:
            with self.rehearsal() as twin:
                return twin.run_notebook(name, parameters, **how)
        return executing.run_notebook(self, name, parameters, **how)

    @property
    def executed_notebooks(self) -> Path:
        """Where executed notebooks are kept."""
        return self.settings.home_folder / "notebooks"

    def formats(self) -> tuple[Format, ...]:
        """What can be read here: by whom, what that gives, what is missing or switched off."""
        return formats(wiring.extract_options(self.settings, scratch=Path()))

    # Looking ------------------------------------------------------------------------------------

    def documents(self, **conditions: Any) -> list[Document]:  # Any: see browsing.page
        """Documents that fit, newest first; conditions are category, decision, state, name, most, skip."""
        if category := conditions.get("category"):
            self._check_category(category)
        with self._read() as tx:
            return browsing.page(tx, **conditions)

    def document(self, key: int | str) -> Document:
        """One document by id, beginning of its digest, file name or path."""
        with self._read() as tx:
            return browsing.only(browsing.known(tx, key), key)

    def life(self, key: int | str) -> Life:
        """Everything the catalogue knows about a document."""
        document = self.document(key)
        with self._read() as tx:
            return browsing.life(tx, document)

    def explain(self, key: int | str) -> Explanation:
        """The life of a document, also of one that was taken back: what happened to it, by which run, and why."""
        with self._read() as tx:
            return explaining.explain(tx, key)

    def text(self, key: int | str) -> str:
        """A document's text."""
        document = self.document(key)
        with self._read() as tx:
            return browsing.text(tx, document.id)

    def extraction(self, key: int | str) -> Extraction | None:
        """How a document was read, with tables, fields and recognised words; None while it is not read."""
        document = self.document(key)
        with self._read() as tx:
            return browsing.extraction(tx, document.id)

    def thumbnails(self, key: int | str) -> list[Thumbnail]:
        """Small pictures of a document's first pages."""
        document = self.document(key)
        with self._read() as tx:
            return browsing.thumbnails(tx, document.digest)

    def search(self, question: str, *, most: int = 20, skip: int = 0) -> list[Hit]:
        """Full-text search in German and English, best first."""
        with self._read() as tx:
            return browsing.search(tx, question, most=most, skip=skip)

    def stats(self) -> Mapping[str, Any]:  # Any: counts and lists of counts
        """The catalogue in numbers."""
        with self._read() as tx:
            return browsing.totals(tx)

    def report(self, run_id: int) -> Report:
        """What a run did."""
        return reporting.report(self.database, run_id, rehearsal=self.is_rehearsal)

    def reports_of_notebook(self, path: Path) -> list[Report]:
        """What the runs did that an executed notebook started."""
        return [self.report(run_id) for run_id in runs.of_notebook(self.database, str(path))]

    def rollback(self, run: int, **how: Any) -> Plan:  # Any: see taking_back.rollback
        """Take a run back, as a run of its own; `how` is dry_run, cascade, labels, reason, progress."""
        return taking_back.rollback(self, run, **how)

    @cached_property
    def snapshots(self) -> Snapshots:
        """The named points to return to: `wb.snapshots.create("before new rules", reason="…")`."""
        return Snapshots(self)

    @cached_property
    def journal(self) -> Journal:
        """What runs changed, row by row; and forgetting what is old."""
        return Journal(self)

    def check(self, *, sample: float | str = 1.0, repair: bool = False, progress: Progress = silent) -> Checked:
        """Compare catalogue, store and journal, as `integrity.check` explains."""
        setting.needs_service(self.role, "checking")
        return integrity.check(self.database, self.store, sample=sample, repair=repair, progress=progress)

    @cached_property
    def runs(self) -> Runs:
        """The runs: `wb.runs`, `wb.runs(kind="ingest")`, `wb.runs[12]`."""
        return Runs(self)

    @cached_property
    def schedules(self) -> Schedules:
        """What runs at which times: `wb.schedules`, `wb.schedules.run("nightly")`, `wb.schedules.install()`."""
        return Schedules(self)

    @cached_property
    def problems(self) -> Problems:
        """What went wrong: `wb.problems` by kind, `wb.problems(run)` one by one."""
        return Problems(self)

    def sql(self, question: str, params: Mapping[str, Any] | None = None) -> "pd.DataFrame":  # Any: bound values
        """Answer a question in DuckDB's SQL over the catalogue, as a DataFrame."""
        return self.analytics.sql(question, params)

    def canonical_digest(self) -> str:
        """Equal for two catalogues that hold the same, whatever their ids and times."""
        with self._read() as tx:
            return canonical.digest(tx)

    # How it is put together -----------------------------------------------------------------------

    def _read(self) -> AbstractContextManager[Transaction]:
        return self.database.transaction()

    @cached_property
    def _rules(self) -> Any:  # Any: the rule set's model belongs to the classification room
        return load_rules(self.settings.path(self.settings.rules))

    def _check_category(self, category: str) -> None:
        setting.check_category(self.database, self._rules, category, where=str(self.settings.rules))
