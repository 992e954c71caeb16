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

from .shop import SHOP, Shop

KEY, SECRET = "own", "own-shop-secret"
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
    """Drive it by `handle`."""

    channel = "own-shop"
    KINDS: ClassVar[tuple[str, ...]] = ("product", "after_sale")
    SWITCHES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        **Platform.SWITCHES,
        "ties": ("by_id", "any_order"),
        "page_past_the_end": ("empty", "refused"),
    }

    def __init__(self, orders: int, history: float, late: float, **kit: Any) -> None:
        super().__init__(**kit)
        self.shop = Shop(self.book, self.rng, late)
        self._quota, self._answers = Quota(20, 1.0), 0
        self.shop.open(self.clock.now() - history, self.clock.now(), orders)

    def churn(self, changes: int = 1, *, account: str | None = None) -> None:
        """Things happen in the shop, now."""
        for _ in range(changes):
            self.shop.happens(self.clock.now())

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
        try:
            self._check(request)
            data = self._data(name, id, request)
        except Refused as no:
            self.log.add(self.clock.now(), name, SHOP, no.code)
            return self._refusal(no)
        self.log.add(self.clock.now(), name, SHOP, "ok")
        return self._enveloped({"data": data})

    def _check(self, request: Request) -> None:
        head = request.headers
        at, body = head.get("x-shop-time", ""), request.body.decode()
        signed = "\n".join((request.method, request.target, at, body)).encode()
        right = hmac.new(SECRET.encode(), signed, "sha256").hexdigest()
        if (head.get("x-shop-key"), head.get("x-shop-sign")) != (KEY, right):
            raise Refused("bad_sign")
        if not at.isdecimal() or abs(int(at) - self.clock.now()) > 300:
            raise Refused("bad_time")
        if wait := self._quota.take(KEY, self.clock.now()):
            raise Refused("too_fast", wait=int(wait) + 1)

    def _data(self, name: str, id: str, request: Request) -> dict[str, Any]:
        asked = dict(request.query())
        match name:
            case "orders.list":
                return self._listed(self.book, "orders", asked)
            case "after_sales.list":
                return self._listed(self.shop.cases, "cases", asked)
            case "orders.get":
                return {"order": self._one(self.book, id)}
            case "after_sales.get":
                return {"case": self._one(self.shop.cases, id)}
            case "products.get":
                return {"product": self._one(self.shop.goods, id)}
            case "products.list":
                return self._products(asked)
            case "stock.get":
                return {"level": self._level(id)}
            case "stock.set":
                return {"levels": [self._set(x) for x in _body(request)["levels"]]}
            case "carriers":
                return {"carriers": CARRIERS}
            case "orders.ship":
                return {"parcel_id": self._ship(id, _body(request))}
        raise Refused("not_found")

    def _enveloped(self, body: dict[str, Any], status: int = 200) -> Response:
        self._answers += 1
        mine = {"request_id": f"q{self._answers}", "time": int(self.clock.now())}
        return json_response({**mine, **body}, status)

    def _refusal(self, no: Refused) -> Response:
        error = {"code": no.code, "message": f"refused: {no.code}", "wait": no.wait}
        return self._enveloped({"error": error}, STATUS.get(no.code, 400))

    # Reading ---------------------------------------------------------------------------

    def _listed(self, book: Book, field: str, asked: dict[str, str]) -> dict[str, Any]:
        since, until = _whole(asked, "updated_from"), _whole(asked, "updated_to")
        page, size = _whole(asked, "page"), _whole(asked, "size")
        if until - since > WEEK or not 1 <= size <= 100 or page < 1:
            raise Refused("bad_field")
        found = [
            (version.updated_at, self._tie(record), record, version)
            for record, version in book.visible(SHOP, self.clock.now())
            if since <= version.updated_at < until
        ]
        rows = [row[2:] for row in sorted(found, key=lambda row: row[:2])]
        rows, total = rows[(page - 1) * size : page * size], len(rows)
        if not rows and page > 1 and self.switches["page_past_the_end"] == "refused":
            raise Refused("bad_field")
        self.served |= {(SHOP, record.id) for record, _ in rows if book is self.book}
        return {"total": total, "page": page, field: [_row(*row) for row in rows]}

    def _tie(self, record: Record) -> Any:
        any_order = self.switches["ties"] == "any_order"
        return self.rng.random() if any_order else record.id

    def _one(self, book: Book, id: str) -> dict[str, Any]:
        record = book.get(SHOP, id)
        version = record.visible(self.clock.now()) if record else None
        if record is None or version is None:
            raise Refused("not_found")
        return _row(record, version)

    def _products(self, asked: dict[str, str]) -> dict[str, Any]:
        size, after = _whole(asked, "size"), asked.get("after", "")
        seen = sorted(
            self.shop.goods.visible(SHOP, self.clock.now()), key=lambda row: row[0].id
        )
        left = [row for row in seen if row[0].id > after]
        rows = left[:size]
        more = rows[-1][0].id if len(left) > size else None
        return {"products": [_row(*row) for row in rows], "next": more}

    # Writing ---------------------------------------------------------------------------

    def _level(self, id: str) -> dict[str, Any]:
        if (found := self.shop.sku(id)) is None:
            raise Refused("not_found")
        return {"sku_id": id, "available": found[1]["available"]}

    def _set(self, level: Any) -> dict[str, Any]:
        id, available = str(level["sku_id"]), level["available"]
        if not self.shop.set_level(id, available, self.clock.now()):
            return {"sku_id": id, "error": "not_found"}
        return {"sku_id": id, "available": available}

    def _ship(self, id: str, asked: dict[str, Any]) -> str:
        if (record := self.book.get(SHOP, id)) is None:
            raise Refused("not_found")
        if not self.shop.knows(asked["key"]) and not _may_ship(record.latest, asked):
            raise Refused("conflict")
        return self.shop.ship_once(
            asked["key"], record, self.clock.now(), carrier=asked["carrier"],
            waybill=asked["tracking_no"], items=tuple(asked["item_ids"]),
        )  # fmt: skip

    # What it knows of itself -----------------------------------------------------------

    def accounts(self) -> list[Account]:
        """Its one shop."""
        return [Account(SHOP, "沙箱自有商城", KEY, SECRET)]

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
        book = {"product": self.shop.goods, "after_sale": self.shop.cases}.get(kind)
        facts = _product_facts if kind == "product" else _case_facts
        return [_truth(kind, r, facts) for r in book.records(account)] if book else []

    def effects(self, account: str) -> list[Effect]:
        """Stock that was set, parcels that were reported."""
        return list(self.shop.effects)

    def error(self, kind: str) -> Response:
        """A refusal, as the shop words it."""
        codes = {"throttled": "too_fast", "busy": "busy", "error_body": "bad_field"}
        return self._refusal(Refused(codes[kind], wait=3))

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
