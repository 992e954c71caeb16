"""`hub products`, `hub after-sales`, `hub redemptions`, `hub places`: what is stored.

Orders have a page of their own, `orders`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import revenue
from .narrowing import narrowed
from .opening import ChannelOption, Json, PlaceOption, ShopOption, opened
from .output import complain, local, say_json, table, times_note, yuan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..hub import Hub
    from ..store.records_reads import StoredRecord

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000)]
StatusOption = Annotated[
    str | None, typer.Option("--status", help="The hub's word for its state.")
]
OrderOption = Annotated[
    str | None, typer.Option("--order", help="Only of this order (the platform's number).")
]
SKUS = ("shop", "product", "title", "sku", "code", "status", "price", "available")
CASES = (
    "shop", "case", "order", "applied", "kind", "status", "requested", "refunded",
    "deadline",
)  # fmt: skip
USES = (
    "shop", "redemption", "redeemed", "place", "title", "status", "original", "buyer_paid",
    "order",
)  # fmt: skip
PLACES = ("channel", "shop", "place", "name", "code", "state", "address")
HELP = {
    "products": "Products and their SKUs, as the channels list them.",
    "after-sales": "After-sale cases (售后) of all channels.",
    "redemptions": "Vouchers used (核销), and what they came to.",
    "places": "Places (门店) of all shops.",
}


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    lists: tuple[Callable[..., None], ...] = (products, after_sales, redemptions, places)
    for (name, text), command in zip(HELP.items(), lists, strict=True):
        group = typer.Typer(help=text, no_args_is_help=True)
        group.command("list")(command)
        if name == "redemptions":
            group.command("report")(revenue.report)
        app.add_typer(group, name=name)


# The commands --------------------------------------------------------------------------


def products(
    shop: ShopOption = None,
    channel: ChannelOption = None,
    status: StatusOption = None,
    code: Annotated[
        str | None, typer.Option("--code", help="Only with this merchant's code.")
    ] = None,
    limit: LimitOption = 50,
    json: Json = False,
) -> None:
    """What the channels list: a row per SKU, with its code, price and stock."""
    with opened() as hub:
        which = narrowed(
            hub, "products", shop=shop, channel=channel, status=status, code=code
        )
        found = hub.records("products", which, limit=limit + 1)
    for one in found if code else ():
        _only(one, code)
    show(found, limit, json, _skus, SKUS, right=("price", "available"), fold=("title",))


def after_sales(
    shop: ShopOption = None,
    channel: ChannelOption = None,
    status: StatusOption = None,
    order: OrderOption = None,
    limit: LimitOption = 20,
    json: Json = False,
) -> None:
    """The newest after-sale cases: what is asked, whose turn it is, what went back."""
    with opened() as hub:
        which = narrowed(
            hub, "after_sales", shop=shop, channel=channel, status=status, order=order
        )
        found = hub.records("after_sales", which, limit=limit + 1)
    money = ("requested", "refunded")
    narrow = ("shop", "case", "applied", "status", "refunded")
    show(found, limit, json, _case, CASES, right=money, fold=FOLD, narrow=narrow)


def redemptions(
    shop: ShopOption = None,
    channel: ChannelOption = None,
    status: StatusOption = None,
    place: PlaceOption = None,
    order: OrderOption = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Used since, e.g. 2026-11-01 (Beijing).")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Used before (Beijing time).")
    ] = None,
    limit: LimitOption = 20,
    json: Json = False,
) -> None:
    """The newest uses of vouchers, those taken back among them."""
    with opened() as hub:
        which = narrowed(
            hub, "redemptions", shop=shop, channel=channel, status=status, place=place,
            order=order, since=since, until=until,
        )  # fmt: skip
        found = hub.records("redemptions", which, limit=limit + 1)
        named = _names(hub) if found and not json else {}

    def row(one: StoredRecord) -> Iterable[dict[str, Any]]:
        return _use(one, named)

    money = ("original", "buyer_paid")
    narrow = ("shop", "redemption", "redeemed", "status", "buyer_paid")
    show(found, limit, json, row, USES, right=money, fold=FOLD, narrow=narrow)


def places(
    shop: ShopOption = None,
    channel: ChannelOption = None,
    limit: LimitOption = 200,
    json: Json = False,
) -> None:
    """The places of each shop, as their platform knows them."""
    with opened() as hub:
        which = narrowed(hub, "places", shop=shop, channel=channel)
        found = hub.records("places", which, limit=limit + 1)
    fold = ("shop", "name", "address")
    show(found, limit, json, _place, PLACES, fold=fold, narrow=("shop", "place", "name"))


# How they are shown --------------------------------------------------------------------

FOLD = ("shop", "title", "place", "status", "kind")


def show(
    found: list[StoredRecord],
    limit: int,
    json: bool,
    rows: Callable[[StoredRecord], Iterable[dict[str, Any]]],
    columns: tuple[str, ...],
    **form: Any,
) -> None:
    """Records as JSON or as a table; says so where there are more than `limit`."""
    shown = found[:limit]
    if json:
        say_json([one.as_dict() for one in shown])
        return
    said = [row for one in shown for row in rows(one)]
    empty = "none here; `hub coverage` says what has been read"
    table(said, columns, empty=empty, **form)
    times_note()
    if len(found) > limit:
        complain(f"hub: there are more than {limit}; see them with --limit {limit * 10}")


def _only(product: StoredRecord, code: str | None) -> None:
    """Of a product that has a code in one of its SKUs, only those SKUs."""
    if product.values["outer_code"] != code:
        skus = product.children["skus"]
        product.children["skus"] = [s for s in skus if s["outer_code"] == code]


def _skus(product: StoredRecord) -> Iterable[dict[str, Any]]:
    v = product.values
    for sku in product.children["skus"] or [{}]:
        title = " · ".join(x for x in (v["title"], sku.get("spec_text")) if x)
        yield {
            "shop": product.shop, "product": v["external_id"], "title": title,
            "sku": sku.get("external_id"), "code": sku.get("outer_code") or v["outer_code"],
            "status": _state(v["listing_status"], sku.get("status")),
            "price": yuan(sku.get("price_amount"), v["currency"]),
            "available": "∞" if sku.get("is_unlimited") else sku.get("available"),
        }  # fmt: skip


def _state(product: str, sku: str | None) -> str:
    """A SKU is sold where it and its product are; where both say the same, or the SKU
    says nothing, it is said once."""
    return product if sku in (None, "unknown", product) else f"{product}, SKU {sku}"


def _case(case: StoredRecord) -> Iterable[dict[str, Any]]:
    v = case.values
    yield {
        "shop": case.shop, "case": v["external_id"], "order": v["order_external_id"],
        "applied": local(v["applied_at"]), "kind": v["kind"], "status": v["status"],
        "requested": yuan(v["requested_amount"], v["currency"]),
        "refunded": yuan(v["refunded_amount"], v["currency"]),
        "deadline": local(v["deadline_at"]),
    }  # fmt: skip


def _names(hub: Hub) -> dict[tuple[str, str], str]:
    """Places' names by shop and id."""
    found = hub.records("places", limit=100_000)
    return {(p.shop, p.values["external_id"]): p.values["name"] for p in found}


def _use(use: StoredRecord, names: dict[tuple[str, str], str]) -> Iterable[dict[str, Any]]:
    v, place = use.values, use.values["place_external_id"]
    yield {
        "shop": use.shop, "redemption": v["external_id"],
        "redeemed": local(v["redeemed_at"]), "place": names.get((use.shop, place), place),
        "title": v["title"], "status": v["status"], "order": v["order_external_id"],
        "original": yuan(v["original_amount"], v["currency"]),
        "buyer_paid": yuan(v["buyer_paid_amount"], v["currency"]),
    }  # fmt: skip


def _place(place: StoredRecord) -> Iterable[dict[str, Any]]:
    v = place.values
    yield {
        "channel": place.channel, "shop": place.shop, "place": v["external_id"],
        "name": v["name"], "code": v["outer_code"], "state": v["status_raw"],
        "address": v["address"],
    }  # fmt: skip
