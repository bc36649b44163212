"""What a run works with, put together from the settings, the rules and the rooms."""

from collections.abc import Mapping
from typing import Any

from workbench import runs, wiring
from workbench.catalog import browsing
from workbench.catalog.deciding import Category
from workbench.classification import rulefile
from workbench.classification.cascade import Cascade, with_plugins
from workbench.classification.rules import RuleClassifier
from workbench.classification.ruleset import RuleSet
from workbench.config import Settings
from workbench.database import Database
from workbench.errors import ConfigError, RunError, UnknownName
from workbench.journal.effects import Target
from workbench.journal.store_target import STORE, StoreTarget
from workbench.pipeline import Rules, Setting
from workbench.records import Run
from workbench.runs import Configuration
from workbench.sources import FolderSource
from workbench.store import Store


def settings_of(settings: Settings) -> Configuration:
    """The settings as a run's record keeps them."""
    return Configuration(kind="settings", digest=settings.digest(), body=settings.plain())


def rules_of(settings: Settings) -> Configuration:
    """The rules in the file, checked."""
    file = settings.path(settings.rules)
    digest = rulefile.load(file).digest
    return Configuration(kind="rules", digest=digest, body=file.read_text(encoding="utf-8"))


def pinned(database: Database, run: Run | None) -> Configuration | None:
    """The rules that a run began with, which are also those it goes on with."""
    return runs.configuration(database, run.rule_set) if run and run.rule_set else None


def settings_as(database: Database, run: Run, settings: Settings) -> Settings:
    """The settings as a run had them.

    Raises
    ------
    ConfigError
        They were not kept, or are none any more.
    """
    kept = runs.configuration(database, run.config_digest)
    if kept is None:
        raise ConfigError(f"the settings of run {run.id} were not kept; it cannot be done again as it was")
    return settings.as_recorded(kept.body)


def needs_service(role: str, what: str) -> None:
    """Refuse what has to see and to touch everything to whoever acts with lesser rights."""
    if role != "service":
        raise RunError(f"{what} needs the service role, which sees everything; here only the role '{role}' is acted as")


def setting(settings: Settings, database: Database, store: Store, rules: Configuration, *, author: str) -> Setting:
    """Return what a run by these rules works with."""
    parsed = rulefile.parse(rules.body, where=str(settings.rules))
    scratch = settings.home_folder / "scratch"
    return Setting(
        database=database,
        store=store,
        cascade=Cascade(with_plugins([RuleClassifier(parsed)])),
        rules=Rules(
            digest=parsed.digest,
            body=rules.body,
            author=author,
            message=f"from {settings.rules}",
            categories=categories(parsed),
        ),
        options=wiring.extract_options(settings, scratch=scratch),
        pool=wiring.pool(settings),
        scratch=scratch,
        targets=targets(database, store),
        snapshot_above=settings.snapshots.before_documents,
    )


def targets(database: Database, store: Store) -> Mapping[str, Target]:
    """Return what effects change, by the names that they give."""
    folder = FolderSource([])
    return {folder.name: folder, STORE: StoreTarget(database, store)}


def categories(rules: RuleSet) -> list[Category]:
    """The categories of a rule set, as the catalogue keeps them."""
    return [_category(given) for given in rules.categories]


def check_category(database: Database, rules: RuleSet, category: str, *, where: str) -> None:
    """Refuse a category that neither the rules nor the catalogue know."""
    known = {given.id for given in rules.categories}
    if category in known:
        return
    with database.transaction() as tx:
        # One that the rules have dropped since is still a category of what was classified by it.
        known |= set(browsing.categories(tx))
    if category not in known:
        raise UnknownName("category", category, known=known, where=where)


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
