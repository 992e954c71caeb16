"""The hook a channel announces by how its messages are taken."""

from __future__ import annotations

import pytest

from hub_core.errors import Misconfigured
from hub_core.ports import Messages, Queue, ShopInfo, Socket
from tests.harness import PLUGINS


def test_hub_messages_is_asked_of_the_channels_own_plugin() -> None:
    assert isinstance(PLUGINS.messages("taobao"), Queue)
    assert isinstance(PLUGINS.messages("pinduoduo"), Socket)
    with pytest.raises(Misconfigured):
        PLUGINS.messages("jd")


def test_a_way_to_take_messages_is_one_of_two() -> None:
    for channel in ("taobao", "pinduoduo"):
        found = PLUGINS.messages(channel)
        assert isinstance(found, Messages)
        assert isinstance(found, Queue) is not isinstance(found, Socket)


def test_a_shop_is_named_by_its_number_and_a_seller_by_name_too() -> None:
    shop = ShopInfo(name="a", external_id="9", account={"nick": "卖家"})
    assert PLUGINS.messages("taobao").accounts(shop) == ["9", "卖家"]
    assert PLUGINS.messages("pinduoduo").accounts(shop) == ["9"]
