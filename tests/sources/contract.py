"""What every source promises.

A source joins by a class of its own that gives the fixtures `source` (with three
documents in it, one of them `CONTENT`) and `opened_again` (the same source in
another process), and says how a document is taken away behind its back.
"""

import pytest

from workbench.errors import SourceError
from workbench.records import Arrival, Effect
from workbench.sources import Source

CONTENT = b"Rechnung 4711\n"


class SourceContract:
    """Tests that a source passes or is none."""

    def take_away(self, source: Source, arrival: Arrival) -> None:
        """Remove a document where it lies."""
        raise NotImplementedError

    def alter(self, source: Source, arrival: Arrival) -> None:
        """Change a document where it lies."""
        raise NotImplementedError

    def test_everything_there_is_handed_over(self, source: Source) -> None:
        assert len(list(source.arrivals())) == 3

    def test_asking_again_hands_over_the_same_in_the_same_order(self, source: Source, opened_again: Source) -> None:
        first = list(source.arrivals())
        assert list(source.arrivals()) == first
        assert list(opened_again.arrivals()) == first

    def test_external_ids_are_unique_and_name_their_source(self, source: Source) -> None:
        arrivals = list(source.arrivals())
        assert len({arrival.external_id for arrival in arrivals}) == len(arrivals)
        assert {arrival.source for arrival in arrivals} == {source.name}

    def test_times_are_aware(self, source: Source) -> None:
        assert all(a.modified_at and a.modified_at.utcoffset() is not None for a in source.arrivals())

    def test_every_arrival_can_be_opened_and_has_the_size_it_says(self, source: Source) -> None:
        contents = []
        for arrival in source.arrivals():
            with source.open(arrival) as stream:
                contents.append(stream.read())
            assert arrival.size is None or len(contents[-1]) == arrival.size
        assert CONTENT in contents

    def test_every_arrival_lies_below_one_of_the_places(self, source: Source) -> None:
        for arrival in source.arrivals():
            assert any(arrival.locator.startswith(place) for place in source.places)

    def test_what_was_not_touched_is_unchanged_and_not_gone(self, source: Source) -> None:
        for arrival in source.arrivals():
            assert source.is_unchanged(arrival)
            assert not source.is_gone(arrival.locator)

    def test_what_was_altered_is_changed_and_arrives_under_another_id(self, source: Source) -> None:
        first, *_ = source.arrivals()
        self.alter(source, first)
        assert not source.is_unchanged(first)
        known = {arrival.external_id for arrival in source.arrivals()}
        assert len(known) == 3
        assert first.external_id not in known

    def test_what_was_taken_away_is_gone_and_cannot_be_opened(self, source: Source) -> None:
        first, *_ = source.arrivals()
        self.take_away(source, first)
        assert source.is_gone(first.locator)
        assert not source.is_unchanged(first)
        with pytest.raises(SourceError):
            source.open(first)
        assert len(list(source.arrivals())) == 2

    def test_a_foreign_effect_is_refused(self, source: Source) -> None:
        foreign = Effect(run_id=1, target="elsewhere", operation="no such thing", key="1")
        for act in (source.perform, source.undo):
            with pytest.raises(SourceError, match="no such thing"):
                act(foreign)
