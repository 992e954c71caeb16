"""Pinning a shop to an older shape changes how it is read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub_core.hub import Hub
from hub_core.sandbox import Clock, Platform
from hub_core.settings import Settings
from hub_core.store import Store
from hub_core.store.reads import OrderFilter
from hub_core.testing.bridge import VirtualClock, platform_transport
from tests import databases
from tests.harness import NOON, OTHER_KINDS, PLUGINS, add_account


@dataclass(frozen=True)
class Channel:
    """A channel with two shapes of orders, and what its older one does not tell."""

    id: str
    box: dict[str, Any]
    area: str = "orders"
    lost: frozenset[str] = frozenset()
    """Columns the older shape leaves unsaid where the newer one tells."""
    coarser: frozenset[str] = frozenset()
    """Columns of which the older shape has only a hint: a live room, where the newer one
    names the channel of the sale."""
    calls: tuple[str, str] = ("", "")
    """The list's endpoint in the first shape and in the second."""


LAIKE_LOST = frozenset(
    {
        *("discount_amount", "merchant_discount_amount", "platform_discount_amount"),
        *("merchant_receivable_amount", "source"),
        *("lines.discount_amount", "lines.merchant_discount_amount"),
        *("lines.platform_discount_amount", "lines.buyer_paid_amount"),
        *("vouchers.original_amount", "vouchers.buyer_paid_amount"),
        "vouchers.merchant_receivable_amount",
    }
)
"""Sub orders, receipt_amount and order_sale_info came with the second shape."""
SEARCH = "/goodlife/v1/trade/order/query/"
INCREMENT = "taobao.trades.sold.increment.get"
PDD_LOST = frozenset({"receiver.name", "receiver.phone", "receiver.protection"})
"""Masks came with the second shape: without them a receiver that is not sealed any more
has not been told at all."""
PDD_LIST = "pdd.order.number.list.increment.get"
CHANNELS = [
    Channel(
        "douyin-laike",
        {"switches": {"payment_discount": "beside"}},
        lost=LAIKE_LOST,
        calls=(SEARCH, SEARCH),
        coarser=frozenset({"source"}),
    ),
    Channel("taobao", {}, calls=(INCREMENT, INCREMENT)),
    Channel(
        "jd",
        {"privacy": "plain"},
        calls=("jingdong.pop.order.search", "jingdong.pop.order.enSearch"),
    ),
    Channel(
        "pinduoduo",
        {},
        lost=PDD_LOST,
        calls=(PDD_LIST, PDD_LIST),
        coarser=frozenset({"receiver.protection"}),
    ),
]
OURS = frozenset(
    {
        *("id", "order_id", "uid", "shop", "shop_id", "adapter", "journal_id", "row_hash"),
        *("raw_hash", "hub_seen_at", "hub_changed_at", "buyer_key", "map_version"),
        "reread_at",
    }
)
"""Columns that are the hub's own account of the reading, not the order's facts."""


@contextmanager
def hub(
    channel: Channel,
    folder: Path,
    *,
    all_pins: dict[str, int] | None = None,
    shop_pins: dict[str, dict[str, int]] | None = None,
) -> Iterator[tuple[Hub, Platform]]:
    """A hub that reads the orders of a fresh box of two shops, the same for all pins."""
    box = PLUGINS.sandbox(channel.id)(
        seed=5, shops=2, orders=40, clock=Clock(NOON), history=timedelta(days=1),
        poison=0.0, **channel.box,
    )  # fmt: skip
    tables = {
        "channels": {channel.id: {"off": OTHER_KINDS, "pins": all_pins or {}}},
        "shops": {name: {"pins": pins} for name, pins in (shop_pins or {}).items()},
    }
    apps = {}
    for account in box.accounts():
        secret = folder / f"secret-{account.app_key}"
        secret.write_text(account.app_secret)
        apps[account.app_key] = {
            "channel": channel.id,
            "app_key": account.app_key,
            "app_secret": f"file:{secret}",
        }
    clock = VirtualClock(box.clock)
    one = Hub(
        Settings.of({"apps": apps, **tables}),
        Store.open(databases.new(), b"k" * 32, clock.now),
        PLUGINS,
        clock=clock,
        transports=lambda _: platform_transport(box),
        shared_limits=False,
    )
    for account in box.accounts():
        start = datetime.fromtimestamp(NOON, UTC) - timedelta(days=2)
        add_account(one, channel.id, account, start)
    try:
        assert all(o.error is None for o in one.sync())
        yield one, box
    finally:
        one.close()


