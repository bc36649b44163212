"""A run is taken back: what was before it is there again, and what somebody did since stays."""

import shutil
import zipfile
from pathlib import Path

import pytest

from tests.conftest import SAMPLES
from tests.rollback.conftest import LETTER, write
from workbench import Workbench
from workbench.catalog import canonical
from workbench.errors import RunError, RunHeld
from workbench.records import RunState
from workbench.rollback import Fate, Plan


def digests(workbench: Workbench) -> dict[str, str]:
    with workbench.database.transaction() as tx:
        return dict(canonical.digests(tx))


def kept(plan: Plan) -> dict[str, str]:
    return {document.name: document.why for document in plan.conflicts}


def zipped(file: Path, **members: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.txt", text)
    return file


def changed_folder(workbench: Workbench, post: Path) -> int:
    """Ingest a folder, change everything about it, ingest again; the number of the second run."""
    write(post, "bleibt.txt", 1)
    write(post, "wird bearbeitet.txt", 2)
    (post / "zieht um.txt").write_text("Protokoll der Sitzung vom 3. März, anwesend waren alle.")
    (post / "verschwindet.txt").write_text("Einladung zum Sommerfest.")
    workbench.ingest(post)
    write(post, "wird bearbeitet.txt", 3)
    (post / "zieht um.txt").rename(post / "ist umgezogen.txt")
    (post / "verschwindet.txt").unlink()
    write(post, "B.txt", 1)
    shutil.copy2(SAMPLES / "emails" / "Rechnung anbei.eml", post / "mail.eml")
    zipped(post / "archiv.zip", a=LETTER.format(4), b="Lieferschein Nr. 12 über 3 Paletten.")
    (post / "leer.txt").touch()
    second = workbench.ingest(post)
    counts = second.counts
    assert (counts["superseded"], counts["moved"], counts["vanished"]) == (1, 1, 1)
    return second.run.id


def test_an_ingest_is_taken_back_to_the_very_catalogue_before(workbench: Workbench, post: Path) -> None:
    empty = digests(workbench)
    second = changed_folder(workbench, post)
    after = digests(workbench)
    plan = workbench.rollback(second)
    assert plan.by
    assert not plan.conflicts
    assert plan.fates[Fate.REMOVED] == 8
    before = digests(workbench)
    assert before != after
    assert workbench.runs[second].state == RunState.ROLLED_BACK
    assert workbench.runs[second].rolled_back_by == plan.by
    # The rollback is a run like every other, and so is what takes it back.
    again = workbench.rollback(plan.by)
    assert digests(workbench) == after
    assert workbench.runs[second].state == RunState.FINISHED_WITH_PROBLEMS
    assert workbench.runs[plan.by].state == RunState.ROLLED_BACK
    third = workbench.rollback(again.by or 0)
    assert digests(workbench) == before
    workbench.rollback(third.by or 0)
    workbench.rollback(second)
    workbench.rollback(1)
    assert digests(workbench) == empty


def test_a_plan_tells_the_same_and_writes_nothing(workbench: Workbench, post: Path) -> None:
    second = changed_folder(workbench, post)
    before = digests(workbench)
    runs = len(workbench.runs())
    plan = workbench.rollback(second, dry_run=True)
    assert (digests(workbench), len(workbench.runs())) == (before, runs)
    assert plan.by is None
    done = workbench.rollback(second)
    assert (done.documents, done.rows) == (plan.documents, plan.rows)
    assert "leer.txt" in str(plan)
    assert "not in the catalogue" in plan._repr_html_()


def test_texts_can_be_searched_again_once_a_rollback_is_taken_back(workbench: Workbench, post: Path) -> None:
    write(post, "a.txt", 4711)
    run = workbench.ingest(post).run.id
    plan = workbench.rollback(run)
    assert workbench.search("Lieferung") == []
    workbench.rollback(plan.by or 0)
    assert [hit.name for hit in workbench.search("Lieferung")] == ["a.txt"]


def test_what_a_person_decided_since_is_kept_with_all_that_belongs_to_it(workbench: Workbench, post: Path) -> None:
    write(post, "a.txt", 1)
    zipped(post / "archiv.zip", innen="Protokoll der Sitzung vom 3. März.", daneben=LETTER.format(2))
    run = workbench.ingest(post).run.id
    workbench.label("innen.txt", "minutes", note="gelesen")
    plan = workbench.rollback(run, dry_run=True)
    assert kept(plan) == {
        "innen.txt": "anna said it is 'minutes'",
        "archiv.zip": "holds innen.txt, which stays",
    }
    assert "--labels" in plan.kept
    workbench.rollback(run)
    assert {d.name for d in workbench.documents()} == {"innen.txt", "archiv.zip", "daneben.txt"}
    assert workbench.document("innen.txt").category == "minutes"
    assert workbench.life("innen.txt").labels[0].note == "gelesen"
    assert workbench.search("Protokoll")
    # Asked for, a person's word is taken back like any other.
    empty = workbench.rollback(run, labels=True, cascade=True)
    assert not empty.conflicts
    assert workbench.documents() == []


def test_a_label_is_taken_back_to_what_the_rules_said(workbench: Workbench, post: Path) -> None:
    write(post, "a.txt", 1)
    workbench.ingest(post)
    before = digests(workbench)
    workbench.label("a.txt", "offer")
    (review,) = workbench.runs(kind="review")
    workbench.rollback(review.id)
    assert digests(workbench) == before


def test_a_label_given_before_does_not_keep_anything(workbench: Workbench, post: Path) -> None:
    write(post / "lang", "eine rechnung.txt", 1)
    workbench.ingest(post)
    workbench.label("eine rechnung.txt", "offer")
    before = digests(workbench)
    write(post, "a.txt", 1)
    second = workbench.ingest(post).run.id
    assert workbench.document("a.txt").category == "offer"
    assert not workbench.rollback(second).conflicts
    assert digests(workbench) == before


def test_a_later_run_stands_in_the_way_until_it_is_taken_back_too(workbench: Workbench, post: Path) -> None:
    write(post, "rechnung.txt", 1)
    (post / "anderes.txt").write_text("Einladung zum Sommerfest am Samstag.")
    run = workbench.ingest(post).run.id
    # Other rules decide otherwise about the one, and as before about the other.
    rules = workbench.settings.path(workbench.settings.rules).read_text()
    changed = post.with_name("rules.yaml")
    changed.write_text(rules.replace("[Rechnung, ", "[Rechenschieber, "))
    settings = workbench.settings.model_copy(update={"rules": changed})
    with Workbench(settings=settings, actor="bert") as other:
        with other.database.transaction() as tx:
            before = tx.value("SELECT confidence FROM documents WHERE name = 'rechnung.txt'")
        later = other.reprocess(everything=True, stage="classify").run.id
        with other.database.transaction() as tx:
            assert tx.value("SELECT confidence FROM documents WHERE name = 'rechnung.txt'") != before
    plan = workbench.rollback(run, dry_run=True)
    assert {d.name: d.what for d in plan.documents} == {"rechnung.txt": Fate.KEPT, "anderes.txt": Fate.KEPT}
    assert plan.in_the_way == (later,)
    assert f"--cascade takes back run {later} as well" in plan.kept
    done = workbench.rollback(run, cascade=True)
    assert done.runs == (later, run)
    assert workbench.documents() == []
    assert {r.state for r in workbench.runs() if r.id in {run, later}} == {RunState.ROLLED_BACK}


def test_people_s_decisions_are_taken_back_without_the_runs_beside_them(workbench: Workbench, post: Path) -> None:
    write(post / "1", "a.txt", 1)
    write(post / "2", "b.txt", 2)
    run = workbench.ingest(post / "1").run.id
    workbench.ingest(post / "2")
    workbench.label("a.txt", "offer")
    assert workbench.rollback(run, dry_run=True).conflicts
    assert not workbench.rollback(run, labels=True).conflicts
    assert [d.name for d in workbench.documents()] == ["b.txt"]


def test_a_document_that_was_met_again_stays_as_if_the_run_had_never_been(
    workbench: Workbench, other: Workbench, tmp_path: Path
) -> None:
    first, second = tmp_path / "erste", tmp_path / "zweite" / "tiefer"
    for place in (first, second):
        write(place, "rechnung.txt", 1)
        zipped(place / "archiv.zip", innen=LETTER.format(2), protokoll="Protokoll der Sitzung vom 3. März.")
        shutil.copy2(SAMPLES / "emails" / "Rechnung anbei.eml", place / "mail.eml")
    write(first, "allein.txt", 3)
    write(second, "nah.txt", 4)
    run = workbench.ingest(first).run.id
    workbench.ingest(second)
    plan = workbench.rollback(run)
    assert not plan.conflicts
    assert plan.fates[Fate.STAYS] == 7
    other.ingest(second)
    assert digests(workbench) == digests(other)


@pytest.mark.parametrize("later", ["kurz/a.txt", "erste/noch länger und tiefer/a.txt", "kurz/a.md"])
def test_a_better_and_a_worse_place_of_the_same_content_are_alike(
    workbench: Workbench, other: Workbench, tmp_path: Path, later: str
) -> None:
    first = zipped(tmp_path / "erste" / "archiv.zip", a=LETTER.format(1), b=LETTER.format(2))
    write(tmp_path / "erste", "mittellang.txt", 1)
    run = workbench.ingest(first, tmp_path / "erste" / "mittellang.txt").run.id
    place = write(tmp_path, later, 1)
    workbench.ingest(place)
    plan = workbench.rollback(run)
    assert {d.what for d in plan.documents} == {Fate.STAYS, Fate.REMOVED}
    other.ingest(place)
    assert digests(workbench) == digests(other)
    assert len(workbench.search("Lieferung")) == 1


def test_of_an_archive_only_what_was_met_elsewhere_stays(
    workbench: Workbench, other: Workbench, tmp_path: Path
) -> None:
    archive = zipped(tmp_path / "a" / "drei.zip", x=LETTER.format(1), y=LETTER.format(2), z=LETTER.format(3))
    run = workbench.ingest(archive).run.id
    single = write(tmp_path / "b", "y.txt", 2)
    workbench.ingest(single)
    workbench.rollback(run)
    other.ingest(single)
    assert digests(workbench) == digests(other)


def test_what_is_searched_for_is_found_under_the_name_it_had_before(workbench: Workbench, post: Path) -> None:
    write(post / "a", "lange datei.txt", 1)
    workbench.ingest(post / "a")
    write(post / "b", "x.md", 1)
    second = workbench.ingest(post / "b").run.id
    workbench.rollback(second)
    assert [hit.name for hit in workbench.search("Lieferung")] == ["lange datei.txt"]


def test_taking_back_in_turn_moves_files_to_and_fro(workbench: Workbench, post: Path, tmp_path: Path) -> None:
    write(post, "a.txt", 1)
    target = tmp_path / "erledigt"
    target.mkdir()
    last = first = workbench.ingest(post, move_to=target).run.id
    for is_moved in (False, True, False, True):
        last = workbench.rollback(last).by or 0
        assert ((target / "a.txt").exists(), (post / "a.txt").exists()) == (is_moved, not is_moved)
        assert (workbench.runs[first].state == RunState.FINISHED) == is_moved
        assert len(workbench.documents()) == is_moved


def test_a_rollback_that_was_interrupted_is_gone_on_with_whatever_was_pruned(
    workbench: Workbench, post: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(post, "a.txt", 1)
    target = tmp_path / "erledigt"
    target.mkdir()
    run = workbench.ingest(post, move_to=target).run.id

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.jobs.rollback._outside", stop)
    with pytest.raises(KeyboardInterrupt):
        workbench.rollback(run)
    monkeypatch.undo()
    (interrupted,) = workbench.runs(state="interrupted")
    workbench.journal.prune("0h")
    workbench.runs.resume(interrupted.id)
    assert (post / "a.txt").exists()
    assert workbench.runs[interrupted.id].state == RunState.FINISHED


def test_the_near_duplicate_of_what_is_gone_finds_another_original(
    workbench: Workbench, other: Workbench, tmp_path: Path
) -> None:
    for number in range(6):
        write(tmp_path / str(number % 2), f"{number}.txt", 4000 + number)
    run = workbench.ingest(tmp_path / "0").run.id
    workbench.ingest(tmp_path / "1")
    workbench.rollback(run)
    other.ingest(tmp_path / "1")
    assert digests(workbench) == digests(other)
    with workbench.database.transaction() as tx:
        assert tx.value("SELECT count(*) FROM near_duplicates") == 2


def test_what_was_edited_since_goes_and_the_edited_stays(workbench: Workbench, post: Path) -> None:
    write(post, "a.txt", 1)
    run = workbench.ingest(post).run.id
    (post / "a.txt").write_text("Protokoll der Sitzung vom 3. März, anwesend waren alle.")
    workbench.ingest(post)
    workbench.rollback(run)
    (document,) = workbench.documents()
    assert "Protokoll" in workbench.text(document.id)


def test_the_time_zone_of_a_session_changes_nothing(
    workbench: Workbench, post: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGTZ", "Asia/Kolkata")
    second = changed_folder(workbench, post)
    plan = workbench.rollback(second)
    monkeypatch.setenv("PGTZ", "America/St_Johns")
    workbench.database.close()
    with Workbench(settings=workbench.settings, actor="anna") as elsewhere:
        assert not elsewhere.rollback(plan.by or 0).conflicts


def test_what_was_taken_in_again_stands_in_the_way_of_taking_a_rollback_back(
    workbench: Workbench, post: Path, tmp_path: Path
) -> None:
    write(post, "a.txt", 1)
    write(post, "b.txt", 2)
    run = workbench.ingest(post).run.id
    plan = workbench.rollback(run)
    write(tmp_path, "kopie.txt", 1)
    workbench.ingest(tmp_path / "kopie.txt")
    again = workbench.rollback(plan.by or 0)
    assert {d.name: d.what for d in again.documents} == {"kopie.txt": Fate.KEPT, "b.txt": Fate.PUT_BACK} or kept(again)
    assert {d.name for d in workbench.documents()} == {"kopie.txt", "b.txt"}


def test_rules_and_categories_that_are_still_needed_stay(workbench: Workbench, post: Path) -> None:
    write(post / "1", "a.txt", 1)
    write(post / "2", "b.txt", 2)
    run = workbench.ingest(post / "1").run.id
    workbench.ingest(post / "2")
    workbench.rollback(run)
    with workbench.database.transaction() as tx:
        assert tx.value("SELECT count(*) FROM rule_sets") == 1
        category = workbench.document("b.txt").category
        assert tx.value("SELECT count(*) FROM categories WHERE id = %s", [category]) == 1


def test_nothing_to_take_back_is_a_sentence(workbench: Workbench, post: Path) -> None:
    write(post, "a.txt", 1)
    workbench.ingest(post)
    second = workbench.ingest(post).run.id
    with pytest.raises(RunError, match=f"nothing to take back of run {second}"):
        workbench.rollback(second)
    plan = workbench.rollback(1)
    with pytest.raises(RunError, match=f"run {plan.by} took back already"):
        workbench.rollback(1)
    with pytest.raises(RunError, match="there is no run 99"):
        workbench.rollback(99)


def test_beside_a_run_at_work_nothing_is_taken_back(workbench: Workbench, post: Path) -> None:
    from workbench import runs
    from workbench.runs import Order

    write(post, "a.txt", 1)
    run = workbench.ingest(post).run.id
    with (
        runs.begin(workbench.database, Order(kind="ingest", job="/elsewhere")) as (at_work, _),
        pytest.raises(RunHeld, match=f"a rollback cannot begin while run {at_work.id}, an ingest, is at work: anna"),
    ):
        workbench.rollback(run)


def test_files_that_were_moved_away_come_back(workbench: Workbench, post: Path, tmp_path: Path) -> None:
    write(post, "a.txt", 1)
    write(post / "tief", "b.txt", 2)
    before = {p.relative_to(post): p.stat().st_mtime_ns for p in post.rglob("*.txt")}
    target = tmp_path / "erledigt"
    target.mkdir()
    run = workbench.ingest(post, move_to=target).run.id
    assert not list(post.rglob("*.txt"))
    plan = workbench.rollback(run)
    assert {p.relative_to(post): p.stat().st_mtime_ns for p in post.rglob("*.txt")} == before
    assert not list(target.rglob("*.txt"))
    workbench.rollback(plan.by or 0)
    assert sorted(p.name for p in target.rglob("*.txt")) == ["a.txt", "b.txt"]
    assert not list(post.rglob("*.txt"))


def test_what_cannot_be_undone_outside_is_a_problem_that_can_be_tried_again(
    workbench: Workbench, post: Path, tmp_path: Path
) -> None:
    write(post, "a.txt", 1)
    target = tmp_path / "erledigt"
    target.mkdir()
    run = workbench.ingest(post, move_to=target).run.id
    (target / "a.txt").rename(tmp_path / "verlegt.txt")
    plan = workbench.rollback(run)
    assert workbench.runs[plan.by or 0].state == RunState.FINISHED_WITH_PROBLEMS
    (problem,) = workbench.report(plan.by or 0).problems
    assert f"workbench runs resume {plan.by}" in problem.advice
    (tmp_path / "verlegt.txt").rename(target / "a.txt")
    workbench.runs.resume(plan.by or 0)
    assert (post / "a.txt").exists()
    assert workbench.runs[plan.by or 0].state == RunState.FINISHED


def test_the_store_holds_what_catalogue_and_journal_name(workbench: Workbench, post: Path) -> None:
    second = changed_folder(workbench, post)
    workbench.rollback(second)
    with workbench.database.transaction() as tx:
        named = {row[0] for row in tx.tuples("SELECT digest FROM named_blobs")}
    assert set(workbench.store.digests()) == named
