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
STOCK_FACTS: Mapping[str, str] = {
    # total: stock_qty counts frozen and sold pieces too, as one page says. available: it
    # counts what is left, as the sample of the first generation could be taken.
    "stock_counts": "total",
}
PUSH_FACTS: Mapping[str, str] = {
    # any: whether the trial of the address is signed no document says, so it is answered
    # unsigned, too. signed: only where it is. none: once the address stands.
    "push_challenge": "any",
}
SPI_FACTS: Mapping[str, str] = {
    # header: x-life-sign. query: apps of the old platform that never migrated are sent
    # the weaker one in the query alone.
    "spi_signature": "header",
    # hold: answered "pending"; whoever decides tells the platform by itself. ask_again:
    # answered with the error after which it asks every hour, and hears what was decided.
    "refund_review": "hold",
    # Refunds of no more fen than this are granted at once. 0: none is.
    "refund_review_agree_up_to_fen": "0",
    # No answer within these hours grants the refund: 24 for codes of a third party, 72
    # "refund waiting" of others, say two pages.
    "refund_review_hours": "24",
    "takeout_refund_review_hours": "72",
    # The numbers of result: pending, granted, refused (as one client in production has
    # them; no stored page shows them).
    "refund_review_results": "0,1,2",
    # callback: whoever asks for codes there are none of is answered "issuing", and told
    # when there are. ask_again: answered with the error after which it asks, six times.
    "code_issue": "callback",
    # Without codes in these minutes it takes the order back.
    "code_issue_minutes": "10",
}
ANSWER_FACTS: Mapping[str, str] = {
    # A refusal without a reason is turned away; what is said where nobody gave one.
    "refusal_reason": "商家拒绝退款",
    # The codes of the reasons for which a delivery's refund may be refused stand on no
    # stored page.
    "takeout_refusal_code": "1",
    "codes_fail_reason": "其他",
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
