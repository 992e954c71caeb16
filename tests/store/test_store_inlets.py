"""Inlets on both databases: one process takes an app's messages, and how it goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub_core.errors import LeaseLost
from hub_core.store import Store, inlets

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
ABOUT = ("taobao", "app")


def test_one_has_the_lease_and_it_runs_out(store: Store) -> None:
    with store.writing() as connection:
        mine = inlets.take(connection, *ABOUT, 30)
        assert mine is not None
        assert inlets.take(connection, *ABOUT, 30) is None
        assert inlets.take(connection, "taobao", "other", 30) is not None
        inlets.hold(connection, mine, -1)
        other = inlets.take(connection, *ABOUT, 30)
        assert other is not None
        with pytest.raises(LeaseLost):
            inlets.heard(connection, mine, 30, NOON)
        inlets.free(connection, mine)
        assert inlets.take(connection, *ABOUT, 30) is None, "it was not his to give back"
        inlets.free(connection, other)
        assert inlets.take(connection, *ABOUT, 30) is not None


def test_how_it_goes_is_written(store: Store) -> None:
    later = NOON + timedelta(minutes=1)
    with store.writing() as connection:
        lease = inlets.take(connection, *ABOUT, 30)
        assert lease is not None
        inlets.heard(connection, lease, 30, NOON, taken=3, unread=1)
        inlets.failed(connection, lease, 30, later, "x" * 900, refused=True, taken=1)
        (one,) = inlets.listing(connection)
        assert (one.taken, one.unread, one.refused) == (4, 1, True)
        assert (one.heard_at, one.failing_since) == (NOON, NOON), "since it was heard"
        assert len(one.said or "") == 300
        inlets.heard(connection, lease, 30, later)
        (one,) = inlets.listing(connection)
        assert (one.heard_at, one.failing_since, one.said) == (later, None, None)
        assert (one.taken_at, inlets.waiting(connection)) == (later, 0)
