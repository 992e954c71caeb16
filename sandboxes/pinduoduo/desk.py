"""The business behind the gateway: which part of it answers what, and what it changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from hub_core.sandbox import Effect

from .aftersales import AfterSales
from .envelope import Envelope
from .gate import Asked
from .goods import GoodsDesk
from .happenings import Happenings
from .options import Options
from .orders import Orders, Seen
from .pmc import Pmc
from .pmc_desk import PmcDesk
from .privacy import Privacy
from .queries import Reader
from .shipping import Shipping
from .times import text_of


class Desk:
    """Answers what the gate let in. `effects` are what clients changed, by shop."""

    def __init__(
        self,
        happenings: Happenings,
        options: Options,
        switches: Mapping[str, str],
        envelope: Envelope,
        pmc: Pmc,
    ) -> None:
        self.envelope = envelope
        self.orders = Orders(happenings.orders, options, switches, envelope)
        self.orders.spoiled = happenings.spoiled
        self.effects: defaultdict[str, list[Effect]] = defaultdict(list)
        self._cases = AfterSales(happenings.cases, self.orders, options, switches)
        self._goods = GoodsDesk(happenings.goods, options, switches)
        self._shipping = Shipping(self.orders, happenings, options, switches)
        self._privacy = Privacy(self.orders, options, switches)
        self._messages = PmcDesk(pmc, Reader(options, switches))

    def serve(self, account: str, asked: Asked, now: float) -> tuple[str, Seen]:
        """The answer's JSON text and the orders in it. Raises Refused or Declined."""
        match asked.api.operation:
            case "orders.list" | "deals.list" | "basic.list":
                return self.orders.listed(account, asked, now)
            case "orders.get":
                return self.orders.one(account, asked, now)
            case "orders.status":
                return self.orders.status(account, asked, now)
            case "stock.push" | "ship.push" | "ship.extra" | "note.push":
                inner = self._pushed(account, asked, now)
            case _:
                inner = self._told(account, asked, now)
        return self.envelope.good(asked, inner), []

    def _told(self, account: str, asked: Asked, now: float) -> dict[str, Any]:
        """Answers that change nothing."""
        sent = asked.sent
        match asked.api.operation:
            case "after_sales.list":
                return self._cases.listed(account, sent, now)
            case "after_sales.get":
                return self._cases.one(account, sent, now)
            case "after_sales.check":
                return self._cases.check(account, sent, now)
            case "products.list":
                return self._goods.listed(account, sent, now)
            case "products.get":
                return self._goods.one(account, sent, now)
            case "carriers.get":
                return self._shipping.companies()
            case "decrypt" | "mask" as kind:
                return self._privacy.decrypt(account, sent, now, mask=kind == "mask")
            case operation if operation.startswith("messages."):
                return self._messages.answer(operation, account, sent)
            case "time":
                return {"time": text_of(now)}
            case _:
                return _shop(account)

    def _pushed(self, account: str, asked: Asked, now: float) -> dict[str, Any]:
        """Answers that change something; what took effect is noted."""
        sent = asked.sent
        match asked.api.operation:
            case "stock.push":
                inner, one = self._goods.update(account, sent, now)
                done = [one] if one.facts["available"] != one.facts["before"] else []
            case "ship.push":
                inner, one = self._shipping.send(account, sent, now)
                done = [one]
            case "ship.extra":
                inner, done = self._shipping.more(account, sent, now)
            case _:
                inner, one = self._shipping.note(account, sent, now)
                done = [one]
        self.effects[account] += done
        return inner


def _shop(account: str) -> dict[str, Any]:
    """pdd.mall.info.get: which shop a token speaks for."""
    shop = {"mall_id": int(account), "mall_name": f"沙箱拼多多店{account[-3:]}"}
    return shop | {"mall_desc": "", "logo": "", "merchant_type": 3}
