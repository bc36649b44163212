"""What is done outside the catalogue: intended with it, performed once, taken back, tried again."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from workbench.database import Database
from workbench.errors import SourceError
from workbench.journal import effects
from workbench.journal.effects import HANDFUL, Settled
from workbench.records import Effect


class Shelf:
    """A target of which one can see what was done, and say what fails."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.broken: set[str] = set()
        self.after: Callable[[str], None] = lambda key: None

    def perform(self, effect: Effect) -> str:
        self._check(effect)
        remark = "was there" if effect.key in self.done else ""
        self.done.append(effect.key)
        self.after(effect.key)
        return remark

    def undo(self, effect: Effect) -> str:
        self._check(effect)
        self.done.append(f"not {effect.key}")
        return ""

    def _check(self, effect: Effect) -> None:
        if effect.key in self.broken:
            raise SourceError(f"the shelf refuses {effect.key}; mend it")


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def effect(key: str, **changes: object) -> Effect:
    return Effect(run_id=0, target="shelf", operation="put", key=key, **changes)  # type: ignore[arg-type]


def intend(database: Database, run: int, *keys: str) -> None:
    with database.transaction() as tx:
        effects.intend(tx, run, [effect(key) for key in keys])


def settle(database: Database, run: int, shelf: Shelf, **more: int) -> Settled:
    return effects.settle(database, run, {"shelf": shelf}, **more)


def states(database: Database, run: int) -> dict[str, str]:
    with database.transaction() as tx:
        return dict(tx.tuples("SELECT key, state FROM effects WHERE run_id = %s ORDER BY id", [run]))


def problems(database: Database) -> list[tuple[str, str, str, int]]:
    with database.transaction() as tx:
        return tx.tuples("SELECT stage, kind, message, run_id FROM problems ORDER BY id")  # type: ignore[return-value]


def undo_all(database: Database, run: int) -> None:
    with database.transaction() as tx:
        tx.run("UPDATE effects SET state = 'undoing' WHERE run_id = %s", [run])


def another_run(database: Database) -> int:
    with database.transaction() as tx:
        return int(tx.value("INSERT INTO runs (kind, job, actor) VALUES ('test', 'more', 'anna') RETURNING id"))


def test_what_is_intended_is_performed_in_its_order_and_once(database: Database, run: int, shelf: Shelf) -> None:
    intend(database, run, "b", "a", "c")
    intend(database, run, "a")
    assert settle(database, run, shelf) == Settled(performed=3)
    assert settle(database, run, shelf) == Settled()
    assert shelf.done == ["b", "a", "c"]
    assert set(states(database, run).values()) == {"done"}


def test_what_is_not_committed_is_not_performed(database: Database, run: int, shelf: Shelf) -> None:
    with suppress(ZeroDivisionError), database.transaction() as tx:
        effects.intend(tx, run, [effect("a")])
        raise ZeroDivisionError
    assert settle(database, run, shelf) == Settled()


def test_an_effect_carries_all_that_it_was_planned_with(database: Database, run: int) -> None:
    with database.transaction() as tx:
        effects.intend(tx, run, [effect("a", payload={"from": "/x"}, inverse={"to": "ä"})])
        (found,) = effects.open_effects(tx, run)
    assert (found.run_id, found.payload, found.inverse, found.state) == (run, {"from": "/x"}, {"to": "ä"}, "intended")


def test_what_is_undone_is_undone_newest_first(database: Database, run: int, shelf: Shelf) -> None:
    intend(database, run, "a", "b")
    settle(database, run, shelf)
    undo_all(database, run)
    assert settle(database, run, shelf) == Settled(undone=2)
    assert shelf.done[2:] == ["not b", "not a"]
    assert set(states(database, run).values()) == {"undone"}


