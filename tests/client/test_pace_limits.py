"""Limits are kept in every window and used up; bans are sat out."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from pyrate_limiter import InMemoryStateStore, StateStore

from hub_core.errors import Banned, Throttled
from hub_core.pace import MemoryBans, Pace, ban_keys
from hub_core.ports import Limit
from hub_core.sandbox import Clock, Quota, json_response
from hub_core.testing.bridge import VirtualClock
from tests.client.corner import LIST, OK, START, Bench, Canned, Corner

APP = "corner/key"


def virtual() -> VirtualClock:
    return VirtualClock(Clock(START.timestamp()))


def busiest(times: list[float], seconds: float) -> int:
    """The most of them in any half-open window of that length, to the microsecond."""
    ticks = [round(t * 1e6) for t in times]
    width = round(seconds * 1e6)
    return max(sum(1 for t in ticks if a <= t < a + width) for a in ticks)


def paced(
    pace: Pace, calls: int, name: str = "orders.list", shop: str = "a"
) -> list[float]:
    times = []
    for _ in range(calls):
        pace.wait(name, APP, shop)
        times.append(pace.clock.monotonic())
    return times


@pytest.mark.parametrize(
    ("calls", "seconds"), [(20, 1.0), (50, 1.0), (1, 1.0), (600, 60.0)]
)
def test_t9_no_window_holds_more_than_the_limit(calls: int, seconds: float) -> None:
    times = paced(Pace([Limit(calls, seconds)], virtual()), 2 * calls + 5)
    assert busiest(times, seconds) <= calls


def test_t16_the_limit_is_used_up_under_backlog() -> None:
    pace = Pace([Limit(20, 1.0)], virtual())
    times = paced(pace, 400)
    assert 400 / (times[-1] - times[0]) >= 0.95 * 20


def test_t9_a_platform_with_a_strict_quota_never_refuses() -> None:
    box = Corner(quota=Quota(5, 1.0))
    bench = Bench(box=box, limits=(Limit(5, 1.0),))
    line = bench.line()
    for _ in range(50):
        line.send(LIST)
    assert set(bench.outcomes()) == {"ok"}


def test_t10_two_processes_share_a_limit_through_its_store() -> None:
    clock = virtual()
    shared: dict[str, StateStore] = {}

    def stores(key: str) -> StateStore:
        return shared.setdefault(key, InMemoryStateStore())

    one, other = (Pace([Limit(10, 1.0)], clock, stores=stores) for _ in range(2))
    times = [t for _ in range(50) for p in (one, other) for t in paced(p, 1)]
    assert busiest(times, 1.0) <= 10
    assert 100 / (times[-1] - times[0]) >= 9.0


def test_a_burst_goes_at_once_where_the_platform_documents_one() -> None:
    times = paced(Pace([Limit(10, 1.0, burst=5)], virtual()), 6)
    assert times[4] == times[0]
    assert times[5] > times[0]


def test_every_limit_of_a_call_is_kept() -> None:
    limits = [Limit(20, 1.0), Limit(30, 60.0, prefix="orders."), Limit(2, 1.0, per="shop")]
    pace = Pace(limits, virtual())
    times = {"a": paced(pace, 3, "items.list", "a"), "b": paced(pace, 3, "items.list", "b")}
    for shop in times.values():
        assert busiest(shop, 1.0) <= 2
    orders = paced(pace, 35, "orders.list", "a")
    assert busiest(orders, 60.0) <= 30
    assert busiest(times["a"] + times["b"] + orders, 1.0) <= 20


def test_a_limit_per_shop_holds_no_other_shop() -> None:
    pace = Pace([Limit(1, 10.0, per="shop")], virtual())
    assert pace.wait("x", APP, "a") == 0.0
    assert pace.wait("x", APP, "b") == 0.0
    assert pace.wait("x", APP, "a") == pytest.approx(10.0, abs=0.1)


def test_a_limit_per_app_holds_no_other_app_and_no_other_call() -> None:
    pace = Pace([Limit(1, 10.0, prefix="orders.")], virtual())
    assert pace.wait("orders.list", APP, "a") == 0.0
    assert pace.wait("orders.list", "corner/other", "a") == 0.0
    assert pace.wait("items.list", APP, "a") == 0.0
    assert pace.wait("orders.get", APP, "b") > 9.0


def test_a_call_under_no_limit_goes_at_once() -> None:
    assert Pace([], virtual()).wait("orders.list", APP, "a") == 0.0


def test_many_threads_keep_the_limit_and_all_come_through() -> None:
    pace = Pace([Limit(50, 1.0), Limit(100, 1.0, per="shop")], virtual())
    times: list[float] = []

    def work(shop: str) -> None:
        for _ in range(5):
            pace.wait("orders.list", APP, shop)
            times.append(pace.clock.monotonic())

    threads = [threading.Thread(target=work, args=(str(n % 4),)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(times) == 100
    assert busiest(sorted(times), 1.0) <= 51  # read after the wait: one may slip past


def test_a_wait_beyond_patience_is_left_to_the_caller() -> None:
    pace = Pace([Limit(100, 86_400.0)], virtual())
    pace.wait("orders.list", APP, "a")
    with pytest.raises(Throttled, match="nothing was sent") as caught:
        pace.wait("orders.list", APP, "a")
    assert caught.value.after == pytest.approx(864.0, abs=1.0)


def test_a_wall_clock_set_back_does_not_stop_everything() -> None:
    clock = virtual()
    pace = Pace([Limit(10, 1.0)], clock)
    pace.wait("orders.list", APP, "a")
    clock.skew = -3600.0
    assert pace.wait("orders.list", APP, "a") < 1.0
    assert pace.wait("orders.list", APP, "a") < 1.0


# Learning ------------------------------------------------------------------------------


def test_a_limit_met_is_halved_and_forgotten_slowly() -> None:
    pace = Pace([Limit(20, 1.0)], virtual())
    pace.throttled("orders.list", APP, "a", 0.0)
    assert pace.part("orders.list", APP, "a") == 0.5
    times = paced(pace, 40)
    assert busiest(times, 1.0) <= 10
    pace.clock.sleep(240.0)
    assert 0.6 < pace.part("orders.list", APP, "a") < 0.8
    pace.clock.sleep(240.0)
    assert pace.part("orders.list", APP, "a") == 1.0


def test_refusals_of_calls_already_out_count_once() -> None:
    pace = Pace([Limit(20, 1.0)], virtual())
    for _ in range(20):
        pace.throttled("orders.list", APP, "a", 0.0)
    assert pace.part("orders.list", APP, "a") == 0.5


def test_learning_has_a_floor() -> None:
    pace = Pace([Limit(20, 1.0)], virtual())
    for _ in range(20):
        pace.throttled("orders.list", APP, "a", 0.0)
        pace.clock.sleep(2.0)
    assert pace.part("orders.list", APP, "a") == pytest.approx(1 / 16, rel=0.01)
    pace.clock.sleep(3600.0)
    assert pace.part("orders.list", APP, "a") == 1.0


def test_a_quota_shared_with_another_tool_is_learned() -> None:
    bench = Bench(box=Corner(quota=Quota(4, 1.0)), limits=(Limit(8, 1.0),))
    line = bench.line()
    for _ in range(60):
        line.send(LIST)
    assert bench.outcomes().count("Throttled") <= 3
    assert bench.outcomes().count("ok") == 60


def test_after_a_limit_all_lines_of_the_key_rest_not_only_the_one_refused() -> None:
    busy = json_response({"code": 7, "msg": "too fast", "wait": 20.0})
    bench = Bench(box=Canned(busy, OK), limits=(Limit(100, 1.0),))
    pace = Pace(bench.channel.limits, bench.system)
    with pytest.raises(Throttled):
        bench.line(pace=pace, attempts=1).send(LIST)
    assert bench.line(pace=pace, shop="other").send(LIST) == [1]
    first, second = [entry.at for entry in bench.box.log.entries]
    assert second - first >= 20.0


# T11 -----------------------------------------------------------------------------------


def banning(per_call: float = 60.0) -> Bench:
    box = Corner(quota=Quota(1, 600.0))
    box.ban_seconds = per_call
    return Bench(box=box)


def test_t11_nothing_goes_out_during_a_ban() -> None:
    bench = banning(200.0)
    bans = MemoryBans()
    line = bench.line(pace=Pace([], bench.system, bans=bans))
    line.send(LIST)
    for _ in range(10):
        with pytest.raises(Banned) as caught:
            line.send(LIST)
        bench.system.sleep(9.0)
    assert caught.value.after == pytest.approx(119.0)
    assert bench.calls == 2
    assert caught.value.journal_id is None


def test_t11_a_ban_survives_a_restart_and_holds_every_shop_of_the_app() -> None:
    bench = banning(3600.0)
    bans = MemoryBans()
    line = bench.line(pace=Pace([], bench.system, bans=bans))
    line.send(LIST)
    with pytest.raises(Banned):
        line.send(LIST)
    restarted = bench.line(shop="other", pace=Pace([], bench.system, bans=bans))
    with pytest.raises(Banned, match="nothing was sent"):
        restarted.send(LIST)
    assert bench.calls == 2


def test_t11_a_short_ban_is_sat_out() -> None:
    bench = Bench(box=Canned(json_response({"code": 7, "msg": "", "wait": 40.0}), OK))
    began = bench.system.monotonic()
    assert bench.line().send(LIST) == [1]
    assert bench.system.monotonic() - began >= 40.0


def test_a_longer_ban_is_not_shortened_by_a_shorter_one() -> None:
    bans = MemoryBans()
    bans.put("k", START + timedelta(hours=2), "")
    bans.put("k", START + timedelta(hours=1), "")
    assert bans.until(["k", "other"]) == START + timedelta(hours=2)


@pytest.mark.parametrize(
    ("per", "free"),
    [
        ("app", []),
        ("shop", [("orders.list", "b")]),
        ("call", [("items.list", "a"), ("items.list", "b")]),
    ],
)
def test_a_ban_holds_whom_it_names(per: str, free: list[tuple[str, str]]) -> None:
    pace = Pace([], virtual())
    pace.ban(ban_keys("orders.list", APP, "a")[per], pace.clock.now() + timedelta(hours=1))
    asked = [(n, s) for n in ("orders.list", "items.list") for s in ("a", "b")]
    went = []
    for name, shop in asked:
        try:
            pace.wait(name, APP, shop)
        except Banned:
            continue
        went.append((name, shop))
    assert set(free) <= set(went)
    assert ("orders.list", "a") not in went
