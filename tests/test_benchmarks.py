"""The benchmarks run, and what they say of calls holds: those are counted, not timed."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("resource", reason="what a process used is asked of POSIX")

from benchmarks import calls, erp_reads, fan_out, growth, parts, pull, pushes
from benchmarks.rivals import __main__ as rivals


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


def test_among_rivals_the_hub_has_what_the_server_has_after_changes_too(
    tmp_path: Path,
) -> None:
    found = rivals.measure(150, 1, ("sqlite",), tmp_path, only=("hub",))
    hub = found["sqlite"]["hub"]
    assert hub["equal"], hub
    assert (hub["stored"]["orders"][0], hub["leaves_out"]) == (150, [])
    assert hub["full"]["pages"] > hub["incremental"]["pages"] > 0
    rivals.show(found)


def test_growth_tells_what_an_order_takes() -> None:
    found = growth.measure((100,), ("sqlite",), ("growing",))
    (one,) = found["sqlite"]
    more = one | {"orders": 300, "cpu_us": one["cpu_us"] * 2}
    assert (one["orders"], growth.growth([one, more], "growing")) == (100, 2.0)
    assert one["bytes"] > 1_000
    growth.show(found)


def test_pages_of_an_erp_are_read_from_a_store_made_for_it(tmp_path: Path) -> None:
    found = erp_reads.measure(600, 2, ("sqlite",), tmp_path)
    assert {name.partition(":")[0] for _, name, _ in erp_reads.each(found)} == {
        "api", "hub",
    }  # fmt: skip
    erp_reads.show(found)


def test_levels_reach_all_boxes_with_the_fewest_calls() -> None:
    found = fan_out.measure(3, 2, ("sqlite",))
    assert [channel for _, channel, _ in fan_out.each(found)] == list(fan_out.SOLD)
    assert all(fan_out.kept(figures) for _, _, figures in fan_out.each(found)), found
    fan_out.show(found)
