"""What the names of a platform's fields say: an amount, a state, a time, a person.

Names are the platforms' own, in snake or camel case; only what they are made of counts.
"""

from __future__ import annotations

import re

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,59}")
UNKNOWN = "{?}"
"""Stands for a name that may be somebody's."""

PERSONAL = frozenset(
    {
        *("account", "addr", "address", "area", "buyer", "card", "cert", "certificate"),
        *("city", "comment", "consignee", "consumer", "contact", "country", "customer"),
        *("district", "email", "invoice", "mail", "member", "memo", "message", "mobile"),
        *("name", "nick", "note", "owner", "password", "person", "phone", "pin"),
        *("province", "receive", "receiver", "recipient", "remark", "secret", "session"),
        *("street", "tel", "telephone", "token", "town", "user", "username"),
    }
)
"""Parts of field names in and below which no word is written in clear."""
WORDY = frozenset({"status", "state", "type", "kind", "source", "flag"})
"""A field whose name ends in one of these speaks in words or small numbers."""
TIMELY = frozenset(
    {
        *("at", "created", "date", "end", "expire", "expires", "finish", "modified", "now"),
        *("start", "time", "timestamp", "update", "updated"),
    }
)
"""Parts of the names of times: a number of ten digits is one only there."""
MONEY = frozenset(
    {
        *("amount", "amt", "fee", "price", "payment", "money", "discount", "postage"),
        *("freight", "cost", "sum", "subsidy", "commission", "refund", "balance"),
    }
)
"""Parts of the names of amounts."""
IDENTITY = frozenset(
    {
        *("id", "ids", "iid", "oid", "tid", "sn", "no", "code", "sku", "spu", "str"),
        *("number", "waybill"),
    }
)
"""Parts of the names of what something is known by."""
COUNTED = frozenset({"num", "count", "quantity", "total", "stock"})
"""Parts of the names of numbers of pieces."""


def parts_of(name: str) -> list[str]:
    """`orderTotalPrice` and `order_total_price` are order, total, price."""
    return [part.lower() for part in PART.findall(name)]
