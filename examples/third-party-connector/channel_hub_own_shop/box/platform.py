"""The shop's side of the wire. Source: its API page, README.md of this project."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from hub_core.sandbox import (
    Account,
    Book,
    Effect,
    Facts,
    Platform,
    Quota,
    Record,
    Request,
    Response,
    TruthOrder,
    TruthRecord,
    TruthRecordVersion,
    TruthVersion,
    Version,
    json_response,
)

from .shop import Shop

SECRET = "own-shop-secret"
WEEK = 7 * 86_400
STATUS = {"bad_sign": 401, "bad_time": 401, "too_fast": 429, "busy": 503, "not_found": 404}
STATUS |= {"conflict": 409, "day_spent": 429}
CARRIERS = [{"code": "SF", "name": "顺丰速运"}, {"code": "YTO", "name": "圆通速递"}]
ROUTES = {
    # Method and path to the operation; what is in the path is its `id`.
    r"GET /api/v1/orders": "orders.list",
    r"GET /api/v1/orders/(?P<id>[^/]+)": "orders.get",
    r"POST /api/v1/orders/(?P<id>[^/]+)/parcels": "orders.ship",
    r"GET /api/v1/carriers": "carriers",
    r"GET /api/v1/after-sales": "after_sales.list",
    r"GET /api/v1/after-sales/(?P<id>[^/]+)": "after_sales.get",
    r"GET /api/v1/products": "products.list",
    r"GET /api/v1/products/(?P<id>[^/]+)": "products.get",
    r"PUT /api/v1/stock": "stock.set",
    r"GET /api/v1/stock/(?P<id>[^/]+)": "stock.get",
}


class Refused(Exception):
    """The shop says no."""

    def __init__(self, code: str, wait: int = 0) -> None:
        super().__init__(code)
        self.code, self.wait = code, wait


class OwnShop(Platform):
    """Drive it by `handle`. Each shop is an installation; its key tells which."""

    channel = "own-shop"
    KINDS: ClassVar[tuple[str, ...]] = ("product", "after_sale")
    SWITCHES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        **Platform.SWITCHES,
        "ties": ("by_id", "any_order"),
        "page_past_the_end": ("empty", "refused"),
    }

    def __init__(
        self, shops: int, orders: int, history: float, late: float, **kit: Any
    ) -> None:
        super().__init__(**kit)
        names = ["shop", *(f"shop{n}" for n in range(2, shops + 1))]
        self.shops = {n: Shop(n, self.book, self.rng, late) for n in names}
        self._quota, self._answers = Quota(20, 1.0), 0
        now = self.clock.now()
        for shop in self.shops.values():
            shop.open(now - history, now, orders)

    def churn(self, changes: int = 1, *, account: str | None = None) -> None:
        """Things happen in the shop, now."""
        for _ in range(changes):
            name = account or self.rng.choice(list(self.shops))
            self.shops[name].happens(self.clock.now())

    # The wire --------------------------------------------------------------------------

    def operation(self, request: Request) -> str:
        """`orders.list`, `stock.set` …; `?` for what is no address of the shop."""
        return self._routed(request)[0]

    def _routed(self, request: Request) -> tuple[str, str]:
        for route, name in ROUTES.items():
            if found := re.fullmatch(route, f"{request.method} {request.path}"):
                return name, found.groupdict().get("id", "")
        return "?", ""

    def answer(self, request: Request) -> Response:
        """Check who asks, then answer."""
        name, id = self._routed(request)
        key = request.headers.get("x-shop-key", "")
        try:
            data = self._data(name, id, request, self._shop_of(key, request))
        except Refused as no:
            self.log.add(self.clock.now(), name, key, no.code)
            return self._refusal(no, STATUS.get(no.code, 400))
        self.log.add(self.clock.now(), name, key, "ok")
        return self._enveloped({"data": data})

    def _shop_of(self, key: str, request: Request) -> Shop:
        head, body = request.headers, request.body.decode(errors="replace")
        at = head.get("x-shop-time", "")
        signed = "\n".join((request.method, request.target, at, body)).encode()
        right = hmac.new(SECRET.encode(), signed, "sha256").hexdigest()
        shop = self.shops.get(key.replace("own", "shop"))
        if shop is None or head.get("x-shop-sign") != right:
            raise Refused("bad_sign")
        if not at.isdecimal() or abs(int(at) - self.clock.now()) > 300:
            raise Refused("bad_time")
        if wait := self._quota.take(key, self.clock.now()):
            raise Refused("too_fast", wait=int(wait) + 1)
        return shop

    def _data(self, name: str, id: str, request: Request, shop: Shop) -> dict[str, Any]:
        asked = dict(request.query())
        match name:
            case "orders.list":
                return self._listed(shop, shop.orders, "orders", asked)
            case "after_sales.list":
                return self._listed(shop, shop.cases, "cases", asked)
            case "orders.get":
                return {"order": self._one(shop, shop.orders, id)}
            case "after_sales.get":
                return {"case": self._one(shop, shop.cases, id)}
            case "products.get":
                return {"product": self._one(shop, shop.goods, id)}
            case "products.list":
                return self._products(shop, asked)
            case "stock.get":
                return {"level": self._level(shop, id)}
            case "stock.set":
                return {"levels": [self._set(shop, x) for x in _body(request)["levels"]]}
            case "carriers":
                return {"carriers": CARRIERS}
            case "orders.ship":
                return {"parcel_id": self._ship(shop, id, _body(request))}
        raise Refused("not_found")

    def _enveloped(self, body: dict[str, Any], status: int = 200) -> Response:
        self._answers += 1
        mine = {"request_id": f"q{self._answers}", "time": int(self.clock.now())}
        return json_response({**mine, **body}, status)

    def _refusal(self, no: Refused, status: int) -> Response:
        error = {"code": no.code, "message": f"refused: {no.code}", "wait": no.wait}
        return self._enveloped({"error": error}, status)

    # Reading ---------------------------------------------------------------------------

    def _listed(
        self, shop: Shop, book: Book, field: str, asked: dict[str, str]
    ) -> dict[str, Any]:
        since, until = _whole(asked, "updated_from"), _whole(asked, "updated_to")
        page, size = _whole(asked, "page"), _whole(asked, "size")
        if until - since > WEEK or not 1 <= size <= 100 or page < 1:
            raise Refused("bad_field")
        found = [
            (version.updated_at, self._tie(record), record, version)
            for record, version in book.visible(shop.name, self.clock.now())
            if since <= version.updated_at < until
        ]
        rows = [row[2:] for row in sorted(found, key=lambda row: row[:2])]
        rows, total = rows[(page - 1) * size : page * size], len(rows)
        if not rows and page > 1 and self.switches["page_past_the_end"] == "refused":
            raise Refused("bad_field")
        self.served |= {(shop.name, record.id) for record, _ in rows if book is self.book}
        return {"total": total, "page": page, field: [_row(*row) for row in rows]}

    def _tie(self, record: Record) -> Any:
        any_order = self.switches["ties"] == "any_order"
        return self.rng.random() if any_order else record.id

    def _one(self, shop: Shop, book: Book, id: str) -> dict[str, Any]:
        """As it is: only the lists are behind."""
        if (record := book.get(shop.name, id)) is None:
            raise Refused("not_found")
        return _row(record, record.latest)

    def _products(self, shop: Shop, asked: dict[str, str]) -> dict[str, Any]:
        size, after = _whole(asked, "size"), asked.get("after", "")
        there = shop.goods.visible(shop.name, self.clock.now())
        seen = sorted(there, key=lambda row: row[0].id)
        left = [row for row in seen if row[0].id > after]
        rows = left[:size]
        more = rows[-1][0].id if len(left) > size else None
        return {"products": [_row(*row) for row in rows], "next": more}

    # Writing ---------------------------------------------------------------------------

    def _level(self, shop: Shop, id: str) -> dict[str, Any]:
        if (found := shop.sku(id)) is None:
            raise Refused("not_found")
        return {"sku_id": id, "available": found[1]["available"]}

    def _set(self, shop: Shop, level: Any) -> dict[str, Any]:
        id, available = str(level["sku_id"]), level["available"]
        if not shop.set_level(id, available, self.clock.now()):
            return {"sku_id": id, "error": "not_found"}
        return {"sku_id": id, "available": available}

    def _ship(self, shop: Shop, id: str, asked: dict[str, Any]) -> str:
        if (record := shop.orders.get(shop.name, id)) is None:
            raise Refused("not_found")
        key = str(asked.get("key") or "")
        if not shop.knows(key) and not _may_ship(record.latest, asked):
            raise Refused("conflict")
        return shop.ship_once(
            key, record, self.clock.now(), carrier=asked["carrier"],
            waybill=asked["tracking_no"], items=tuple(asked["item_ids"]),
        )  # fmt: skip

    # What it knows of itself -----------------------------------------------------------

    def accounts(self) -> list[Account]:
        """Its shops; `shop` is named `own` in its key, `shop2` `own2`."""
        return [
            Account(n, f"沙箱自有商城{n[4:]}", n.replace("shop", "own"), SECRET)
            for n in self.shops
        ]

    def truth_of(self, record: Record) -> TruthOrder:
        """What a reader of this shop should end up with."""
        last = record.latest
        versions = tuple(
            TruthVersion(v.updated_at, v.visible_at, v.content["status"], v.content["paid"])
            for v in record.versions
        )
        return TruthOrder(
            external_id=record.id,
            stream="orders",
            updated_at=last.updated_at,
            visible_at=last.visible_at,
            status=last.content["status"],
            paid=last.content["paid"],
            removed=record.removed_at is not None,
            versions=versions,
        )

    def records(self, account: str, kind: str) -> list[TruthRecord]:
        """Products and after-sale cases."""
        shop = self.shops[account]
        book = {"product": shop.goods, "after_sale": shop.cases}.get(kind)
        facts = _product_facts if kind == "product" else _case_facts
        return [_truth(kind, r, facts) for r in book.records(account)] if book else []

    def effects(self, account: str) -> list[Effect]:
        """Stock that was set, parcels that were reported."""
        return list(self.shops[account].effects)

    def error(self, kind: str) -> Response:
        """A refusal, as the shop words it."""
        codes = {"throttled": "too_fast", "busy": "busy", "error_body": "bad_field"}
        return self._refusal(Refused(codes[kind], wait=3), 200)

    def emptied(self, body: Any) -> Any:
        """The same answer without its rows."""
        rows = ("orders", "cases", "products")
        data = {k: [] if k in rows else v for k, v in body["data"].items()}
        return {**body, "data": data}


def _whole(asked: Mapping[str, str], name: str) -> int:
    if not (text := asked.get(name, "")).isdecimal():
        raise Refused("bad_field")
    return int(text)


def _body(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(request.body)
    except ValueError:
        raise Refused("bad_field") from None
    if not isinstance(found, dict):
        raise Refused("bad_field")
    return found


def _may_ship(order: Version, asked: dict[str, Any]) -> bool:
    """Paid for, nothing sent back, a carrier it knows, and items that are not gone."""
    content = order.content
    sent = {id for parcel in content["parcels"] for id in parcel["item_ids"]}
    left = {item["id"] for item in content["items"]} - sent
    return (
        content["status"] in ("paid", "partly_shipped")
        and content["after_sale"] != "open"
        and asked["carrier"] in [one["code"] for one in CARRIERS]
        and set(asked["item_ids"]) <= left
    )


# Rows ----------------------------------------------------------------------------------


def _row(record: Record, version: Version) -> dict[str, Any]:
    times = {"created_at": record.created_at, "updated_at": version.updated_at}
    told: dict[str, Any] = _timed({**times, **version.content})
    return {"id": record.id, **told}


def _timed(value: Any) -> Any:
    """The same with every time as the shop writes it."""
    if isinstance(value, list):
        return [_timed(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {k: _text(v) if k.endswith("_at") else _timed(v) for k, v in value.items()}


def _text(at: float | None) -> str | None:
    return None if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _truth(kind: str, record: Record, facts: Any) -> TruthRecord:
    last = record.latest
    versions = [
        TruthRecordVersion(v.updated_at, v.visible_at, facts(v)) for v in record.versions
    ]
    return TruthRecord(
        kind=kind,
        external_id=record.id,
        updated_at=last.updated_at,
        visible_at=last.visible_at,
        facts=facts(last),
        versions=tuple(versions),
    )


def _case_facts(version: Version) -> Facts:
    content = version.content
    return {
        "status_raw": content["status"],
        "requested_amount": content["requested"],
        "refunded_amount": sum(x["amount"] for x in content["refunds"]) or None,
    }


def _product_facts(version: Version) -> Facts:
    return {"listing_status_raw": version.content["status"], **dict(_sku_facts(version))}


def _sku_facts(version: Version) -> Iterator[tuple[str, int]]:
    for sku in version.content["skus"]:
        yield f"price_amount:{sku['id']}", sku["price"]
        yield f"available:{sku['id']}", sku["available"]