def test_one_that_fails_is_a_problem_and_the_others_go_on(database: Database, run: int, shelf: Shelf) -> None:
    intend(database, run, "a", "b", "c")
    shelf.broken = {"b"}
    assert settle(database, run, shelf) == Settled(performed=2, failed=1)
    assert problems(database) == [("effect", "not performed", "the shelf refuses b; mend it", run)]
    assert states(database, run) == {"a": "done", "b": "failed", "c": "done"}


def test_what_failed_waits_until_it_is_asked_for_and_its_problem_goes_with_success(
    database: Database, run: int, shelf: Shelf
) -> None:
    intend(database, run, "a")
    shelf.broken = {"a"}
    settle(database, run, shelf)
    assert settle(database, run, shelf) == Settled()
    for _ in range(2):
        with database.transaction() as tx:
            assert effects.ask_again(tx, run) == [run]
        settle(database, run, shelf)
        assert len(problems(database)) == 1
    shelf.broken.clear()
    with database.transaction() as tx:
        effects.ask_again(tx, run)
    assert settle(database, run, shelf) == Settled(performed=1)
    assert problems(database) == []
    with database.transaction() as tx:
        assert tx.value("SELECT attempts FROM effects") == 4
        deleted = "SELECT count(*) FROM changes WHERE relation = 'problems' AND operation = 'delete' AND run_id = %s"
        assert tx.value(deleted, [run]) == 3


def test_a_failed_undoing_is_tried_again_as_an_undoing_under_the_rollback(
    database: Database, run: int, shelf: Shelf
) -> None:
    intend(database, run, "a")
    settle(database, run, shelf)
    undo_all(database, run)
    shelf.broken = {"a"}
    rollback = another_run(database)
    assert settle(database, run, shelf, under=rollback) == Settled(failed=1)
    assert problems(database) == [("effect", "not undone", "the shelf refuses a; mend it", rollback)]
    shelf.broken.clear()
    with database.transaction() as tx:
        assert effects.ask_again(tx, rollback) == [run]
    assert settle(database, run, shelf, under=rollback) == Settled(undone=1)
    assert (states(database, run), problems(database)) == ({"a": "undone"}, [])


def test_what_a_later_run_did_is_no_failure_of_an_earlier_one_any_more(
    database: Database, run: int, shelf: Shelf
) -> None:
    intend(database, run, "a")
    shelf.broken = {"a"}
    settle(database, run, shelf)
    shelf.broken.clear()
    later = another_run(database)
    intend(database, later, "a")
    settle(database, later, shelf)
    assert problems(database) == []
    assert states(database, run) == {"a": "done"}


def test_a_target_that_is_gone_is_a_failure_with_a_sentence(database: Database, run: int) -> None:
    intend(database, run, "a")
    assert effects.settle(database, run, {}).failed == 1
    assert "nothing here is called 'shelf'" in problems(database)[0][2]


def test_a_process_that_dies_repeats_no_more_than_a_handful(database: Database, run: int, shelf: Shelf) -> None:
    keys = [f"{number:03}" for number in range(3 * HANDFUL)]
    intend(database, run, *keys)

    def die(key: str) -> None:
        if key == keys[2 * HANDFUL - 1]:
            raise KeyboardInterrupt

    shelf.after = die
    with pytest.raises(KeyboardInterrupt):
        settle(database, run, shelf)
    assert list(states(database, run).values()).count("done") == HANDFUL
    shelf.after = lambda key: None
    assert settle(database, run, shelf).performed == 2 * HANDFUL
    assert len(shelf.done) == 4 * HANDFUL
    with database.transaction() as tx:
        assert tx.value("SELECT count(*) FROM effects WHERE message = 'was there'") == HANDFUL


def test_how_far_it_is_is_told(database: Database, run: int, shelf: Shelf) -> None:
    intend(database, run, *(f"{number:03}" for number in range(HANDFUL + 1)))
    told: list[tuple[str, int, int]] = []
    effects.settle(database, run, {"shelf": shelf}, lambda *at: told.append(at))
    assert told == [("effect", HANDFUL, HANDFUL + 1), ("effect", HANDFUL + 1, HANDFUL + 1)]
