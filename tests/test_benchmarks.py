"""The benchmarks run, and what they say of calls holds: those are counted, not timed."""

from __future__ import annotations

import pytest

pytest.importorskip("resource", reason="what a process used is asked of POSIX")

from benchmarks import calls, parts, pull, pushes


def test_hub_and_floor_read_the_same_pages_and_store_the_same_rows() -> None:
    found = pull.measure(orders=250, rounds=1)
    assert [run["orders"] for side in ("hub", "floor") for run in found[side]] == [250, 250]
    assert found["hub"][0]["pages"] == found["floor"][0]["pages"] > 3
    assert {name for name, _ in parts.PARTS} < set(found["parts"])
    pull.show(found)


@pytest.mark.parametrize("channel", calls.CHANNELS)
def test_a_thousand_changed_orders_cost_few_calls_more_than_the_documents_ask(
    channel: str,
) -> None:
    _, busy = calls.counted(channel, 1_000)
    assert sum(busy.changed.values()) == 1_000
    assert busy.ratio <= calls.MOST, busy


@pytest.mark.parametrize("channel", calls.CHANNELS)
def test_an_order_that_did_not_change_is_not_asked_for(channel: str) -> None:
    quiet, busy = calls.counted(channel, 40)
    assert quiet.asked.get("orders.get", 0) == 0
    assert busy.asked.get("orders.get", 0) == (40 if channel in calls.PARTIAL else 0)
    calls.show([(quiet, busy)])


def test_receivers_of_pushes_have_on_disk_what_they_acknowledged() -> None:
    found = pushes.measure(seconds=0.2, rounds=1, sides=("hub", "group"))
    assert all(found[side][0]["acknowledged"] > 50 for side in ("hub", "group"))
    assert found["lost"] == 0
    pushes.show(found)
