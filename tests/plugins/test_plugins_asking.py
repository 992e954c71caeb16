"""Asking: the shop's own plugin alone, and telling every listener."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from hub_core import Authorisation, Channel, Misconfigured, Session, Source, hookimpl
from hub_core.plugins import Operation, Plugins, load
from hub_core.wire import Dialect

SESSION = cast("Session", "a session")
BUYER = "planted-buyer-phone"


class Said(str):
    """A text that has every name the hub asks a capability's object to have."""

    streams = probe = page = record = True
    shared = grace = fetch = refresh = True
    most = one_product = set = level = True
    splits = carriers = send = True


class Connector:
    """A plugin that serves one channel and notes what it is asked."""

    def __init__(self, id: str, *, adapters: str = "", sandbox: str | None = None) -> None:
        self.id, self.adapters, self.box = id, adapters, sandbox
        self.asked: list[str] = []

    @hookimpl
    def hub_channel(self) -> Channel:
        return Channel(
            id=self.id,
            title=self.id.upper(),
            base_url="https://platform.example",
            dialect=cast("Dialect", None),
            adapters=self.adapters,
        )

    @hookimpl
    def hub_orders(self, session: Session) -> Source:
        self.asked.append("orders")
        return cast("Source", Said(f"{self.id} orders for {session}"))

    @hookimpl
    def hub_authorisation(self, session: Session) -> Authorisation:
        self.asked.append("authorisation")
        return cast("Authorisation", Said(f"{self.id} tokens for {session}"))

    @hookimpl
    def hub_sandbox(self) -> str | None:
        return self.box


class Listener:
    """A plugin that serves no channel."""

    def __init__(self, fails: bool = False) -> None:
        self.heard: list[Any] = []
        self.fails = fails

    @hookimpl
    def hub_order_changed(self, order: Any, shop: str) -> None:
        self.heard.append((order, shop))
        if self.fails:
            raise ValueError(f"cannot deliver to {BUYER}")

    @hookimpl
    def hub_record_parked(self, parked: Mapping[str, Any]) -> None:
        self.heard.append(parked)


def loaded(**extra: Any) -> Plugins:
    installed = frozenset(row.name for row in load().table())
    return load(installed, extra=extra)


def test_hub_channel_announces_each_channel() -> None:
    plugins = loaded(a=Connector("jd"), b=Connector("taobao"), c=Listener())

    assert [channel.id for channel in plugins.channels()] == ["jd", "taobao"]


def test_hub_orders_is_asked_of_the_shops_own_plugin_alone() -> None:
    jd, taobao = Connector("jd"), Connector("taobao")
    plugins = loaded(a=jd, b=taobao)

    assert cast("Any", plugins.orders("jd", SESSION)) == "jd orders for a session"
    assert (jd.asked, taobao.asked) == (["orders"], [])


def check_that_it_is_asked_where_it_is(kind: str) -> None:
    class More(Connector):
        """A connector with one more kind of record."""

    def answer(self: More, session: Session) -> Source:
        return cast("Source", Said(f"{self.id} {kind} for {session}"))

    answer.__name__ = f"hub_{kind}"
    setattr(More, f"hub_{kind}", hookimpl(answer))
    plugins = loaded(a=More("jd"), b=Connector("taobao"))
    found: dict[str, Any] = dict(plugins.sources("jd", SESSION))

    assert list(found) == ["orders", kind]
    assert found[kind] == f"jd {kind} for a session"
    assert list(plugins.sources("taobao", SESSION)) == ["orders"]


def test_hub_products_is_asked_where_it_is() -> None:
    check_that_it_is_asked_where_it_is("products")


def test_hub_after_sales_is_asked_where_it_is() -> None:
    check_that_it_is_asked_where_it_is("after_sales")


def test_hub_redemptions_is_asked_where_it_is() -> None:
    check_that_it_is_asked_where_it_is("redemptions")


def test_hub_places_is_asked_where_it_is() -> None:
    check_that_it_is_asked_where_it_is("places")


def test_hub_stock_is_asked_of_the_shops_own_plugin_alone() -> None:
    check_that_it_writes("stock")


def test_hub_shipping_is_asked_of_the_shops_own_plugin_alone() -> None:
    check_that_it_writes("shipping")


