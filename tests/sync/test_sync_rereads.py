"""Open orders fetched again: they take little time of a sync, and none is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub_core.errors import Throttled
from hub_core.pace import Outwaited, Pace, Rank
from hub_core.ports import Limit
from hub_core.sandbox import Clock
from hub_core.store import records
from hub_core.store.kinds import ORDER
from hub_core.sync.revisits import REREADING
from hub_core.testing.bridge import VirtualClock
from tests.harness import NOON, Bench, bench

LATENCY = 1.0
"""Seconds a call takes."""
MOST = REREADING.total_seconds() / LATENCY
SIX_HOURS = 6 * 3600.0


def due(made: Bench) -> int:
    shop = made.hub.shops()[0]
    with made.hub.store.reading() as connection:
        return len(
            records.due_for_reread(connection, ORDER, shop.id, made.clock.now(), 10_000)
        )


def reread(made: Bench) -> int:
    (outcome,) = made.hub.sync()
    assert outcome.error is None
    return outcome.counts.rereads


def test_a_sync_reads_again_for_so_long_and_what_is_left_stays_due(tmp_path: Path) -> None:
    with bench("taobao", tmp_path, orders=120, latency=LATENCY) as made:
        made.hub.sync()
        made.platform.clock.advance(SIX_HOURS + 60)
        left = due(made)
        assert left > 2 * MOST
        while left:
            done = reread(made)
            assert 0 < done <= MOST
            assert due(made) == left - done
            left -= done


def test_what_was_read_before_the_platform_had_enough_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench("taobao", tmp_path, orders=40) as made:
        made.hub.sync()
        made.platform.clock.advance(SIX_HOURS + 60)
        wait, went, before = Pace.wait, list[Rank](), due(made)

        def refuse(pace: Pace, name: str, app: str, shop: str, rank: Rank, *more: float):  # type: ignore[no-untyped-def]
            if rank == Rank.HEAL:
                went.append(rank)
            if len(went) > 5:
                raise Throttled("the day is used up", after=3600)
            return wait(pace, name, app, shop, rank, *more)

        monkeypatch.setattr(Pace, "wait", refuse)
        reread(made)
        assert before - due(made) == 5


def test_who_waits_no_longer_than_he_may_leaves_the_turn_to_others() -> None:
    pace = Pace((Limit(10, 1.0),), VirtualClock(Clock(NOON)))
    holding = pace.steps("a.b", "app", "one")
    assert next(holding, None) is None
    before = pace.steps("a.b", "app", "two")
    assert next(before) is not None
    with pytest.raises(Outwaited):
        pace.wait("a.b", "app", "three", Rank.HEAL, 0.01)
    before.close()
    pace.wait("a.b", "app", "three", Rank.HEAL, 0.01)


def test_a_limit_that_is_slow_by_itself_is_waited_for() -> None:
    pace = Pace((Limit(1, 30.0),), VirtualClock(Clock(NOON)))
    waits = [pace.wait("a.b", "app", "one", Rank.HEAL, 0.01) for _ in range(3)]
    assert waits[0] == 0 < min(waits[1:])
