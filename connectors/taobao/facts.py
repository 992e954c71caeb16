"""What no document of this platform settles, and its defaults."""

from __future__ import annotations

from datetime import timedelta

from adapters.taobao.common import KINDS
from adapters.taobao.dialect import OAUTH, SIGN_METHOD
from hub_core.ports import Session

ADAPTERS = "adapters.taobao"
FACTS = {
    "sign_method": SIGN_METHOD,  # or hmac, hmac-sha256
    "oauth_base_url": OAUTH,
    "refresh_by": "oauth",  # or top: the gateway's own method
    "settle_lag_seconds": "180",  # how late a change may enter the list
    "trade_kinds": ",".join(KINDS),  # that all may be asked for at once is not said
    "refund_max_window_days": "1",  # no span is stated; that of trades
    "refund_look_back_days": "90",  # nor how far back; that of trades
    "refund_not_found": "",  # by which sub-codes a case is not there: no page says
    "product_settle_lag_seconds": "600",  # a search engine answers the lists of products
    "product_look_back_days": "7300",  # products may be as old as the shop
    # The levels are told by the token; which one an API takes stands on no page but that
    # reading goes on while writing has ended.
    "permissions_needed": "orders=read; products=read; after_sales=read",
}


def fact(session: Session, name: str) -> str:
    """A fact as configured, or its default."""
    return session.facts.get(name) or FACTS[name]


def seconds(session: Session, name: str) -> timedelta:
    """A fact that counts seconds."""
    return timedelta(seconds=float(fact(session, name)))


def days(session: Session, name: str) -> timedelta:
    """A fact that counts days."""
    return timedelta(days=float(fact(session, name)))