def facts(one: Hub, shop: str) -> dict[str, dict[str, Any]]:
    found = {}
    for order in one.each_order(OrderFilter(shop=shop)):
        said = order.as_dict()
        flat = {k: v for k, v in said.items() if k not in OURS}
        for name in ("lines", "deliveries", "vouchers"):
            flat[name] = [
                {k: v for k, v in row.items() if k not in OURS} for row in said[name]
            ]
        found[said["external_id"]] = flat
    return found


def differences(old: Any, new: Any, column: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(column, pinned, newest) wherever the two do not agree; rows of a list by place."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            name = f"{column}.{key}" if column else key
            yield from differences(old.get(key), new.get(key), name)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for a, b in zip(old, new, strict=True):
            yield from differences(a, b, column)
    elif old != new:
        yield column, old, new


@pytest.mark.parametrize("by", ["shops", "channels"])
@pytest.mark.parametrize("channel", CHANNELS, ids=lambda c: c.id)
def test_a_pin_switches_the_shape_and_nothing_else(
    channel: Channel, by: str, tmp_path: Path
) -> None:
    with hub(channel, tmp_path) as (plain, box):
        pinned, other = (account.name for account in box.accounts())
        newest = {name: facts(plain, name) for name in (pinned, other)}
    pins = {channel.area: 1}
    where: Any = {"all_pins": pins} if by == "channels" else {"shop_pins": {pinned: pins}}
    with hub(channel, tmp_path, **where) as (one, _):
        older = {name: facts(one, name) for name in (pinned, other)}
        shapes = {
            name: {
                (e.shape, e.endpoint)
                for e in one.journal(shop=name, outcome="ok", limit=10_000)
                if e.call == "orders.list"
            }
            for name in (pinned, other)
        }
        raws = {
            (key, record.shape)
            for key in older[pinned]
            for record in one.explain(key)["raw"]
            if record.shape.startswith(f"{channel.area}_v")
        }

    first, second = channel.calls
    both = by == "channels"
    assert shapes[pinned] == {(f"{channel.area}_v1", first)}
    assert shapes[other] == {
        (f"{channel.area}_v1", first) if both else (f"{channel.area}_v2", second)
    }
    assert raws
    assert {shape for _, shape in raws} == {f"{channel.area}_v1"}
    assert older[pinned].keys() == newest[pinned].keys()
    found = [
        difference
        for key, order in older[pinned].items()
        for difference in differences(order, newest[pinned][key])
        if not difference[0].startswith("ext.")
    ]
    assert {column for column, _, _ in found} == channel.lost
    told = [one for one in found if one[1] is not None]
    assert [one for one in told if one[0] not in channel.coarser] == []
    if not both:
        assert older[other] == newest[other]


def test_the_older_shape_of_laike_is_read_from_answers_of_its_own_time(
    tmp_path: Path,
) -> None:
    """A merchant whose platform still answers as in 2022 is pinned and loses no order."""
    old = Channel("douyin-laike", {"shape": "2022"}, calls=(SEARCH, SEARCH))
    with hub(old, tmp_path, all_pins={"orders": 1}) as (one, box):
        for account in box.accounts():
            told = {t.external_id for t in box.truth(account.external_id) if not t.removed}
            assert facts(one, account.name).keys() == told
            assert one.parked(account.name) == []
