"""jingdong.jos.order.oaid.decrypt: who an oaid stands for.

Source: channel paper §3 "Receiver protection"; the official Java SDK's classes
JosOrderOaidDecryptRequest, GetReceiverInfoListReqVO, OrderInfoReqVO, ResponseData and
OrderReceiverInfoModel (IOaidService), which have names and types and no words. So not
documented (C): the code of success, what scenes there are, how many orders fit a call
(option `oaid_most`), how many a day (`oaid_quota`) and how that is refused (`oaid_spent`),
what an oaid gets that is no longer the order's, and an order that is cancelled, whether
`address` has the towns, how `expiration` is written.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from hub_core.sandbox.people import Person

from . import states
from .asking import JSON, Asking, Method
from .errors import Declined
from .ledger import Ledger
from .options import Options
from .queries import text
from .receivers import masked, oaid, person
from .times import text_of

DAYS = 30
"""How long a virtual number lives where `expiration` asks for nothing."""
DAY = 86_400


class Oaids:
    """Opens oaids of the shops in `privacy`, which says how each protects receivers."""

    def __init__(
        self,
        book: Ledger,
        options: Options,
        how: Mapping[str, str],
        privacy: Mapping[str, str],
        seed: int,
    ) -> None:
        self._book, self._options, self._how = book, options, how
        self._privacy, self._seed = privacy, seed
        self._used: Counter[tuple[str, str]] = Counter()

    def methods(self) -> dict[str, Method]:
        """What it answers."""
        return {"jingdong.jos.order.oaid.decrypt": self._decrypt}

    def _decrypt(self, account: str, asked: Asking, now: float) -> JSON:
        wanted = asked.get("getReceiverInfoListReqVO")
        if not isinstance(wanted, dict):
            raise Declined("parameters", "getReceiverInfoListReqVO")
        rows = wanted.get("orderInfos")
        if not isinstance(rows, list) or not 0 < len(rows) <= self._options.oaid_most:
            raise Declined("parameters", "orderInfos")
        if not all(
            isinstance(r, dict) and r.get("orderId") and r.get("oaid") for r in rows
        ):
            raise Declined("parameters", "orderInfos")
        if not self._take(account, len(rows), now):
            return _answer(self._options.oaid_spent, "解密额度不足", None)
        days = int(text(wanted, "expiration") or DAYS)
        told = [self._row(account, row, days, now) for row in rows]
        found = [row for row in told if row is not None]
        return _answer(int(self._how["oaid_done"]), "success", found)

    def _take(self, account: str, rows: int, now: float) -> bool:
        """Every row counts, whatever it comes to."""
        today, most = (account, text_of(now)[:10]), self._options.oaid_quota
        if most is not None and self._used[today] + rows > most:
            return False
        self._used[today] += rows
        return True

    def _row(self, account: str, row: Asking, days: int, now: float) -> JSON | None:
        """One receiver; None: nothing is told of it."""
        record = self._book.get(account, text(row, "orderId"))
        version = record.visible(now) if record else None
        if record is None or version is None or self._privacy[account] != "oaid":
            return None
        if self._is_shut(version.content["state"]):
            return None
        seeds = [version.content["person"]]
        if self._how["stale_oaid"] == "old_data":
            seeds += [v.content["person"] for v in record.versions]
        people = (person(seed) for seed in seeds)
        to = next((who for who in people if oaid(who) == row["oaid"]), None)
        return None if to is None else self._told(record.id, to, row["oaid"], days, now)

    def _is_shut(self, state: str) -> bool:
        return state == states.CANCELLED and self._how["cancelled_oaid"] == "left_out"

    def _told(self, id: str, to: Person, handle: str, days: int, now: float) -> JSON:
        towns = f"{to.province}{to.city}{to.district}"
        whole = self._how["oaid_address"] == "whole"
        said = {
            "orderId": int(id),
            "oaid": handle,
            "customerName": to.name,
            "address": f"{towns}{to.address}" if whole else to.address,
            "customerPhone": "",
            "consMobilePhoneFuzzy": masked(to.phone),
        }
        if self._how["oaid_numbers"] == "own":
            return said | {"consMobilePhone": to.phone, "privacyProtection": False}
        until = int(now) + days * DAY
        text = self._how["oaid_expiration"] == "text"
        return said | {
            "consMobilePhone": self._virtual(id, until),
            "privacyProtection": True,
            "expiration": text_of(until) if text else str(until * 1000),
        }

    def _virtual(self, id: str, until: int) -> str:
        """A number and an extension that belong to nobody."""
        rng = random.Random(f"{self._seed}:virtual:{id}:{until}")
        return f"1700000{rng.randrange(10_000):04d}-{rng.randrange(10_000):04d}"


def _answer(code: int, message: str, data: Any) -> JSON:
    said = {"code": code, "message": message, "requestId": "sandbox-oaid", "data": data}
    return {"returnType": said}
