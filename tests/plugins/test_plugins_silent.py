"""A plugin that hangs or answers nonsense costs its own shop a reading, nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

import connectors.taobao as real
from hub_core import Channel, HubError, Session, Source, hookimpl
from hub_core.deadline import Overdue, Task, abreast, within
from hub_core.plugins import load

from ..harness import Bench, bench

PATIENCE = 60.0
ENOUGH = 30.0
"""Seconds after which a test is not waited for any more."""


class Hanging:
    """Taobao's connector; for one shop it stops at a chosen place until let go."""

    def __init__(self, place: str) -> None:
        self.place, self.victim = place, ""
        self.let_go = threading.Event()
        self.stopped: threading.Thread | None = None
        self.time_passes: Callable[[float], None] = lambda seconds: None

    @hookimpl
    def hub_channel(self) -> Channel:
        return real.hub_channel()

    @hookimpl
    def hub_authorisation(self, session: Session) -> Any:
        return real.hub_authorisation(session)

    @hookimpl
    def hub_orders(self, session: Session) -> Source:
        if session.shop.name != self.victim:
            return real.hub_orders(session)
        self.stop_at("hub_orders")
        return self.stopping(real.hub_orders(session))

    def stop_at(self, place: str) -> None:
        if place == self.place and not self.let_go.is_set():
            self.stopped = threading.current_thread()
            self.time_passes(2 * PATIENCE)
            self.let_go.wait(ENOUGH)

    def stopping(self, source: Source) -> Source:
        def at(name: str) -> Any:
            def call(*given: Any, **more: Any) -> Any:
                answer = getattr(source, name)(*given, **more)
                self.stop_at(name)
                return answer

            return call

        class Stopping:
            streams = source.streams
            probe, page, record = (
                staticmethod(at(name)) for name in ("probe", "page", "record")
            )

        return Stopping()


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets the deadline's time pass at once."""
    ahead = [0.0]
    monkeypatch.setattr("hub_core.deadline.monotonic", lambda: monotonic() + ahead[0])

    def passes(seconds: float) -> None:
        ahead[0] += seconds

    return passes


def two_shops(tmp_path: Path, plugin: Any) -> Iterator[Bench]:
    plugins = load(extra={"taobao": plugin})
    made = bench(
        "taobao", tmp_path, plugins=plugins, plugin_seconds=PATIENCE, shops=2, orders=30
    )
    with made as joined:
        yield joined


@pytest.mark.parametrize("place", ["hub_orders", "probe", "record"])
def test_a_plugin_over_its_deadline_is_given_up_and_named(
    tmp_path: Path, place: str, jump: Callable[[float], None]
) -> None:
    plugin = Hanging(place)
    plugin.time_passes = jump
    for joined in two_shops(tmp_path, plugin):
        victim, other = (shop.name for shop in joined.hub.shops())
        plugin.victim = victim

        done = {o.shop: o for o in joined.hub.sync(threads=1)}

        assert isinstance(done[victim].error, Overdue)
        assert "plugin taobao gave no sign of life" in str(done[victim].error)
        assert done[other].error is None
        assert joined.stored(other)
        plugin.let_go.set()


def test_the_given_up_shop_is_read_whole_the_next_time(
    tmp_path: Path, jump: Callable[[float], None]
) -> None:
    plugin = Hanging("record")
    plugin.time_passes = jump
    for joined in two_shops(tmp_path, plugin):
        accounts = joined.platform.accounts()
        plugin.victim = accounts[0].name
        joined.hub.sync(threads=1)
        before = joined.stored(plugin.victim)
        plugin.let_go.set()  # the thread that was given up comes back to life

        assert [o.error for o in joined.hub.sync(threads=1)] == [None, None]
        assert len(joined.stored(plugin.victim)) > len(before)
        assert [joined.lost(a) + joined.doubled(a) for a in accounts] == [[], []]


def test_a_writer_that_hangs_is_given_up_and_what_it_did_is_looked_up(
    tmp_path: Path, jump: Callable[[float], None]
) -> None:
    class Writer(Hanging):
        @hookimpl
        def hub_products(self, session: Session) -> Source:
            return real.hub_products(session)

        @hookimpl
        def hub_stock(self, session: Session) -> Any:
            stock = real.hub_stock(session)

            class Stopping:
                most, one_product, level = stock.most, stock.one_product, stock.level

                @staticmethod
                def set(levels: Any) -> Any:
                    done = stock.set(levels)
                    plugin.stop_at("set")
                    return done

            return Stopping()

    plugin = Writer("set")
    plugin.time_passes = jump
    made = bench(
        "taobao", tmp_path, plugins=load(extra={"taobao": plugin}), kinds=("products",),
        plugin_seconds=PATIENCE,
    )  # fmt: skip
    with made as joined:
        joined.hub.sync()
        desks, shop = joined.hub.desks, joined.hub.shops()[0]
        listed = next(s for s in desks.listed(shop) if s.available)
        desks.bind(shop, listed.sku_external_id, [("TEA", 1)])
        desks.set_stock("TEA", 9_000, key="counted")

        assert isinstance(desks.push_stock(shop).error, Overdue)
        plugin.let_go.set()
        after = desks.push_stock(shop)

        assert (after.error, after.unknown) == (None, 0)
        account = joined.platform.accounts()[0].external_id
        assert len(joined.platform.effects(account)) == 1


