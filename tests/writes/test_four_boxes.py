"""Pushes and parcels of all four channels against their boxes, while anything may fail at
any call: an answer lost, an error after the effect, a stall, the sender killed.

`CHANNEL_HUB_WRITE_SEEDS=100` is the full run.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hub_core.client import httpx
from hub_core.errors import HubError
from hub_core.sandbox import Account, Effect, Faults
from hub_core.store.reads import OrderFilter
from hub_core.store.shops import Shop
from hub_core.testing.bridge import platform_transport

from ..harness import Bench, bench

SEEDS = int(os.environ.get("CHANNEL_HUB_WRITE_SEEDS", "3"))
CHANNELS = ("douyin-laike", "taobao", "jd", "pinduoduo")
SENDERS = CHANNELS[1:]
RATE = 0.35
MIX = {
    # Before the effect, and after it: lost, cut, late, broken, or another error's body.
    "http_429": 2, "throttled": 2, "http_500": 2, "busy": 2, "reset": 2, "timeout": 2,
    "reset_after": 4, "truncate": 4, "garbage": 2, "html": 1, "drip": 2, "slow": 2,
}  # fmt: skip
KILLED = 0.1
"""The part of calls in which the sender dies, half of them after the effect."""
LEVELS = (12_000, 15_000, 13_000, 21_000)
"""Above what listings have: a promotion would refuse less than it has."""
WAYBILLS = ("SF1234567890123", "YT1234567890123", "773012345678901", "1234567890123")
TRIED = 60


@dataclass
class Wire(httpx.BaseTransport):
    """The way to the box; on a bad day the sender dies on it."""

    behind: httpx.BaseTransport
    rng: random.Random
    bad: bool = field(default=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._perhaps_die()
        response = self.behind.handle_request(request)
        self._perhaps_die()
        return response

    def _perhaps_die(self) -> None:
        if self.bad and self.rng.random() < KILLED / 2:
            raise KeyboardInterrupt


@dataclass
class Works:
    """A hub over one box, and what is done on a bad day."""

    joined: Bench
    wire: Wire
    seed: int

    @property
    def account(self) -> Account:
        return self.joined.platform.accounts()[0]

    @property
    def shop(self) -> Shop:
        return self.joined.hub.shop(self.account.name)

    @contextmanager
    def trouble(self) -> Iterator[None]:
        box = self.joined.platform
        box.faults = Faults(rate=RATE, seed=self.seed)
        box.faults.mix = dict(MIX)
        self.wire.bad = True
        yield
        box.faults, self.wire.bad = Faults(), False
        self.joined.clock.sleep(600)  # bans and open circuits pass

    def effects(self, kind: str) -> list[Effect]:
        found = self.joined.platform.effects(self.account.external_id)
        return [effect for effect in found if effect.kind == kind]

    def level(self, sku: str) -> Any:
        products = self.joined.platform.records(self.account.external_id, "product")
        levels = [p.facts.get(f"available:{sku}") for p in products if not p.removed]
        return next((level for level in levels if level is not None), None)


@contextmanager
def works(channel: str, folder: Path, seed: int) -> Iterator[Works]:
    wires: list[Wire] = []

    def through(platform: Any) -> Wire:
        wires.append(Wire(platform_transport(platform), random.Random(seed)))
        return wires[-1]

    made = bench(
        channel, folder, seed=seed, orders=40, kinds=("orders", "products"), served=through
    )
    with made as joined:
        assert not [o.error for o in joined.hub.sync() if o.error]
        yield Works(joined, wires[0], seed)


def bound(at: Works) -> str:
    """Bind the item to a SKU whose level can be set, alone in its product."""
    desks = at.joined.hub.desks
    listed = [s for s in desks.listed(at.shop) if s.available and s.status == "on_sale"]
    products = Counter(s.product_external_id for s in listed)
    for sku in (s for s in listed if products[s.product_external_id] == 1):
        desks.bind(at.shop, sku.sku_external_id, [("TEA", 1)])
        if desks.push_stock(at.shop).confirmed:
            return sku.sku_external_id
        desks.unbind(at.shop, sku.sku_external_id)
    raise AssertionError("no SKU of this box takes a level")


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("channel", CHANNELS)
def test_p1_p2_a_level_arrives_once_whatever_fails(
    tmp_path: Path, channel: str, seed: int
) -> None:
    with works(channel, tmp_path, seed) as at:
        desks = at.joined.hub.desks
        desks.set_stock("TEA", 11_000, key="first")
        sku = bound(at)
        before = len(at.effects("stock"))
        with at.trouble():
            for number, level in enumerate(LEVELS):
                desks.set_stock("TEA", level, key=f"count {number}")
                for _ in range(2):
                    with suppress(KeyboardInterrupt):
                        desks.push_stock(at.shop)
                    at.joined.clock.sleep(120)
        settled = desks.push_stock(at.shop)

        assert (settled.error, settled.unknown, settled.waiting) == (None, 0, 0)
        assert at.level(sku) == LEVELS[-1]
        assert in_order([e.facts["available"] for e in at.effects("stock")[before:]])
        assert desks.commands(states=("unknown", "intended")) == []


def in_order(told: list[Any]) -> bool:
    """Each level took effect at most once, and none after a newer one."""
    places = [LEVELS.index(level) for level in told if level in LEVELS]
    return places == sorted(set(places))


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("channel", SENDERS)
def test_p9_a_parcel_goes_once_whatever_fails(
    tmp_path: Path, channel: str, seed: int
) -> None:
    with works(channel, tmp_path, seed) as at:
        hub = at.joined.hub
        carrier, waybill = taken(at)
        orders = [
            order.values["external_id"]
            for order in hub.orders(OrderFilter(shop=at.shop.name), limit=100)
            if order.values["fulfillment_status"] == "unfulfilled"
        ][:6]
        ends: dict[str, str] = {}
        with at.trouble():
            for order in orders * 2:
                with suppress(KeyboardInterrupt, HubError):
                    hub.desks.ship(at.shop, order, carrier=carrier, tracking_no=waybill)
                at.joined.clock.sleep(120)
        for order in orders:
            done = hub.desks.ship(at.shop, order, carrier=carrier, tracking_no=waybill)
            ends[order] = done.state

        sent = Counter(effect.target for effect in at.effects("ship"))
        assert set(ends.values()) <= {"confirmed", "refused", "unknown"}
        assert {o for o, state in ends.items() if state == "confirmed"} <= set(sent)
        assert {o for o, state in ends.items() if state == "refused"}.isdisjoint(sent)
        assert not [order for order in orders if sent[order] > 1]


def taken(at: Works) -> tuple[str, str]:
    """A carrier and a waybill number the platform takes, found on another order."""
    hub = at.joined.hub
    line = hub.lines.open(at.shop)
    carriers = hub.plugins.shipping(at.joined.platform.channel, line).carriers()
    for order in reversed(hub.orders(OrderFilter(shop=at.shop.name), limit=TRIED)):
        for waybill in WAYBILLS:
            with suppress(HubError):
                name = order.values["external_id"]
                done = hub.desks.ship(
                    at.shop, name, carrier=carriers[0].code, tracking_no=waybill
                )
                if done.state == "confirmed":
                    return carriers[0].code, waybill
    raise AssertionError("no order of this box takes a parcel")