def check_that_it_writes(what: str) -> None:
    class More(Connector):
        """A connector that can write."""

    def answer(self: More, session: Session) -> Any:
        return Said(f"{self.id} {what} for {session}")

    answer.__name__ = f"hub_{what}"
    setattr(More, f"hub_{what}", hookimpl(answer))
    plugins = loaded(a=More("jd"), b=Connector("taobao"))

    assert getattr(plugins, what)("jd", SESSION) == f"jd {what} for a session"
    assert (plugins.can("jd", what), plugins.can("taobao", what)) == (True, False)
    with pytest.raises(Misconfigured, match=f"taobao has no {what}"):
        getattr(plugins, what)("taobao", SESSION)


def test_hub_authorisation_is_asked_of_the_shops_own_plugin_alone() -> None:
    jd, taobao = Connector("jd"), Connector("taobao")
    plugins = loaded(a=jd, b=taobao)

    assert cast("Any", plugins.authorisation("taobao", SESSION)) == (
        "taobao tokens for a session"
    )
    assert (jd.asked, taobao.asked) == ([], ["authorisation"])


def test_a_capability_that_is_not_there_is_said_so() -> None:
    class Bare:
        hub_channel = Connector("bare").hub_channel

    plugins = loaded(bare=Bare())

    with pytest.raises(Misconfigured, match="plugin that serves bare has no orders"):
        plugins.orders("bare", SESSION)
    assert [row.capabilities for row in plugins.table() if row.name == "bare"] == [()]


def test_a_plugin_given_takes_the_place_of_an_installed_one_of_its_name() -> None:
    plugins = loaded(**{"douyin-laike": Connector("mine")})

    assert plugins.channel("mine").id == "mine"


def test_hub_sandbox_is_imported_only_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "late_box.py").write_text("def create(**options): return 'a platform'")
    monkeypatch.syspath_prepend(tmp_path)
    plugins = loaded(a=Connector("jd", sandbox="late_box:create"))

    assert "late_box" not in sys.modules
    assert plugins.sandbox("jd")() == "a platform"
    del sys.modules["late_box"]


@pytest.mark.parametrize("place", ["no_such_box:create", "sys:create", "sys", ""])
def test_a_sandbox_that_cannot_be_made_is_said_so(place: str) -> None:
    with pytest.raises(Misconfigured, match=f"jd: its sandbox '{place}' fails"):
        loaded(a=Connector("jd", sandbox=place)).sandbox("jd")


def test_hub_order_changed_reaches_every_listener() -> None:
    first, second = Listener(), Listener()
    loaded(a=first, b=second).broadcast("hub_order_changed", order=1, is_new=True, shop="s")

    assert first.heard == second.heard == [(1, "s")]


def test_hub_record_parked_reaches_every_listener() -> None:
    listener = Listener()
    loaded(a=listener).broadcast("hub_record_parked", parked={"id": "7"}, shop="s")

    assert listener.heard == [{"id": "7"}]


def test_a_listener_that_fails_is_logged_and_stops_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad, good = Listener(fails=True), Listener()
    plugins = loaded(bad=bad, good=good)
    with caplog.at_level(logging.ERROR):
        plugins.broadcast("hub_order_changed", order=BUYER, is_new=True, shop="s")

    assert good.heard == [(BUYER, "s")]
    assert (
        "plugin bad failed in hub_order_changed: ValueError (test_plugins_asking.py:"
        in (caplog.text)
    )
    assert BUYER not in caplog.text


VERSION = """
from hub_core.wire import Ask, Call

def read(body):
    return body

LIST = Call(name="orders.list", endpoint="{path}", ask=Ask, read=read, {more})
ALIAS = LIST
"""


def test_operations_are_the_calls_of_every_version_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "trial_adapters"
    package.mkdir()
    (package / "__init__.py").touch()
    live = "status='live-verified 2026-11-01'"
    (package / "orders_v1.py").write_text(VERSION.format(path="/old", more=live))
    (package / "orders_v2.py").write_text(
        VERSION.format(path="/new", more="shape='orders_v2'")
    )
    (package / "signing.py").write_text("raise AssertionError('not a version file')")
    monkeypatch.syspath_prepend(tmp_path)
    plugins = loaded(a=Connector("jd", adapters="trial_adapters"))

    assert plugins.operations("jd") == [
        Operation("orders.list", "/old", "orders_v1", "live-verified 2026-11-01"),
        Operation("orders.list", "/new", "orders_v2", "documented"),
    ]


def test_a_version_file_that_fails_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "broken_adapters"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "orders_v1.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(Misconfigured, match=r"broken_adapters.orders_v1 fails: ZeroDiv"):
        loaded(a=Connector("jd", adapters="broken_adapters")).operations("jd")
