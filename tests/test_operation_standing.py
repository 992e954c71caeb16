"""An operation says `simulated` exactly when it has been answered by its sandbox here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub_core.errors import HubError
from hub_core.ports import Effect, Parcel, SkuLevel
from hub_core.wire import Call, Ref, pick
from tests.harness import OTHER_KINDS, PLUGINS, Bench, bench

Seen = set[tuple[str, str, str]]
"""(name, endpoint, shape) of calls that were answered well."""
AVAILABLE = "available:"
WAYBILL = "YT1234567890123"


class Line:
    """A shop's line that notes what was answered well."""

    def __init__(self, one: Bench) -> None:
        self._line: Any = one.hub.lines.open(one.hub.shops()[0])
        self.seen: Seen = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    def send(self, call: Call[Any], **asked: Any) -> Any:
        """What the platform answers."""
        found = self._line.send(call, **asked)
        self.seen.add((call.name, call.endpoint, call.shape))
        return found


class Use:
    """Everything a hub does with one shop of a box."""

    def __init__(self, one: Bench) -> None:
        self.one, self.line = one, Line(one)
        self.channel = one.platform.channel
        self.account = one.platform.accounts()[0].external_id

    @property
    def seen(self) -> Seen:
        """All that was answered: what the hub noted, and what was asked here."""
        told = self.one.hub.journal(outcome="ok", limit=100_000)
        return self.line.seen | {(e.call, e.endpoint, e.shape) for e in told}

    def read(self) -> None:
        """Lists and details of every kind, twice, with a token that has ended between."""
        self.one.hub.sync()
        self.single("orders", [t.external_id for t in self.truth()])
        for kind in OTHER_KINDS:
            named = self.one.platform.records(self.account, kind.removesuffix("s"))
            ids = sorted(record.external_id for record in named)
            self.single(kind, ids[:: len(ids) // 16 + 1])
        self.one.platform.expire_token(self.account)  # type: ignore[attr-defined]
        self.one.platform.churn(5)
        self.one.platform.clock.advance(900)
        self.one.hub.sync()

    def single(self, kind: str, ids: Iterable[str]) -> None:
        """Records by their ids, where a single one can be had."""
        source = PLUGINS.sources(self.channel, self.line).get(kind)  # type: ignore[arg-type]
        if source is None or not any(stream.by_id for stream in source.streams):
            return
        for name in ids:
            with suppress(HubError):
                source.record(name)

    def truth(self) -> list[Any]:
        return [t for t in self.one.platform.truth(self.account) if not t.removed]

    def write(self) -> None:
        """Stock set and looked at, parcels reported."""
        line: Any = self.line
        stock = PLUGINS.stock(self.channel, line)
        for product, sku in self.skus():
            level = SkuLevel(
                product_external_id=product, sku_external_id=sku, available=41, key="a"
            )
            with suppress(HubError):
                stock.set([level])
                stock.level(product, sku)

    def skus(self) -> Iterator[tuple[str, str]]:
        """Some products, each with its first SKU."""
        for known in self.one.platform.records(self.account, "product")[:25]:
            names = [name for name in known.facts if name.startswith(AVAILABLE)]
            if names and not known.removed:
                yield known.external_id, names[0].removeprefix(AVAILABLE)

    def ship(self, *carriers: str) -> None:
        """The carriers, and the first orders that may be sent, some in two parcels."""
        line: Any = self.line
        shipping = PLUGINS.shipping(self.channel, line)
        shipping.carriers()
        sent = 0
        for known in self.truth():
            if sent == 2:
                return
            parcels = [
                Parcel(
                    order_external_id=known.external_id,
                    carrier_code=carrier,
                    tracking_no=WAYBILL,
                    is_first=carrier == carriers[0],
                )
                for carrier in carriers
            ]
            with suppress(HubError):
                effects = [shipping.send(parcel).effect for parcel in parcels]
                sent += effects[0] is Effect.CONFIRMED


def used(channel: str, folder: Path, pins: Mapping[str, int], **how: Any) -> Iterator[Use]:
    """A shop of a box that has been read whole."""
    how.setdefault("orders", 25)
    settings = {"off": [], "pins": pins, **how.pop("channel_settings", {})}
    kinds = ("orders", *OTHER_KINDS)
    with bench(channel, folder, kinds=kinds, channel_settings=settings, **how) as one:
        use = Use(one)
        use.read()
        yield use


# The channels --------------------------------------------------------------------------


def laike_calls(folder: Path) -> Seen:
    seen: Seen = set()
    ways: list[tuple[dict[str, int], dict[str, str]]] = [
        ({"orders": 1, "products": 1}, {"shape": "2022"}),
        ({}, {}),
        ({"stock": 1}, {"business": "catering"}),
    ]
    for pins, settings in ways:
        for use in used("douyin-laike", folder, pins, settings=[settings]):
            use.write()
            laike_asks(use, "orders_catering" if settings.get("business") else "orders")
            seen |= use.seen
    return seen


def laike_asks(use: Use, area: str) -> None:
    """What the walks do without: paging by cursor, single records."""
    send, account = use.line.send, use.account
    pinned = use.line.shop.pins.get(area)
    if pinned is None:
        send(pick("adapters.douyin_laike", area).SCROLL, account_id=account, page_size=5)
    receivers = pick("adapters.douyin_laike", "receivers")
    send(receivers.DECRYPT, account=account, texts=("Enc.A",))
    place = use.one.platform.records(account, "place")[0].external_id
    send(pick("adapters.douyin_laike", "places").GET, poi_id=place)
    case = use.one.platform.records(account, "after_sale")[0].facts
    asked = {"account_id": account, "order_id": str(case["order_external_id"])}
    send(pick("adapters.douyin_laike", "after_sales").OF_ORDER, **asked)
    for product in use.one.platform.records(account, "product"):
        for number in (1, 2):
            shape = pick("adapters.douyin_laike", "products", number)
            for call in (shape.GET, shape.GET_DRAFT):
                with suppress(HubError):
                    send(call, account_id=account, product_ids=product.external_id)


def taobao_calls(folder: Path) -> Seen:
    seen: Seen = set()
    first = {"orders": 1, "after_sales": 1, "stock": 1, "shipping": 1}
    ways: list[tuple[dict[str, int], dict[str, str]]] = [
        (first, {}),
        ({}, {"refresh_by": "top"}),
    ]
    for pins, facts in ways:
        how: dict[str, Any] = {"orders": 60, "items": 30, "history": timedelta(days=2)}
        settings = {"facts": facts}
        for use in used("taobao", folder, pins, channel_settings=settings, **how):
            use.write()
            use.ship("YTO")
            taobao_asks(use)
            seen |= use.seen
    return seen


def taobao_asks(use: Use) -> None:
    """What a sync does without."""
    send = use.line.send
    source = PLUGINS.orders("taobao", use.line)  # type: ignore[arg-type]
    for known in use.truth()[:20]:
        party = getattr(
            getattr(source.record(known.external_id), "record", None), "party", None
        )
        if party is not None and party.receiver_token:
            query = {
                "order": known.external_id,
                "token": party.receiver_token,
                "scene": "2001",
            }
            with suppress(HubError):
                send(pick("adapters.taobao", "receivers").DECRYPT, queries=[query])
    for product, sku in use.skus():
        with suppress(HubError):
            more = {"product": product, "changes": {sku: 1}, "key": "aa01"}
            send(pick("adapters.taobao", "stock", 2).ADD, **more)
        with suppress(HubError):
            one = pick("adapters.taobao", "stock", 1).SET_ONE
            send(
                one, product=product, quantity=7, **({} if sku == product else {"sku": sku})
            )


def jd_calls(folder: Path) -> Seen:
    seen: Seen = set()
    for pins in ({}, {"orders": 1, "refund_applies": 1, "stock": 1}):
        for use in used("jd", folder, pins, orders=150, history=timedelta(days=12)):
            use.write()
            use.ship("2087")
            jd_asks(use)
            seen |= use.seen
    return seen


def jd_asks(use: Use) -> None:
    """What a sync does without, or only where the platform says less."""
    send = use.line.send
    for _, sku in use.skus():
        with suppress(HubError):
            send(pick("adapters.jd", "products").STOCK, sku=sku)
            send(pick("adapters.jd", "stock", 2).ADD, sku=sku, change=1, key="aa01")
    opened = {int(use.truth()[0].external_id): "A"}
    send(pick("adapters.jd", "receivers").DECRYPT, orders=opened)
    bills = pick("adapters.jd", "service_bills")
    named = use.one.platform.records(use.account, "after_sale")
    numbers = [r.external_id for r in named if r.external_id.startswith("service:")]
    who = {"vender": use.account, "operator": "hub", "nick": "hub"}
    for number in numbers[:3]:
        with suppress(HubError):
            send(bills.QUERY, number=int(number.partition(":")[2]), **who)
    for order in [r.facts["order_external_id"] for r in named[-3:]]:
        with suppress(HubError):
            send(bills.MONEY, order=int(str(order)))
    for known in use.truth():
        with suppress(HubError):
            sent = {"order": int(known.external_id), "courier": 2087, "waybill": WAYBILL}
            send(pick("adapters.jd", "shipping").CHANGE, **sent)


def pinduoduo_calls(folder: Path) -> Seen:
    seen: Seen = set()
    for pins in ({}, {"orders": 1, "stock": 1}):
        for use in used("pinduoduo", folder, pins, orders=60):
            use.write()
            use.ship("85", "115")
            pinduoduo_asks(use)
            seen |= use.seen
    return seen


def pinduoduo_asks(use: Use) -> None:
    """What a sync does without: a single case, a receiver opened."""
    case = use.one.platform.records(use.account, "after_sale")[0]
    order = str(case.facts["order_external_id"])
    use.line.send(
        pick("adapters.pinduoduo", "after_sales").GET,
        order_sn=order,
        after_sales_id=case.external_id,
    )
    use.line.send(pick("adapters.pinduoduo", "order_status").GET, order_sn=order)
    source = PLUGINS.orders("pinduoduo", use.line)  # type: ignore[arg-type]
    for known in use.truth():
        found = source.record(known.external_id)
        assert not isinstance(found, Ref)
        party = getattr(getattr(found, "record", None), "party", None)
        for cipher in () if party is None else list(party.ciphers.values())[:1]:
            rows = [{"order": known.external_id, "cipher": cipher}]
            use.line.send(pick("adapters.pinduoduo", "receivers").DECRYPT, rows=rows)
            return


CALLS = {
    "douyin-laike": laike_calls,
    "taobao": taobao_calls,
    "jd": jd_calls,
    "pinduoduo": pinduoduo_calls,
}


@pytest.mark.parametrize("channel", sorted(CALLS))
def test_simulated_means_answered_by_the_sandbox(channel: str, tmp_path: Path) -> None:
    seen = CALLS[channel](tmp_path)
    operations = PLUGINS.operations(channel)

    said = {(o.name, o.endpoint, o.shape) for o in operations if o.status == "simulated"}

    assert said == seen
    assert {o.status for o in operations} <= {"documented", "simulated"}
