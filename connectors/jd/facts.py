"""What no document of this platform settles, and its defaults."""

from __future__ import annotations

from datetime import timedelta

from hub_core.errors import Misconfigured
from hub_core.ports import Session

ADAPTERS = "adapters.jd"
FACTS = {
    # Two clients are known to send ALL alone. A list of states, the other way, hides every
    # order in a state that is newer than the list.
    "order_state": "ALL",
    "page_size": "100",  # some proxies stop at 50
    "max_window_days": "28",  # "one month", the shortest of which has 28 days
    "rows_cap": "10000",  # where deep pages end
    "settle_lag_seconds": "180",  # how late a changed order may enter the list
    "overlap_seconds": "300",
    "look_back_days": "90",  # changes older than three months are not listed
    "unpaid_look_back_days": "90",
    "unpaid_by_id": "yes",  # whether the app may ask for a single unpaid order
    "source_id": "",  # the platform's own default is JOS
    # By what time refund applications are listed: modified, or applied as of old.
    "refund_applies_by": "modified",
    "after_sale_max_window_days": "7",  # no span is stated for either list of cases
    "after_sale_settle_lag_seconds": "300",  # nor how late a case may enter it
    "after_sale_look_back_days": "90",  # nor how far back it reaches
    "service_rows_cap": "5000",  # where deep pages of service bills end
    "operate_pin": "hub",  # who asks for service bills: any name, as clients show
    "service_bill_by": "sync",  # one bill: by the list of changes, or query: by the other
    "service_money": "yes",  # whether the app may ask what a bill gave back
    # Which wares are listed (8,520 …). Blank: not sent, which is taken for all that are not
    # deleted; a list of states, the other way, hides one that is newer than the list.
    "ware_status_values": "",
    "product_page_size": "50",  # no most is stated
    "product_snapshot_minutes": "60",  # how often all wares are read
    "product_max_window_days": "28",  # no span is stated for SKUs by change
    "product_settle_lag_seconds": "600",  # a search engine answers
    "product_look_back_days": "90",  # what is older is among the wares anyhow
    "sku_stock": "yes",  # whether a SKU that tells no stock is asked for it apart
    "service_money_unit": "",  # fen or yuan; blank: fen, and each amount says it is assumed
}


def fact(session: Session, name: str) -> str:
    """A fact as configured, or its default."""
    return session.facts.get(name, FACTS[name])


def number(session: Session, name: str) -> int:
    """A fact that is a whole number. Raises Misconfigured naming it where it is not."""
    try:
        return int(fact(session, name))
    except ValueError:
        raise Misconfigured(f"jd: the fact {name} is a whole number") from None


def days(session: Session, name: str) -> timedelta:
    """A fact that counts days."""
    return timedelta(days=number(session, name))


def seconds(session: Session, name: str) -> timedelta:
    """A fact that counts seconds."""
    return timedelta(seconds=number(session, name))


def one_of(session: Session, name: str, *choices: str) -> str:
    """A fact that is one of few words. Raises Misconfigured naming them."""
    found = fact(session, name)
    if found not in choices:
        known = ", ".join(choice or "blank" for choice in choices)
        raise Misconfigured(f"jd: the fact {name} is one of {known}")
    return found
