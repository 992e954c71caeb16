"""The business behind the gateway: which part of it answers what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .envelope import Envelope
from .gate import Asked
from .happenings import Happenings
from .options import Options
from .orders import Orders, Seen
from .times import text_of


class Desk:
    """Answers what the gate let in."""

    def __init__(
        self,
        happenings: Happenings,
        options: Options,
        switches: Mapping[str, str],
        envelope: Envelope,
    ) -> None:
        self.envelope = envelope
        self.orders = Orders(happenings.orders, options, switches, envelope)
        self.orders.spoiled = happenings.spoiled

    def serve(self, account: str, asked: Asked, now: float) -> tuple[str, Seen]:
        """The answer's JSON text and the orders in it. Raises Refused or Declined."""
        match asked.api.operation:
            case "orders.list" | "deals.list" | "basic.list":
                return self.orders.listed(account, asked, now)
            case "orders.get":
                return self.orders.one(account, asked, now)
            case "orders.status":
                return self.orders.status(account, asked, now)
            case _:
                return self.envelope.good(asked, self._told(account, asked, now)), []

    def _told(self, account: str, asked: Asked, now: float) -> dict[str, Any]:
        """What is no order and needs no row rendered beforehand."""
        match asked.api.operation:
            case "time":
                return {"time": text_of(now)}
            case _:
                return _shop(account)


def _shop(account: str) -> dict[str, Any]:
    """pdd.mall.info.get: which shop a token speaks for."""
    shop = {"mall_id": int(account), "mall_name": f"沙箱拼多多店{account[-3:]}"}
    return shop | {"mall_desc": "", "logo": "", "merchant_type": 3}
