"""What the platform hides of buyers and receivers, and the handles it gives instead.

Source: privacy-field page, article 120397 (paper §3, §7.2, §7.3). An OAID differs per
app, shop and natural week of `created`, and changes with the address. The glyphs of the
masks are not documented (C): a switch.
"""

from __future__ import annotations

import base64
import hashlib

from hub_core.sandbox.people import Person

from . import times

NEEDED = frozenset(
    {"receiver_name", "receiver_address", "receiver_mobile", "receiver_phone", "created"}
)
"""An OAID comes only when all of these are asked for."""


def nick(buyer: int) -> str:
    """The login name of the n-th buyer."""
    return f"tb{buyer:04d}号买家"


def masked(value: str, glyphs: str) -> str:
    """Only the first character shows, or none."""
    return "**" if glyphs == "all" else f"{value[:1]}**"


def masked_mobile(value: str) -> str:
    """The last four digits show."""
    return "*" * (len(value) - 4) + value[-4:]


def masked_address(value: str, glyphs: str) -> str:
    """Street and number are gone; first and last character show, or none."""
    return "***" if glyphs == "all" else f"{value[:1]}**{value[-1:]}"


def open_uid(app_key: str, buyer: int) -> str:
    """Who bought, for this app only."""
    return "AAH" + _opaque("uid", app_key, str(buyer))[:21]


def oaid(app_key: str, shop: str, created: float, to: Person) -> str:
    """The handle that stands for the receiver in this app, shop and week."""
    week = str((times.day(created) + 3) // 7)
    where = (to.name, to.phone, to.city, to.district, to.address)
    return _opaque("oaid", app_key, shop, week, *where) + "2"


def _opaque(*parts: str) -> str:
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
