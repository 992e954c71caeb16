"""What tests, demo and doctor rely on in a channel's platform in a box.

    class TestTeahouseSandbox(SandboxContract):
        @pytest.fixture
        def plugin(self):
            return channel_hub_teahouse

The box is made by what `hub_sandbox` names, with `seed`, `shops`, `orders`, `clock`,
`history` and `switches`, as `hub sandbox serve` and `hub demo` make it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ..plugins.registry import Plugins, Row
from ..sandbox import Clock, Fault, Platform, Request, SwitchError
from .bridge import platform_transport
from .desk import Desk, failure
from .given import Given

Make = Callable[..., Platform]
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC).timestamp()
ORDERS = 40
KINDS = {"product", "after_sale", "redemption", "place"}
"""The hub's words for what a box knows besides orders."""
NONSENSE = (
    Request("GET", "/", {}, b""),
    Request("GET", "/no/such/path?a=%FF&a", {}, b""),
    Request("POST", "/", {"content-type": "application/json"}, b'{"half": '),
    Request("POST", "/", {"content-type": "application/x-www-form-urlencoded"}, b"a=&=b"),
    Request("DELETE", "/", {"access-token": "?"}, b"\xff\x00"),
)


class SandboxContract(Given):
    """Inherit, give the plugin, run."""

    capability = "sandbox"

    @pytest.fixture
    def make(self, plugin: Any) -> Make:
        """Makes a box whose clock stands still."""
        plugins = Plugins()
        plugins.admit(Row("contract"), plugin)
        (channel,) = plugins.channels()
        create = plugins.sandbox(channel.id)

        def made(**asked: Any) -> Platform:
            usual = {"orders": ORDERS, "history": timedelta(days=2), "seed": 1}
            box: Platform = create(**usual | {"clock": Clock(NOON)} | asked)
            return box

        return made

    @pytest.fixture
    def platform(self, make: Make) -> Platform:
        """The box as it comes."""
        return make()

    # What it is -------------------------------------------------------------------------

    def test_it_is_the_box_of_its_channel(self, desk: Desk, platform: Platform) -> None:
        """`hub_sandbox` names what makes it; its records are called by the hub's words."""
        assert isinstance(platform, Platform)
        assert platform.channel == desk.channel.id
        assert set(platform.KINDS) <= KINDS

    def test_it_has_the_shops_and_orders_that_were_asked_for(self, make: Make) -> None:
        """`hub sandbox serve --shops 2 --orders 12` says what it serves."""
        box = make(shops=2, orders=12)
        accounts = box.accounts()
        assert len({account.external_id for account in accounts}) == 2
        assert [len(box.truth(account.external_id)) for account in accounts] == [12, 12]

    def test_an_account_does_not_print_its_secrets(self, platform: Platform) -> None:
        """Tests that fail print what they hold."""
        for one in platform.accounts():
            held = (one.app_secret, one.access_token, one.refresh_token)
            assert [secret for secret in held if secret and secret in repr(one)] == []

    # The truth --------------------------------------------------------------------------

    def test_the_same_seed_is_the_same_truth(self, make: Make) -> None:
        """A failure found by a seed is found again by it, whatever happened meanwhile."""
        one, other = make(seed=5), make(seed=5)
        assert _truth(one) == _truth(other)
        for box in (one, other):
            box.clock.advance(600)
            box.churn(25)
        assert _truth(one) == _truth(other)

    def test_another_seed_is_another_truth(self, make: Make) -> None:
        """A hundred seeds are a hundred days, not one a hundred times."""
        assert _truth(make(seed=5)) != _truth(make(seed=6))

    def test_things_happen_when_they_are_let(self, platform: Platform) -> None:
        """`churn` is what loss tests count on: with none, nothing proves anything."""
        before = _truth(platform)
        platform.clock.advance(60)
        assert _truth(platform) == before
        platform.churn(25)
        assert _truth(platform) != before

    def test_the_truth_can_be_held_against_a_store(
        self, desk: Desk, platform: Platform
    ) -> None:
        """Ids once each, amounts whole fen, versions in the order they show, and each in
        a list the connector has."""
        streams = {stream.name for stream in desk.source_of("orders").streams}
        for account in platform.accounts():
            orders = platform.truth(account.external_id)
            assert len({order.external_id for order in orders}) == len(orders)
            assert {order.stream for order in orders} <= streams
            assert all(type(o.paid) is int or o.paid is None for o in orders)
            for kind in platform.KINDS:
                records = platform.records(account.external_id, kind)
                assert {record.kind for record in records} <= {kind}
                assert len({r.external_id for r in records}) == len(records)
                shown = [[v.visible_at for v in r.versions] for r in records]
                assert all(times == sorted(times) for times in shown)

    # What it answers --------------------------------------------------------------------

    def test_a_wrong_secret_opens_nothing(self, plugin: Any, platform: Platform) -> None:
        """A box that takes any signature proves nothing of a client's."""
        account = replace(platform.accounts()[0], app_secret="not-the-secret")  # noqa: S106
        wire = platform_transport(platform)
        desk = Desk(plugin, account, wire, platform.clock, self.capability)
        source = desk.source_of("orders")
        stream = source.streams[0]
        error = failure(lambda: source.probe(stream, desk.window(stream)))
        assert error is not None, "a request with a wrong signature was answered"

    def test_nonsense_is_answered(self, platform: Platform) -> None:
        """A box never falls over: a client that sends nonsense is told so."""
        for request in NONSENSE:
            assert isinstance(platform.operation(request), str)
            assert platform.handle(request).status >= 200

    def test_it_has_its_platforms_own_refusals(self, platform: Platform) -> None:
        """`throttled`, `busy` and `error_body` are what clients have to understand, in a
        body of the platform's, with 200 or the status it has for them."""
        for kind in ("throttled", "busy", "error_body"):
            answer = platform.error(kind)
            assert answer.status == 200 or 400 <= answer.status < 600
            assert isinstance(json.loads(answer.body), dict)

    def test_faults_come_when_they_are_wanted(self, platform: Platform) -> None:
        """A script spoils the very calls it names, and the log says so."""
        request = NONSENSE[0]
        name = platform.operation(request)
        platform.faults.script.append(Fault("http_503", name, frozenset({2})))
        assert [platform.handle(request).status == 503 for _ in range(3)] == [
            False,
            True,
            False,
        ]
        assert platform.log.counts()["fault:http_503"] == 1

    def test_its_own_door_tells_the_truth(self, platform: Platform) -> None:
        """`hub verify` and tests in other languages ask there."""
        for what in ("accounts", "truth", "effects", "log", "switches"):
            answer = platform.handle(Request("GET", f"/_sandbox/{what}", {}, b""))
            assert answer.status == 200
            assert json.loads(answer.body) is not None
        told = json.loads(platform.handle(Request("GET", "/_sandbox/truth", {}, b"")).body)[
            "orders"
        ]
        counts = {a.external_id: len(platform.truth(a.external_id))
                  for a in platform.accounts()}  # fmt: skip
        assert {shop: len(orders) for shop, orders in told.items()} == counts

    # Switches ---------------------------------------------------------------------------

    def test_every_position_of_every_switch_can_be_taken(self, make: Make) -> None:
        """Each is a thing no document settles: a position that breaks leaves its half of
        the world untried."""
        for name, position in _positions(make()):
            box = make(orders=4, switches={name: position})
            assert box.switches[name] == position
            assert len(box.truth(box.accounts()[0].external_id)) == 4

    def test_a_switch_there_is_not_is_refused(self, make: Make) -> None:
        """A slip of the pen would try the default for ever."""
        with pytest.raises(SwitchError):
            make(switches={"no such switch": "on"})
        name = next(iter(make().SWITCHES))
        with pytest.raises(SwitchError):
            make(switches={name: "no such position"})


def _truth(box: Platform) -> list[Any]:
    """All that is true in a box, of every shop."""
    shops = [account.external_id for account in box.accounts()]
    records = [box.records(shop, kind) for shop in shops for kind in box.KINDS]
    return [*map(box.truth, shops), *records]


def _positions(box: Platform) -> Iterator[tuple[str, str]]:
    for name, positions in box.SWITCHES.items():
        yield from ((name, position) for position in positions[1:])
