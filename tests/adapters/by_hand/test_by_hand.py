"""Payloads of all channels, and the orders they are, worked out from the documents."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from connectors.douyin_laike import CHANNEL as LAIKE
from connectors.jd import CHANNEL as JD
from connectors.pinduoduo import CHANNEL as PINDUODUO
from connectors.taobao import CHANNEL as TAOBAO
from hub_core.models import Order
from hub_core.ports import Channel
from hub_core.wire import Call, Fetched, Page, reread, shapes

from .case import Case

CHANNELS: dict[str, Channel] = {
    "douyin_laike": LAIKE,
    "taobao": TAOBAO,
    "jd": JD,
    "pinduoduo": PINDUODUO,
}
ORDERS = ("orders", "orders_catering", "unpaid")
"""Areas whose records are orders."""
MODULES = sorted(
    p.stem
    for p in Path(__file__).parent.glob("*.py")
    if p.stem.startswith(("laike_", "taobao_", "jd_", "pinduoduo_"))
)
CASES: list[Case] = [
    case for name in MODULES for case in import_module(f"{__package__}.{name}").CASES
]


def version_file(case: Case) -> Any:
    """The module that reads it."""
    return import_module(f"{CHANNELS[case.channel].adapters}.{case.shape}")


def read(case: Case) -> Fetched:
    """As the client does it, from the body's text on."""
    channel = CHANNELS[case.channel]
    call: Call[Any] = getattr(version_file(case), case.call)
    found = call.read(channel.dialect.unwrap(call, json.loads(json.dumps(case.wire))))
    (item,) = found.items if isinstance(found, Page) else (found,)
    assert isinstance(item, Fetched), item
    return item


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_order_is_what_the_documents_say(case: Case) -> None:
    order = read(case).order
    different = {
        f.name: (getattr(order, f.name), getattr(case.order, f.name))
        for f in fields(Order)
        if getattr(order, f.name) != getattr(case.order, f.name)
    }
    assert different == {}  # field: (read, expected)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_kept_of_it_is_read_again_as_the_same_order(case: Case) -> None:
    assert reread(version_file(case), read(case).raw, {}) == case.order


def test_there_are_ten_of_each_channel() -> None:
    counted = Counter(case.channel for case in CASES)
    assert set(counted) == set(CHANNELS)
    assert min(counted.values()) >= 10


def test_every_order_shape_is_among_them() -> None:
    covered = {(case.channel, case.shape) for case in CASES}
    known = {
        (folder, module.rpartition(".")[2])
        for folder, channel in CHANNELS.items()
        for area, numbers in shapes(channel.adapters).items()
        if area in ORDERS
        for module in numbers.values()
    }
    assert covered == known


def test_no_area_with_orders_is_forgotten() -> None:
    """Whatever file lists orders, its area is one of those above."""
    asked = {
        area
        for channel in CHANNELS.values()
        for area, numbers in shapes(channel.adapters).items()
        for module in numbers.values()
        for call in vars(import_module(module)).values()
        if isinstance(call, Call) and call.name in ("orders.list", "unpaid.list")
    }
    assert asked == set(ORDERS)
