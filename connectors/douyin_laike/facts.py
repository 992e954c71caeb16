"""What no document settles, with its defaults, and whom a shop's calls are about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hub_core.errors import Misconfigured
from hub_core.ports import ShopInfo

ID = "douyin-laike"
ADAPTERS = "adapters.douyin_laike"

FACTS: Mapping[str, str] = {
    # json, comma or repeat: how a list is spelled in a query (read by the dialect).
    "cursor_form": "json",
    # No longest span is documented; clients in production ask for 7 days to a month.
    "max_window_days": "7",
    # After-sales lag minutes behind at p99; of orders no document says.
    "settle_lag_seconds": "180",
    "overlap_seconds": "60",
    # No retention is documented for orders.
    "look_back_days": "365",
    # How long a redemption can be taken back. An hour by the documents; codes of a third
    # party and scenic tickets may have another limit.
    "redemption_cancel_seconds": "3600",
    # ask: the list names no place, so those of the shop are asked one by one or together
    # (takes the scope life.capacity.shop). none: redemptions stay without a place.
    "redemption_places": "ask",
    # How many at once. No page names a most; of products' list it is 100. 1: one by one.
    "redemption_places_at_once": "100",
    # "p99 can reach minutes", says the page of the refund list; not how many.
    "after_sale_settle_lag_seconds": "600",
    # How long a refund may stay open: neither list tells of one that is refused or
    # called off, so those of the last days are read again. 24 h for third-party codes,
    # 72 h for others, say two pages.
    "after_sale_open_hours": "72",
    # 0: products the app has made; 1: those the merchant has made. Blank: not sent.
    "goods_creator_type": "",
    # The numbers are solution 16's (到综团购), by their names; no page says which API takes
    # which. Each solution numbers its own.
    "permissions_needed": "orders=141; products=144; redemptions=139,140; after_sales=155;"
    " places=1",
}


def number(facts: Mapping[str, str], name: str) -> int:
    """A fact that is a whole number. Raises Misconfigured naming it where it is not."""
    text = str(facts.get(name, FACTS[name]))
    if not text.isdecimal():
        raise Misconfigured(f"{ID}: {name} is a whole number, not {text!r}")
    return int(text)


def days(facts: Mapping[str, str], name: str) -> timedelta:
    """A fact in days."""
    return timedelta(days=number(facts, name))


def seconds(facts: Mapping[str, str], name: str) -> timedelta:
    """A fact in seconds."""
    return timedelta(seconds=number(facts, name))


def account_of(shop: ShopInfo) -> str:
    """The account whose records are asked."""
    return shop.account.get("account_id") or shop.external_id
