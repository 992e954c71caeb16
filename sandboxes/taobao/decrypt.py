"""taobao.top.oaid.decrypt: who an OAID stands for, for a named purpose.

Source: taobao.top.oaid.decrypt (apiId 54714) and taobao.top.oaid.client.decrypt (apiId
55714, for desensitize_rule) in the official documents; paper §3. Not documented (C): how
many a day (the option `decrypt_quota`) and how that is refused, whether every shop gets
virtual numbers, and what an OAID that is no longer the trade's gets.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from hub_core.sandbox import Clock, Record
from hub_core.sandbox.people import Person

from . import gate, privacy, refusals, times
from .methods import Method
from .shapes import JSON
from .trade import CLOSED, Trade
from .world import Seller, World, trade_of

AT_ONCE = 20
SCENES = frozenset({"1001", "1002", "1003", "1004", "1005", "1006", "1007", "2001", "2002"})
"""Sending by SF, by express, by EMS, by others, from a store, by hand, for others;
after-sale service, customer care."""
DAYS = 15
"""How long a virtual number lives unless the caller says otherwise."""
CLOSED_RULE = "DECRYPTION_DISABLED_BY_ORDERCLOSED"


class Decrypt:
    """Opens OAIDs. `quota`: rows a shop may open on a Beijing day; None: no end."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        switches: Mapping[str, str],
        *,
        seed: int,
        quota: int | None,
    ) -> None:
        self._world, self._clock, self._switches = world, clock, switches
        self._seed, self._quota = seed, quota
        self._used: Counter[tuple[str, int]] = Counter()
        self._numbers: dict[tuple[str, str], tuple[str, float]] = {}

    def methods(self) -> dict[str, Method]:
        """What it answers."""
        return {"taobao.top.oaid.decrypt": self._decrypt}

    def _decrypt(self, params: Mapping[str, str], seller: Seller) -> JSON:
        rows = gate.parsed(params, "query_list", [])
        if not params.get("query_list"):
            raise refusals.missing("query_list")
        if not 0 < len(rows) <= AT_ONCE or not all(_sound(row) for row in rows):
            raise refusals.invalid("query_list")
        self._take(seller, len(rows))
        return {"receiver_list": {"receiver": [self._row(row, seller) for row in rows]}}

    def _take(self, seller: Seller, rows: int) -> None:
        """Every row counts, whatever it comes to."""
        today = (seller.user, times.day(self._clock.now()))
        if self._quota is not None and self._used[today] + rows > self._quota:
            raise refusals.business(self._switches["decrypt_spent"], "解密额度已用完")
        self._used[today] += rows

    def _row(self, row: Mapping[str, Any], seller: Seller) -> JSON:
        record = self._world.shelf.get(seller.user, str(row["tid"]))
        version = None if record is None else record.visible(self._clock.now())
        if record is None or version is None:
            raise refusals.business("isv.trade-not-exist", "交易订单不存在")
        trade, oaid = trade_of(version), str(row["oaid"])
        matched = oaid == _oaid(trade, seller)
        told: JSON = {"oaid": oaid, "tid": record.id, "matched": matched}
        if trade.status in CLOSED:
            return told | _masked(trade.receiver) | {"desensitize_rule": CLOSED_RULE}
        to = trade.receiver if matched else self._former(record, oaid, seller)
        if to is None:
            return told
        return (
            told
            | _clear(to)
            | self._mobile(record, to, int(row.get("secret_no_days", DAYS)))
        )

    def _former(self, record: Record, oaid: str, seller: Seller) -> Person | None:
        """Whom an OAID stood for before the buyer changed the address."""
        if self._switches["unmatched_oaid"] == "no_data":
            return None
        trades = [trade_of(v) for v in record.versions]
        return next((t.receiver for t in trades if _oaid(t, seller) == oaid), None)

    def _mobile(self, record: Record, to: Person, days: int) -> JSON:
        """The buyer's own number, or a virtual one that lives for so many days."""
        if self._switches["virtual_numbers"] == "no":
            return {"mobile": to.phone, "privacy_protection": False}
        key, now = (record.id, to.phone), self._clock.now()
        number, until = self._numbers.get(key, ("", 0.0))
        if now >= until:
            until = float(int(now)) + days * times.DAY
            number = self._virtual(record.id, until)
            self._numbers[key] = number, until
        return {
            "mobile": number,
            "privacy_protection": True,
            "secret_no_expire_time": times.text(until),
        }

    def _virtual(self, tid: str, until: float) -> str:
        """A number and an extension that belong to nobody."""
        rng = random.Random(f"{self._seed}:virtual:{tid}:{until}")
        return f"1700000{rng.randrange(10_000):04d}-{rng.randrange(1_000):03d}"


def _sound(row: Any) -> bool:
    if not isinstance(row, dict) or not row.get("oaid") or not row.get("tid"):
        return False
    days = row.get("secret_no_days", DAYS)
    lives = isinstance(days, int) and 0 < days < 1_000
    return lives and str(row.get("scene", "1005")) in SCENES


def _oaid(trade: Trade, seller: Seller) -> str:
    """The handle the trade's own answers give; a shop without masks has none."""
    if seller.clear:
        return ""
    return privacy.oaid(seller.app_key, seller.user, trade.created, trade.receiver)


def _where(to: Person) -> JSON:
    return {
        "state": to.province,
        "city": to.city,
        "district": to.district,
        "town": "",
        "country": "中国",
    }


def _clear(to: Person) -> JSON:
    return _where(to) | {"name": to.name, "phone": "", "address_detail": to.address}


def _masked(to: Person) -> JSON:
    return _where(to) | {
        "name": privacy.masked(to.name, "first"),
        "mobile": privacy.masked_mobile(to.phone),
        "address_detail": privacy.masked_address(to.address, "first"),
    }
