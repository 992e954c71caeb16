"""`hub orders`: the unified orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import (
    ChannelOption,
    CompanyOption,
    GroupOption,
    Json,
    PlaceOption,
    ShopOption,
    SinceOption,
    StatusOption,
    UntilOption,
    opened,
    wanted,
)
from .output import local, say, say_json, table, times_note, yuan

if TYPE_CHECKING:
    from ..store.reads import StoredOrder

COLUMNS = (
    "channel", "shop", "order", "created", "status", "payment", "fulfillment", "paid",
    "refunded",
)  # fmt: skip
NARROW = ("shop", "order", "created", "status", "paid")
MONEY = ("paid", "refunded")
FOLD = ("shop", "status", "payment", "fulfillment")


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="Unified orders of all channels.", no_args_is_help=True)
    group.command("list")(list_orders)
    group.command("show")(show)
    app.add_typer(group, name="orders")


def list_orders(
    shop: ShopOption = None,
    channel: ChannelOption = None,
    company: CompanyOption = None,
    group: GroupOption = None,
    status: StatusOption = None,
    place: PlaceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    json: Json = False,
) -> None:
    """The newest orders of all channels in one table."""
    with opened() as hub:
        which = wanted(
            hub, shop=shop, channel=channel, company=company, group=group, status=status,
            place=place, since=since, until=until,
        )  # fmt: skip
        found = hub.orders(which, limit=limit)
    if json:
        say_json([o.as_dict(children=False) for o in found])
    else:
        show_table(found)


def show_table(found: list[StoredOrder], title: str | None = None) -> None:
    """Orders as a table."""
    table(
        map(row, found), COLUMNS, right=MONEY, narrow=NARROW, fold=FOLD, title=title,
        empty="no orders here; `hub coverage` says what has been read",
    )  # fmt: skip
    times_note()


def row(order: StoredOrder) -> dict[str, Any]:
    """One order for a table; times in Beijing, amounts in major units."""
    v = order.values
    return {
        "channel": order.channel, "shop": order.shop, "order": v["external_id"],
        "created": local(v["channel_created_at"]), "status": v["order_status"],
        "payment": v["payment_status"], "fulfillment": v["fulfillment_status"],
        "paid": yuan(v["buyer_paid_amount"], v["currency"]),
        "refunded": yuan(v["refunded_amount"], v["currency"]),
    }  # fmt: skip


def show(
    order: Annotated[str, typer.Argument(help="Hub id or the platform's order number.")],
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Where each value comes from, down to the call."),
    ] = False,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="The raw payload too (personal data!)."),
    ] = False,
    json: Json = False,
) -> None:
    """One order whole: lines, deliveries, vouchers, masked receiver."""
    with opened() as hub:
        found = hub.order(order)
        told = hub.explain(found.uid) if explain or raw else None
    if json:
        say_json(_explained(found, told, raw))
        return
    _show(found)
    if told is not None:
        _show_explained(told, raw)
    times_note()


def _explained(
    found: StoredOrder, told: dict[str, Any] | None, raw: bool
) -> dict[str, Any]:
    said = found.as_dict()
    if told is not None:
        said["explain"] = {
            "raw": [_raw(r, raw) for r in told["raw"]],
            "calls": [c.model_dump() for c in told["calls"]],
            "events": [{"seq": s, "at": at, "kind": k} for s, at, k in told["events"]],
        }
    return said


def _raw(record: Any, with_body: bool) -> dict[str, Any]:
    said = {"area": record.area, "shape": record.shape, "fetched_at": record.fetched_at}
    said["journal_id"] = record.journal_id
    return said | ({"body": record.body} if with_body else {})


def _show(order: StoredOrder) -> None:
    say(f"{order.channel} · {order.shop} · {order.values['external_id']} ({order.uid})")
    facts = [
        {"field": k, "value": _value(k, v, order)}
        for k, v in _flat(order).items()
        if v not in (None, [], {})
    ]
    table(facts, ("field", "value"), fold=("value",))
    for name, (columns, narrow) in PARTS.items():
        if rows := getattr(order, name):
            said = [{k: _value(k, v, order) for k, v in r.items()} for r in rows]
            table(said, columns, title=f"\n{name}", narrow=narrow, right=RIGHT)
    if order.receiver:
        table(
            [order.receiver], ("protection", "name", "phone", "region"), title="\nreceiver"
        )


def _flat(order: StoredOrder) -> dict[str, Any]:
    """Its values, the channel's extras among them under names of their own."""
    return {**{k: v for k, v in order.values.items() if k != "ext"}, **order.values["ext"]}


RIGHT = ("quantity", "goods_amount", "buyer_paid_amount", "refunded_amount")
PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "lines": (
        ("title", "spec_text", "sku_code", "quantity", "goods_amount", "buyer_paid_amount",
         "refunded_amount", "fulfillment_status", "after_sale_status"),
        ("title", "sku_code", "quantity", "goods_amount", "buyer_paid_amount"),
    ),
    "deliveries": (("carrier_name", "carrier_code", "tracking_no", "shipped_at"), ()),
    "vouchers": (
        ("external_id", "status", "buyer_paid_amount", "refunded_amount", "status_at"),
        ("external_id", "status", "buyer_paid_amount", "refunded_amount"),
    ),
}  # fmt: skip


def _value(name: str, value: Any, order: StoredOrder) -> Any:
    if name.endswith(("_amount", "_price")) and isinstance(value, int):
        return yuan(value, order.values["currency"])
    return local(value) if name.endswith("_at") and value is not None else value


def _show_explained(told: dict[str, Any], raw: bool) -> None:
    records = [_raw(r, False) for r in told["raw"]]
    table(records, ("area", "shape", "fetched_at", "journal_id"), title="\nraw payloads")
    calls = [c.model_dump() for c in told["calls"]]
    columns = (
        "id",
        "at",
        "call",
        "endpoint",
        "attempt",
        "outcome",
        "request_id",
        "seconds",
    )
    table(
        calls, columns, title="\ncalls", narrow=("id", "at", "call", "outcome"),
        fold=("endpoint", "request_id"), empty="the journal no longer has them",
    )  # fmt: skip
    events = [{"seq": s, "at": at, "kind": k} for s, at, k in told["events"]]
    table(events, ("seq", "at", "kind"), title="\nfeed", right=("seq",))
    if raw:
        for record in told["raw"]:
            say_json(record.body)