@pytest.mark.parametrize("nonsense", [None, "orders"])
def test_a_hook_that_answers_nonsense_is_named(tmp_path: Path, nonsense: Any) -> None:
    class Nonsense(Hanging):
        @hookimpl
        def hub_orders(self, session: Session) -> Any:
            mine = session.shop.name == self.victim
            return nonsense if mine else real.hub_orders(session)

    plugin = Nonsense("")
    for joined in two_shops(tmp_path, plugin):
        victim, other = (shop.name for shop in joined.hub.shops())
        plugin.victim = victim
        done = {o.shop: o for o in joined.hub.sync(threads=1)}

        assert "plugin" in str(done[victim].error)
        assert "orders" in str(done[victim].error)
        assert done[other].error is None


@pytest.mark.parametrize("nonsense", [None, {"items": []}])
def test_a_page_that_is_nonsense_moves_no_cursor(tmp_path: Path, nonsense: Any) -> None:
    class Nonsense(Hanging):
        def stopping(self, source: Source) -> Source:
            class Made:
                streams = source.streams
                record = source.record
                probe = page = staticmethod(lambda *given, **more: nonsense)

            return Made()

    plugin = Nonsense("")
    for joined in two_shops(tmp_path, plugin):
        victim, other = (shop.name for shop in joined.hub.shops())
        plugin.victim = victim
        done = {o.shop: o for o in joined.hub.sync(threads=1)}
        read = {c.shop: c.cursor_at for c in joined.hub.coverage()}

        assert isinstance(done[victim].error, HubError)
        assert done[other].error is None
        assert read[victim] is None
        assert read[other] is not None


def test_what_ends_in_time_is_given_with_what_it_raised() -> None:
    def broken(pulse: object) -> int:
        raise ValueError("as it came")

    assert within(ENOUGH, lambda _: 3, "counting") == 3
    with pytest.raises(ValueError, match="as it came"):
        within(ENOUGH, broken, "counting")


def test_at_most_so_many_run_at_once() -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def act(pulse: object) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.01)
        with lock:
            now[0] -= 1

    tasks = [Task(act) for _ in range(12)]
    assert abreast(tasks, 3, ENOUGH) == []
    assert all(task.ended for task in tasks)
    assert most[0] <= 3


def test_time_in_the_hubs_own_hands_does_not_count() -> None:
    task = Task(lambda pulse: _held(pulse, 1.5))

    assert abreast([task], 1, 0.5) == []
    assert task.result() == "held"


def _held(pulse: Any, seconds: float) -> str:
    with pulse.held():
        threading.Event().wait(seconds)
    return "held"


def test_what_was_given_up_sends_nothing_more() -> None:
    awake, sent = threading.Event(), []

    def act(pulse: Any) -> None:
        awake.wait(ENOUGH)
        try:
            with pulse.held():
                sent.append("a call")
        except Overdue:
            sent.append("refused")

    task = Task(act)
    assert abreast([task], 1, 0.05) == [task]
    awake.set()
    _until(lambda: task.ended)
    assert sent == ["refused"]


def _until(happened: Callable[[], bool]) -> None:
    for _ in range(500):
        if happened():
            return
        threading.Event().wait(0.01)


def test_it_is_given_up_at_once_and_not_when_the_others_have_ended() -> None:
    tried, sent = threading.Event(), []

    def silent(pulse: Any) -> None:
        _until(lambda: pulse.is_over)
        try:
            with pulse.held():
                sent.append("a call")
        except Overdue:
            sent.append("refused")
        tried.set()

    def other(pulse: Any) -> bool:
        with pulse.held():
            return tried.wait(5)

    tasks: list[Task[Any]] = [Task(silent), Task(other)]
    assert abreast(tasks, 2, 0.05) == [tasks[0]]
    assert tasks[1].result()
    assert sent == ["refused"]


def test_a_shop_that_wakes_up_after_it_was_given_up_has_one_outcome(
    tmp_path: Path, jump: Callable[[float], None]
) -> None:
    plugin = Hanging("record")
    plugin.time_passes = jump
    for joined in two_shops(tmp_path, plugin):
        victim, other = (shop.name for shop in joined.hub.shops())
        plugin.victim = victim

        def wakes_it(shop: str, stream: str, step: object) -> None:
            if shop != plugin.victim and plugin.stopped is not None:
                plugin.let_go.set()
                plugin.stopped.join(ENOUGH)

        done = joined.hub.sync(threads=1, on_step=wakes_it)

        assert [(o.shop, type(o.error)) for o in done] == [
            (victim, Overdue),
            (other, type(None)),
        ]
