"""The client an ERP in Python takes: the hub's own names, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub_core.access import Grants, Keys
from hub_core.client import httpx
from hub_core.errors import Garbled, PositionLost, Rejected, Retryable, Unauthorised
from hub_core.remote import RemoteHub
from tests.harness import Bench


@pytest.fixture(scope="module")
def hub(made: Bench, url: str) -> Iterator[RemoteHub]:
    key = Keys(made.hub.store).create("client", "test", actor="test", new="system")
    Grants(made.hub.store).grant("client", "operator", actor="test", everywhere=True)
    with RemoteHub(url, key.text) as one:
        yield one


def test_orders_are_as_the_hub_itself_has_them(hub: RemoteHub, made: Bench) -> None:
    theirs = {order.uid for order in made.hub.each_order(children=False)}
    assert {order["uid"] for order in hub.orders(limit=7)} == theirs
    first = next(hub.orders())
    assert hub.order(first["uid"]) == first
    assert [shop["name"] for shop in hub.shops()] == [s.name for s in made.hub.shops()]
    assert all(one["complete"] for one in hub.coverage())


def test_the_feed_is_read_to_where_it_stands(hub: RemoteHub, made: Bench) -> None:
    found = list(hub.changes(after=3, limit=10))
    told = [one.seq for one in made.hub.changes(3, limit=10_000)]
    assert [one["seq"] for one in found] == told
    assert list(hub.changes(after=made.hub.position())) == []


def test_a_position_the_feed_has_not_come_to_is_refused(
    hub: RemoteHub, made: Bench
) -> None:
    assert hub.newest() == made.hub.position()
    with pytest.raises(PositionLost, match="another database"):
        list(hub.changes(after=hub.newest() + 1))


def test_a_level_and_its_change(hub: RemoteHub) -> None:
    assert hub.set_stock("茶/500", 7)["on_hand"] == 7
    assert hub.adjust_stock("茶/500", -2, key="one-sale") == hub.adjust_stock(
        "茶/500", -2, key="one-sale"
    )
    assert {"code": "茶/500", "on_hand": 5, "version": 2} in hub.stock_levels()


def test_what_calls_were_spent_on_is_told(made: Bench, url: str) -> None:
    key = Keys(made.hub.store).create("developer", "test", actor="test", new="system")
    Grants(made.hub.store).grant("developer", "developer", actor="test", everywhere=True)
    with RemoteHub(url, key.text) as hub:
        assert set(hub.quota()) == set(hub.quota(days=31)) == {"used", "limits", "bans"}
        with pytest.raises(Rejected):
            hub.quota(days=0)


class Losing(httpx.BaseTransport):
    """Every other answer is lost on its way, when all is done."""

    def __init__(self) -> None:
        self.way, self.sent = httpx.HTTPTransport(), 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent += 1
        answer = self.way.handle_request(request)
        if self.sent % 2:
            answer.close()
            raise httpx.ReadError("lost")
        return answer

    def close(self) -> None:
        self.way.close()


def test_what_is_lost_on_the_way_is_done_once(
    hub: RemoteHub, made: Bench, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub_core.remote.PAUSE", 0.01)
    hub.set_stock("lossy", 100)
    key = Keys(made.hub.store).create("client", "test", actor="test")
    way = Losing()
    with RemoteHub(url, key.text, transport=way) as losing:
        for _ in range(5):
            losing.adjust_stock("lossy", -1)
    assert way.sent == 10
    level = {one["code"]: one["on_hand"] for one in hub.stock_levels()}["lossy"]
    assert level == 95


def test_refusals_say_what_to_do_next(hub: RemoteHub, url: str, made: Bench) -> None:
    with pytest.raises(Rejected) as missing:
        hub.order("none")
    assert missing.value.code == "not_found"
    with pytest.raises(Rejected, match="colour"):
        list(hub.orders(colour="red"))
    with RemoteHub(url, "hub_x") as stranger, pytest.raises(Unauthorised):
        stranger.shops()
    made.platform.clock.advance(61)


def test_what_is_no_hub_is_said_to_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub_core.remote.PAUSE", 0.01)
    page = httpx.MockTransport(lambda request: httpx.Response(200, html="<p>hello"))
    with RemoteHub("http://x", "k", transport=page) as hub, pytest.raises(Garbled):
        hub.shops()
    down = httpx.MockTransport(lambda request: httpx.Response(503, json={"detail": "busy"}))
    hub = RemoteHub("http://x", "k", transport=down)
    with hub, pytest.raises(Retryable, match="busy"):
        hub.shops()
