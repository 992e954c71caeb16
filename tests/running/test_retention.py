"""What is only looked back at is forgotten in time, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from hub_core.backup import back_up
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


def test_a_backup_of_what_is_left_is_sound(made: Bench) -> None:
    made.platform.clock.advance(91 * DAY)
    retention.forget(made.hub)
    url = made.hub.store.engine.url.render_as_string()
    assert back_up(url, made.folder / "backup.db", b"k" * 32).wrong == ()
