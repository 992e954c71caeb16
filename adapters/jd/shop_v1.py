"""Whose a token is: JD's token answers name a person, and only the shop itself is asked.

Source: channel paper JD §2; answers in clients, where it stands beside `code` (B).
"""

from __future__ import annotations

from hub_core.wire import JSON, Ask, Call, Id, SomeText, Wire


class NoAsk(Ask):
    """The token says whose shop is meant."""


class WireShop(Wire):
    """`shop_jos_result`. `vender_id` is the merchant's number, by which its orders go."""

    vender_id: Id
    shop_name: SomeText = None


def read_shop(inner: JSON) -> WireShop:
    """Raises KeyError or ValueError where the answer names no merchant."""
    return WireShop.model_validate(inner["shop_jos_result"])


OWN = Call(
    name="shop.own",
    endpoint="jingdong.vender.shop.query",
    ask=NoAsk,
    read=read_shop,
    shape="shop_v1",
)
