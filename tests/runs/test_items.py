"""A run's work: claimed once, under leases, by processes that may die at any moment."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from workbench.database import Database
from workbench.errors import RunError
from workbench.records import Item, Stage
from workbench.runs import items as items_module
from workbench.runs.items import Done, Items


def add(items: Items, number: int, *, stage: Stage = Stage.READ, wave: int = 0, first: int = 0) -> None:
    with items.database.transaction() as tx:
        items.add(tx, stage, wave=wave, keys=[f"{n:04}" for n in range(first, first + number)])


def complete(items: Items, done: list[Item], *, state: str = "done") -> None:
    with items.database.transaction() as tx:
        items.complete(tx, [Done(id=item.id, state=state) for item in done])


def keys(found: list[Item]) -> list[str]:
    return [item.key for item in found]


def expire(database: Database) -> None:
    """Let an hour pass."""
    with database.transaction() as tx:
        tx.run("UPDATE items SET leased_until = leased_until - interval '1 hour'")


@pytest.fixture
def items(database: Database, run: int) -> Items:
    return Items(database, run)


@pytest.fixture
def other(database: Database, run: int) -> Items:
    """The same run as another process sees it."""
    return Items(database, run)


def test_work_is_claimed_oldest_first_and_only_once(items: Items) -> None:
    add(items, 5)
    assert keys(items.claim(Stage.READ, wave=0, most=3)) == ["0000", "0001", "0002"]
    assert keys(items.claim(Stage.READ, wave=0, most=3)) == ["0003", "0004"]
    assert items.claim(Stage.READ, wave=0, most=3) == []


def test_an_item_brings_its_payload(items: Items) -> None:
    with items.database.transaction() as tx:
        items.add(tx, Stage.TAKE, wave=0, keys=["größe"], payloads=['{"name": "Größe", "depth": 1}'])
    (item,) = items.claim(Stage.TAKE, wave=0, most=9)
    assert (item.key, item.payload, item.strikes) == ("größe", {"name": "Größe", "depth": 1}, 0)


def test_adding_again_leaves_what_is_there(items: Items) -> None:
    add(items, 2)
    complete(items, items.claim(Stage.READ, wave=0, most=1))
    add(items, 3)
    assert keys(items.claim(Stage.READ, wave=0, most=9)) == ["0001", "0002"]


def test_stages_and_waves_are_apart(items: Items) -> None:
    add(items, 1)
    add(items, 1, stage=Stage.RELATE)
    add(items, 1, wave=1, first=1)
    assert keys(items.claim(Stage.READ, wave=1, most=9)) == ["0001"]
    assert keys(items.claim(Stage.READ, wave=0, most=9)) == ["0000"]
    assert keys(items.claim(Stage.RELATE, wave=0, most=9)) == ["0000"]


def test_runs_are_apart(items: Items, database: Database) -> None:
    add(items, 1)
    with database.transaction() as tx:
        another = tx.value("INSERT INTO runs (kind, job, actor) VALUES ('test', 'b', 'anna') RETURNING id")
    assert Items(database, another).claim(Stage.READ, wave=0, most=9) == []


def test_waves_come_lowest_first_and_new_ones_too(items: Items) -> None:
    add(items, 1, wave=2)
    add(items, 1, wave=0, first=1)
    seen = []
    for wave in items.waves(Stage.READ):
        seen.append(wave)
        complete(items, items.claim(Stage.READ, wave=wave, most=9))
        if wave == 0:
            add(items, 1, wave=1, first=5)
    assert seen == [0, 1, 2]


def test_many_claimants_never_get_the_same_item(items: Items, database: Database, run: int) -> None:
    add(items, 400)

    def work(_: int) -> list[str]:
        mine = Items(database, run)
        got: list[str] = []
        while found := mine.claim(Stage.READ, wave=0, most=7):
            got += keys(found)
            complete(mine, found)
        return got

    with ThreadPoolExecutor(6) as threads:
        shares = list(threads.map(work, range(6)))
    assert sorted(key for share in shares for key in share) == [f"{n:04}" for n in range(400)]
    assert items.progress() == {"read": (400, 400)}


def test_a_claimant_passes_over_what_another_is_just_claiming(items: Items, other: Items, database: Database) -> None:
    add(items, 2)
    with database.transaction() as tx:
        tx.run("SELECT id FROM items WHERE key = '0000' FOR UPDATE")
        assert keys(other.claim(Stage.READ, wave=0, most=2)) == ["0001"]


def test_complete_is_refused_when_the_lease_was_lost_and_nothing_of_the_batch_stays(
    items: Items, other: Items, database: Database
) -> None:
    add(items, 2)
    mine = items.claim(Stage.READ, wave=0, most=2)
    expire(database)
    assert other.release_lost(all_others=False) == 2
    assert other.claim_alone(Stage.READ, wave=0)

    def record() -> None:
        with database.transaction() as tx:
            tx.run("UPDATE runs SET reason = 'must not stay'")
            items.complete(tx, [Done(id=item.id) for item in mine])

    with pytest.raises(RunError, match="was taken over by another process"):
        record()
    with database.transaction() as tx:
        assert tx.value("SELECT count(*) FROM runs WHERE reason = 'must not stay'") == 0
        assert tx.value("SELECT count(*) FROM items WHERE state = 'done'") == 0


def test_completing_nothing_is_no_error(items: Items) -> None:
    complete(items, [])
    assert items.progress() == {}


def test_an_item_is_completed_once(items: Items) -> None:
    add(items, 1)
    found = items.claim(Stage.READ, wave=0, most=1)
    complete(items, found)
    with pytest.raises(RunError):
        complete(items, found)


def test_living_leases_are_not_released(items: Items, other: Items) -> None:
    add(items, 1)
    found = items.claim(Stage.READ, wave=0, most=1)
    assert other.release_lost(all_others=False) == 0
    complete(items, found)


def test_lost_leases_are_released_without_a_strike_and_tried_alone(
    items: Items, other: Items, database: Database
) -> None:
    add(items, 3)
    assert len(items.claim(Stage.READ, wave=0, most=2)) == 2
    expire(database)
    assert other.release_lost(all_others=False) == 2
    assert keys(other.claim(Stage.READ, wave=0, most=9)) == ["0002"]
    for key in ("0000", "0001"):
        alone = other.claim_alone(Stage.READ, wave=0)
        assert alone
        assert (alone.key, alone.strikes) == (key, 0)
    assert other.claim_alone(Stage.READ, wave=0) is None


def test_who_holds_the_run_alone_releases_every_other_lease_at_once(items: Items, other: Items) -> None:
    add(items, 3)
    mine = other.claim(Stage.READ, wave=0, most=1)
    items.claim(Stage.READ, wave=0, most=2)
    assert other.release_lost(all_others=True) == 2
    complete(other, mine)


def test_batches_are_worked_off_and_what_must_be_alone_comes_last_each_by_itself(items: Items, other: Items) -> None:
    add(items, 6)
    items.claim(Stage.READ, wave=0, most=2)
    other.release_lost(all_others=True)
    seen = []
    for batch in other.batches(Stage.READ, most=3):
        seen.append(keys(batch))
        complete(other, batch)
    assert seen == [["0002", "0003", "0004"], ["0005"], ["0000"], ["0001"]]


def test_what_was_given_back_is_claimed_again_in_company(items: Items, other: Items) -> None:
    add(items, 2)
    items.claim(Stage.READ, wave=0, most=2)
    items.give_back()
    assert keys(other.claim(Stage.READ, wave=0, most=2)) == ["0000", "0001"]


def test_giving_back_leaves_what_others_hold(items: Items, other: Items) -> None:
    add(items, 2)
    mine = items.claim(Stage.READ, wave=0, most=1)
    other.claim(Stage.READ, wave=0, most=1)
    other.give_back()
    complete(items, mine)


def test_strikes_are_counted_and_remembered(items: Items) -> None:
    add(items, 1)
    (item,) = items.claim(Stage.READ, wave=0, most=1)
    for strikes in range(1, items_module.STRIKES + 1):
        assert items.strike(item) == strikes
        assert items.claim(Stage.READ, wave=0, most=1) == []
        again = items.claim_alone(Stage.READ, wave=0)
        assert again
        assert again.strikes == strikes
        item = again
    complete(items, [item], state="quarantined")
    assert items.claim_alone(Stage.READ, wave=0) is None
    assert items.progress() == {"read": (1, 1)}


def test_a_strike_without_the_lease_counts_nothing(items: Items, other: Items) -> None:
    add(items, 1)
    (item,) = items.claim(Stage.READ, wave=0, most=1)
    other.release_lost(all_others=True)
    assert items.strike(item) == 0
    again = other.claim_alone(Stage.READ, wave=0)
    assert again
    assert again.strikes == 0


def test_progress_counts_failed_and_quarantined_items_as_done(items: Items) -> None:
    add(items, 4)
    for state in ("done", "failed", "quarantined"):
        complete(items, items.claim(Stage.READ, wave=0, most=1), state=state)
    assert items.progress() == {"read": (3, 4)}


def test_the_heart_renews_leases_and_the_run(
    items: Items, other: Items, database: Database, run: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items_module, "BEAT_S", 0.02)
    monkeypatch.setattr(items_module, "LEASE_S", 0.4)
    add(items, 1)
    found = items.claim(Stage.READ, wave=0, most=1)
    with database.transaction() as tx:
        before = tx.value("SELECT heartbeat_at FROM runs WHERE id = %s", [run])
    with items.heartbeat({"read": 1.5}):
        for _ in range(8):
            time.sleep(0.1)
            assert other.release_lost(all_others=False) == 0
        with database.transaction() as tx:
            row = tx.tuples("SELECT heartbeat_at > %s, seconds FROM runs WHERE id = %s", [before, run])
    assert row == [(True, {"read": 1.5})]
    complete(items, found)


def test_without_the_heart_a_lease_runs_out(items: Items, other: Items, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items_module, "LEASE_S", 0.05)
    add(items, 1)
    items.claim(Stage.READ, wave=0, most=1)
    time.sleep(0.1)
    assert other.release_lost(all_others=False) == 1


def test_the_heart_stops_with_its_block_also_when_that_fails(items: Items) -> None:
    def beating() -> int:
        return sum(thread.name == "heartbeat" for thread in threading.enumerate())

    def fail() -> None:
        with items.heartbeat({}):
            assert beating() == before + 1
            raise ZeroDivisionError

    before = beating()
    with pytest.raises(ZeroDivisionError):
        fail()
    assert beating() == before


def test_a_database_that_is_away_for_a_moment_does_not_stop_the_heart(
    items: Items, database: Database, run: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.errors import DatabaseError

    monkeypatch.setattr(items_module, "BEAT_S", 0.01)
    whole, calls = database.transaction, count()

    def flaky(**options: object) -> object:
        if next(calls) < 3:
            raise DatabaseError("the database went away")
        return whole(**options)  # type: ignore[arg-type]

    monkeypatch.setattr(database, "transaction", flaky)
    with items.heartbeat({"read": 2.0}):
        time.sleep(0.3)
    monkeypatch.undo()
    with database.transaction() as tx:
        assert tx.value("SELECT seconds FROM runs WHERE id = %s", [run]) == {"read": 2.0}
