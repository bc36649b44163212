"""Wiring only: settings in, a live `Workbench` out.

Rooms receive values; this is the one place that reads configuration and hands
it to them. Everything is made when it is first used, so that a command which
only shows help or lists documents starts no more than it needs.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from workbench import config, jobs, notebooks, pipeline, runs, wiring
from workbench.analytics import Analytics
from workbench.catalog import browsing, canonical, deciding, outcomes
from workbench.catalog.browsing import Life
from workbench.catalog.deciding import Category
from workbench.classification.cascade import Cascade, with_plugins
from workbench.classification.rulefile import load as load_rules
from workbench.classification.rules import RuleClassifier
from workbench.config import Settings
from workbench.database import Database, Transaction, migrations
from workbench.errors import ConfigError, NotFound, UnknownName
from workbench.extraction import Format, formats
from workbench.notebooks import Executed
from workbench.pipeline import Rules, Setting, extracting, scratch
from workbench.pipeline.extracting import Extracted
from workbench.progress import Progress, silent
from workbench.records import Document, Extraction, Hit, Label, Problem, Run, RunState, Thumbnail
from workbench.report import Report
from workbench.runs import Order
from workbench.runs.origin import actor_name, code_version
from workbench.sources import FolderSource
from workbench.store import LocalStore

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
    ) -> None:
        self.settings = settings or config.load(Path(project) if project else None)
        self._role = role
        self._roles = tuple(roles)
        self._actor = actor or actor_name()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back; the embedded server goes on running."""
        if "database" in self.__dict__:
            self.database.close()

    # What it is made of -------------------------------------------------------------------------

    @cached_property
    def database(self) -> Database:
        """The catalogue, migrated."""
        admin, own, role = wiring.conninfos(self.settings, role=self._role)
        with wiring.connect(admin) as connection:
            current = migrations.is_current(connection)
        if not current:
            migrations.migrate(admin)
        return Database(own, role=role, actor=self._actor, roles=self._roles)

    @cached_property
    def store(self) -> LocalStore:
        """The blobs."""
        return LocalStore(self.settings.home_folder / "objects")

    @cached_property
    def analytics(self) -> Analytics:
        """DuckDB over the catalogue."""
        return Analytics(conninfo=self.database.conninfo, roles=self._roles)

    # Work ---------------------------------------------------------------------------------------

    def ingest(
        self,
        *paths: Path | str,
        progress: Progress = silent,
        reason: str = "",
        allow_empty: bool = False,
    ) -> Report:
        """Take files and folders to a decision; goes on with an interrupted run of the same paths.

        Parameters
        ----------
        progress : told how far each stage is; `progress.shown` gives bars or log lines
        allow_empty : whether a folder that held files and is empty now was really emptied
        """
        if not paths or not all(str(path).strip() for path in paths):
            raise ConfigError("a path is empty; name the files and folders to take (an unset variable?)")
        folders = self.settings.folders
        source = FolderSource(
            [config.expanded(Path(path)) for path in paths],
            include=folders.include,
            exclude=folders.exclude,
            without=[self.settings.home_folder],
        )
        order = Order(
            kind="ingest",
            job="\n".join(source.places),
            parameters={"paths": list(source.places)},
            config_digest=self.settings.digest(),
            code_version=code_version(),
            reason=reason,
            notebook=os.environ.get("WORKBENCH_NOTEBOOK"),
        )
        run = pipeline.ingest(self._setting(), source, order, progress=progress, allow_empty=allow_empty)
        return self.report(run.id)

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
        order = Order(kind="review", job=f"{self._actor} {found.id}", code_version=code_version())
        with runs.begin(self.database, order) as (run, _):
            with self.database.transaction(run=run.id) as tx:
                deciding.label(tx, Label(document_id=found.id, category=category, actor=self._actor, note=note))
            runs.finish(self.database, run.id, RunState.FINISHED, counts={"labels": 1}, seconds={})
        return self.document(found.id)

    def run_notebook(
        self, name: str, parameters: Mapping[str, Any], *, progress: bool = False, reason: str = ""
    ) -> tuple[int, Executed]:
        """Execute one of the project's notebooks, unattended; the executed one is kept below the home.

        Parameters
        ----------
        name : "01_pipeline", "01", "pipeline" or a path
        parameters : checked against the notebook's own before it runs

        Returns
        -------
        the run's number, and what came of it
        """
        folder = self.executed_notebooks
        notebooks.prune(folder, older_than_days=self.settings.notebooks.keep_days)
        notebook = notebooks.find(self.settings.project / "notebooks", name)
        return jobs.run_notebook(
            self.database,
            notebook,
            notebooks.check(notebook, parameters),
            folder=folder,
            environment={"WORKBENCH_CONFIG": str(self.settings.project / "config")},
            timeout_s=self.settings.notebooks.timeout_s,
            progress=progress,
            code_version=code_version(),
            reason=reason,
        )

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
            found = browsing.numbered(tx, key) if isinstance(key, int) else browsing.named(tx, key)
        if not found:
            raise NotFound(f"no document {key!r}; give its number, name, path or the beginning of its digest")
        if len(found) > 1:
            listed = "".join(f"\n  {d.id}  {d.locator}" for d in found[:10])
            raise NotFound(f"{len(found)} documents are called {key!r}; say which by its number:{listed}")
        return found[0]

    def life(self, key: int | str) -> Life:
        """Everything the catalogue knows about a document."""
        document = self.document(key)
        with self._read() as tx:
            return browsing.life(tx, document)

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
        run = runs.get(self.database, run_id)
        with self._read() as tx:
            return Report(
                run=run,
                counts=outcomes.counts(tx, run_id),
                categories=outcomes.categories(tx, run_id),
                problems=outcomes.problems(tx, run_id),
            )

    def reports_of_notebook(self, path: Path) -> list[Report]:
        """What the runs did that an executed notebook started."""
        return [self.report(run_id) for run_id in runs.of_notebook(self.database, str(path))]

    def runs(self, *, kind: str | None = None, most: int = 20) -> list[Run]:
        """The newest runs first."""
        return runs.recent(self.database, kind=kind, most=most)

    def problems(self, run_id: int) -> list[Problem]:
        """What went wrong in a run."""
        with self._read() as tx:
            return outcomes.problems(tx, run_id)

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
        known = {c.id for c in self._rules.categories}
        if category in known:
            return
        with self._read() as tx:
            # One that the rules have dropped since is still a category of what was classified by it.
            known |= set(browsing.categories(tx))
        if category not in known:
            raise UnknownName("category", category, known=known, where=str(self.settings.rules))

    def _setting(self) -> Setting:
        file = self.settings.path(self.settings.rules)
        rules = self._rules
        return Setting(
            database=self.database,
            store=self.store,
            cascade=Cascade(with_plugins([RuleClassifier(rules)])),
            rules=Rules(
                digest=rules.digest,
                body=file.read_text(encoding="utf-8"),
                author=self._actor,
                message=f"from {self.settings.rules}",
                categories=[_category(c) for c in rules.categories],
            ),
            options=wiring.extract_options(self.settings, scratch=self.settings.home_folder / "scratch"),
            pool=wiring.pool(self.settings),
            scratch=self.settings.home_folder / "scratch",
        )


def _category(given: Any) -> Category:  # Any: the rule set's own model
    return Category(
        id=given.id,
        title_de=given.title.de,
        title_en=given.title.en,
        sensitive=given.sensitive,
        roles=tuple(given.roles),
        retention_days=given.retention_days,
        target=given.target,
    )
