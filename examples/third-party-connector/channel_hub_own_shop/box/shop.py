"""What goes on in the shop: buyers buy, pay and send back; its clerk ships and edits."""

from __future__ import annotations

import random
from typing import Any

from hub_core.sandbox import Book, Effect, Record, Street

GOODS = 8
STEPS = 3
"""How often, on average, something happens to an order of the history."""


class Shop:
    """Orders, goods and cases with all their versions. Times are epoch seconds."""

    def __init__(self, name: str, orders: Book, rng: random.Random, late: float) -> None:
        self.name = name
        self.orders, self.goods, self.cases = orders, Book(), Book()
        self.effects: list[Effect] = []
        self._rng, self._late, self._street = rng, late, Street(rng)
        self._keys: dict[str, str] = {}

    # Its history -----------------------------------------------------------------------

    def open(self, begin: float, now: float, orders: int) -> None:
        """Goods from the first day on, and orders since, some of them sent back."""
        for number in range(1, GOODS + 1):
            self._list_goods(number, begin)
        times = [self._rng.uniform(begin, now) for _ in range(orders * (1 + STEPS))]
        for place, at in enumerate(sorted(times)):
            (self._place if place % (1 + STEPS) == 0 else self._step)(float(int(at)))

    def _list_goods(self, number: int, at: float) -> None:
        title, spec, fen = self._street.goods()
        skus = [
            {
                "id": f"S{number:04d}-{n}",
                "code": f"OWN-{number}-{n}",
                "barcode": f"69{number:010d}{n}",
                "spec": f"{spec} {n}",
                "price": fen + 100 * n,
                "available": self._rng.randint(5, 200),
            }
            for n in (1, 2)
        ]
        content = {"title": title, "status": "on_sale", "skus": skus}
        self.goods.add(self.name, f"P{number:04d}", content, created_at=float(int(at)))

    def happens(self, at: float) -> None:
        """One thing, at that moment: an order is placed, or something goes a step on."""
        (self._place if self._rng.random() < 0.3 else self._step)(float(int(at)))

    def _step(self, at: float) -> None:
        step = self._rng.choice([self._go_on, self._go_on, self._send_back, self._edit])
        step(at)

    # Orders ----------------------------------------------------------------------------

    def _place(self, at: float) -> None:
        number = f"A{len(self.orders.records(self.name)) + 1:06d}"
        items = [self._item(f"{number}-{n}") for n in range(1, self._rng.randint(2, 4))]
        person, goods = self._street.person(), sum(item["amount"] for item in items)
        content = {
            "status": "unpaid", "after_sale": "none", "paid_at": None, "goods": goods,
            "freight": 800, "payable": goods + 800, "paid": None, "refunded": None,
            "items": items, "parcels": [],
            "receiver": {
                "name": person.name, "phone": person.phone, "province": person.province,
                "city": person.city, "district": person.district,
                "address": person.address, "note": self._street.note(),
            },
        }  # fmt: skip
        self.orders.add(self.name, number, content, created_at=at, delay=self._delay())

    def _item(self, id: str) -> dict[str, Any]:
        product = self._rng.choice(self.goods.records(self.name))
        content, count = product.latest.content, self._rng.randint(1, 3)
        sku = self._rng.choice(content["skus"])
        return {
            "id": id, "product_id": product.id, "sku_id": sku["id"],
            "sku_code": sku["code"], "title": content["title"], "spec": sku["spec"],
            "count": count, "price": sku["price"], "amount": count * sku["price"],
        }  # fmt: skip

    def _go_on(self, at: float) -> None:
        record = self._rng.choice(self.orders.records(self.name))
        content = record.latest.content
        match content["status"]:
            case "unpaid" if self._rng.random() < 0.2:
                self._change(record, at, status="closed")
            case "unpaid":
                paid = {"paid": content["payable"], "paid_at": at}
                self._change(record, at, status="paid", **paid)
            case "paid" | "partly_shipped" if content["after_sale"] != "open":
                self.ship(record, at, "SF", f"SF{self._rng.randrange(10**12):012d}", ())
            case "shipped" if content["after_sale"] != "open":
                self._change(record, at, status="completed")

    def ship(
        self, record: Record, at: float, carrier: str, waybill: str, items: tuple[str, ...]
    ) -> str:
        """One parcel, of these items or of all that is left; gives its id."""
        content = record.latest.content
        sent = [id for parcel in content["parcels"] for id in parcel["item_ids"]]
        left = [item["id"] for item in content["items"] if item["id"] not in sent]
        mine = [id for id in left if id in items] if items else left
        parcel = {
            "id": f"{record.id}-P{len(content['parcels']) + 1}", "carrier": carrier,
            "tracking_no": waybill, "shipped_at": at, "item_ids": mine,
        }  # fmt: skip
        status = "shipped" if mine == left else "partly_shipped"
        self._change(record, at, status=status, parcels=[*content["parcels"], parcel])
        return str(parcel["id"])

    def ship_once(self, key: str, record: Record, at: float, **parcel: Any) -> str:
        """The same, by a client: a key that was used gives what it gave then."""
        if not self.knows(key):
            self._keys[key] = self.ship(record, at, **parcel)
            facts = {"carrier_code": parcel["carrier"], "tracking_no": parcel["waybill"]}
            self.effects.append(Effect(at, "ship", record.id, facts))
        return self._keys[key]

    def knows(self, key: str) -> bool:
        """Whether a parcel was reported with it."""
        return key != "" and key in self._keys

    # After-sales -----------------------------------------------------------------------

    def _send_back(self, at: float) -> None:
        """A new case, or a step of an open one; its order tells of it too."""
        cases = self.cases.records(self.name)
        going = [
            c for c in cases if c.latest.content["status"] in ("requested", "returning")
        ]
        if going and self._rng.random() < 0.7:
            return self._decide(self._rng.choice(going), at)
        fit = [
            r for r in self.orders.records(self.name)
            if r.latest.content["status"] in ("paid", "shipped")
            and r.latest.content["after_sale"] == "none"
        ]  # fmt: skip
        if fit:
            self._request(self._rng.choice(fit), at)

    def _request(self, order: Record, at: float) -> None:
        content = order.latest.content
        shipped = content["status"] == "shipped"
        case = {
            "order_id": order.id, "kind": "return" if shipped else "refund",
            "status": "requested", "reason": "changed_mind",
            "requested": content["paid"], "refunds": [],
            "items": [
                {"item_id": i["id"], "count": i["count"], "amount": i["amount"]}
                for i in content["items"]
            ],
        }  # fmt: skip
        number = f"C{len(self.cases.records(self.name)) + 1:05d}"
        self.cases.add(self.name, number, case, created_at=at, delay=self._delay())
        self._change(order, at, after_sale="open")

    def _decide(self, case: Record, at: float) -> None:
        content = case.latest.content
        order = self.orders.get(self.name, content["order_id"])
        assert order is not None
        if content["status"] == "requested" and content["kind"] == "return":
            return self._change(case, at, self.cases, status="returning")
        if self._rng.random() < 0.3:
            self._change(case, at, self.cases, status="rejected")
            return self._change(order, at, after_sale="closed")
        amount = content["requested"]
        back = {"id": f"{case.id}-R", "amount": amount, "paid_at": at}
        self._change(case, at, self.cases, status="done", refunds=[back])
        told = {"status": "refunded", "after_sale": "closed", "refunded": amount}
        self._change(order, at, **told)

    # Goods -----------------------------------------------------------------------------

    def _edit(self, at: float) -> None:
        product = self._rng.choice(self.goods.records(self.name))
        content = product.latest.content
        if self._rng.random() < 0.2:
            status = "off_sale" if content["status"] == "on_sale" else "on_sale"
            return self._change(product, at, self.goods, 0.0, status=status)
        skus = [{**sku, "price": sku["price"] + 100} for sku in content["skus"]]
        self._change(product, at, self.goods, 0.0, skus=skus)

    def sku(self, id: str) -> tuple[Record, dict[str, Any]] | None:
        """A SKU and the product it is of."""
        for product in self.goods.records(self.name):
            for sku in product.latest.content["skus"]:
                if sku["id"] == id:
                    return product, sku
        return None

    def set_level(self, id: str, available: int, at: float) -> bool:
        """What a client sets; False where there is no such SKU."""
        if (found := self.sku(id)) is None:
            return False
        product, _ = found
        skus = [
            {**sku, "available": available} if sku["id"] == id else sku
            for sku in product.latest.content["skus"]
        ]
        self._change(product, at, self.goods, 0.0, skus=skus)
        self.effects.append(Effect(at, "stock", id, {"available": available}))
        return True

    # Time ------------------------------------------------------------------------------

    def _change(
        self, record: Record, at: float, book: Book | None = None,
        delay: float | None = None, **fields: Any,
    ) -> None:  # fmt: skip
        at = max(float(int(at)), record.latest.updated_at)
        late = self._delay() if delay is None else delay
        (book or self.orders).change(record, at, delay=late, **fields)

    def _delay(self) -> float:
        return self._rng.uniform(0, self._late)
