"""What is only looked back at is forgotten in time, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub_core.backup import back_up
from hub_core.errors import PositionLost
from hub_core.outbound import Outbound
from hub_core.service import retention
from tests.harness import Bench

DAY = timedelta(days=1).total_seconds()


def test_old_calls_go_and_what_they_brought_stays(made: Bench) -> None:
    hub = made.hub
    hub.store.incident("gap", "of long ago")
    calls = {one.id for one in hub.journal(limit=10_000)}
    orders, position = [one.as_dict() for one in hub.each_order()], hub.position()
    assert calls
    assert not retention.forget(hub)
    assert {one.id for one in hub.journal(limit=10_000)} == calls

    made.platform.clock.advance(91 * DAY)
    made.hub.sync()
    assert not retention.forget(hub)
    left = {one.id for one in hub.journal(limit=10_000)}
    assert left
    assert not left & calls
    assert [one.text for one in hub.incidents()][-1] == "of long ago"
    assert [one.as_dict() for one in hub.each_order()][: len(orders)]
    assert hub.position() >= position

    made.platform.clock.advance(300 * DAY)
    retention.forget(hub)
    assert "of long ago" not in [one.text for one in hub.incidents()]


def test_it_goes_on_while_there_is_more(made: Bench) -> None:
    calls = len(made.hub.journal(limit=10_000))
    made.platform.clock.advance(91 * DAY)
    retention_at_once, retention.AT_ONCE = retention.AT_ONCE, 3
    try:
        steps = 1
        while retention.forget(made.hub):
            steps += 1
    finally:
        retention.AT_ONCE = retention_at_once
    assert steps == calls // 3 + 1
    assert made.hub.journal() == []


@pytest.mark.sqlite("a backup is a copy of a file")
def test_a_backup_of_what_is_left_is_sound(made: Bench) -> None:
    made.platform.clock.advance(91 * DAY)
    retention.forget(made.hub)
    url = made.hub.store.engine.url.render_as_string()
    assert back_up(url, made.folder / "backup.db", b"k" * 32).wrong == ()


def test_a_reader_whose_place_in_the_feed_is_gone_is_told_so(made: Bench) -> None:
    hub, newest = made.hub, made.hub.position()
    told = [one.seq for one in hub.changes()]
    made.platform.clock.advance(364 * DAY)
    retention.forget(hub)
    assert [one.seq for one in hub.changes()] == told

    made.platform.clock.advance(2 * DAY)
    retention.forget(hub)
    assert hub.changes(newest) == []
    with pytest.raises(PositionLost, match=f"up to {newest} are no longer kept"):
        hub.changes(0)
    with pytest.raises(PositionLost, match="another database"):
        hub.changes(newest + 1)


def test_what_an_endpoint_was_not_told_of_is_kept_while_it_is_on(made: Bench) -> None:
    hub = made.hub
    outbound = Outbound(hub.store, hub.settings.outbound, hub.clock.now)
    one = outbound.add("https://93.184.215.14/", after=3, actor="a test").endpoint
    made.platform.clock.advance(366 * DAY)
    retention.forget(hub)
    assert hub.changes(3)

    outbound.turn_off(one.uid, actor="a test")
    retention.forget(hub)
    assert hub.changes(hub.position()) == []
    again = outbound.turn_on(one.uid, actor="a test")
    assert again.position == hub.position()
    assert again.said == f"changes 4 to {hub.position()} are not kept any more: not told"
