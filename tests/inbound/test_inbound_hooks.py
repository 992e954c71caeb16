"""The two hooks a channel announces what it sends by, and what a plugin must answer."""

from __future__ import annotations

import pytest

from hub_core.errors import Misconfigured
from hub_core.ports import Asks, Pushed, Pushes, ShopInfo
from tests.harness import PLUGINS


def test_hub_pushes_is_asked_of_the_channels_own_plugin() -> None:
    assert isinstance(PLUGINS.pushes("douyin-laike"), Pushes)
    with pytest.raises(Misconfigured):
        PLUGINS.pushes("jd")


def test_hub_asks_is_asked_of_the_channels_own_plugin() -> None:
    asks = PLUGINS.asks("douyin-laike")
    assert isinstance(asks, Asks)
    assert sorted(asks.routes) == [
        *("issue-codes", "order-status", "refund-notice", "refund-review"),
        "takeout-refund-review",
    ]


def test_hub_answering_is_asked_of_the_channels_own_plugin() -> None:
    assert PLUGINS.can("douyin-laike", "answering")
    assert not PLUGINS.can("jd", "answering")


def test_a_header_that_came_twice_is_none() -> None:
    push = Pushed(headers=[("a", "1"), ("b", "2"), ("a", "1")])
    assert [push.header(name) for name in "abc"] == [None, "2", None]


def test_a_shop_is_named_by_its_account_or_the_root_above_it() -> None:
    pushes = PLUGINS.pushes("douyin-laike")
    account = {"account_id": "7", "root_account_id": "8"}
    assert pushes.accounts(ShopInfo(name="a", external_id="9")) == ["9"]
    assert pushes.accounts(ShopInfo(name="a", external_id="9", account=account)) == [
        "7",
        "8",
    ]
