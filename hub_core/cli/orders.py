"""`hub orders`: the unified orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import Json, ShopOption, moment, opened
from .output import local, say, say_json, table, yuan

if TYPE_CHECKING:
    from ..store.reads import StoredOrder

COLUMNS = (
    "channel", "shop", "order", "created", "status", "payment", "fulfillment", "paid", "refunded",
)  # fmt: skip


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="Unified orders.", no_args_is_help=True)
    group.command("list")(list_orders)
    group.command("show")(show)
    app.add_typer(group, name="orders")


def list_orders(
    shop: ShopOption = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel.")] = None,
    company: Annotated[str | None, typer.Option(help="Only this company's shops.")] = None,
    group: Annotated[str | None, typer.Option(help="Only this group's shops.")] = None,
    status: Annotated[str | None, typer.Option(help="pending_payment, open …")] = None,
    since: Annotated[str | None, typer.Option(help="Created since (Beijing time).")] = None,
    until: Annotated[
        str | None, typer.Option(help="Created before (Beijing time).")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    json: Json = False,
) -> None:
    """The newest orders of all channels in one table."""
    from ..store.reads import OrderFilter

    wanted = OrderFilter(
        shop=shop, channel=channel, company=company, group=group, status=status,
        created_since=moment(since), created_until=moment(until),
    )  # fmt: skip
    with opened() as hub:
        found = hub.orders(wanted, limit=limit)
    if json:
        say_json([o.as_dict(children=False) for o in found])
    else:
        table(map(row, found), COLUMNS, right=("paid", "refunded"), empty="no orders yet")


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
        typer.Option("--raw", help="With --explain: the raw payload (personal data!)."),
    ] = False,
    json: Json = False,
) -> None:
    """One order whole: lines, deliveries, vouchers, masked receiver."""
    with opened() as hub:
        found = hub.order(order)
        told = hub.explain(found.uid) if explain else None
    if json:
        say_json(_explained(found, told, raw))
        return
    _show(found)
    if told is not None:
        _show_explained(told, raw)


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
        for k, v in order.values.items()
        if v not in (None, [], {})
    ]
    table(facts, ("field", "value"))
    for name, columns in PARTS.items():
        rows = getattr(order, name)
        if rows:
            shown = [{k: _value(k, v, order) for k, v in r.items()} for r in rows]
            table(shown, columns, title=f"\n{name}")
    if order.receiver:
        table(
            [order.receiver], ("protection", "name", "phone", "region"), title="\nreceiver"
        )


PARTS = {
    "lines": ("title", "spec_text", "sku_code", "quantity", "goods_amount", "buyer_paid_amount",
              "refunded_amount", "fulfillment_status"),
    "deliveries": ("carrier_name", "carrier_code", "tracking_no", "shipped_at"),
    "vouchers": ("external_id", "status", "buyer_paid_amount", "refunded_amount", "status_at"),
}  # fmt: skip


def _value(name: str, value: Any, order: StoredOrder) -> Any:
    if name.endswith(("_amount", "_price")):
        return yuan(value, order.values["currency"])
    return local(value) if name.endswith("_at") else value


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
    table(calls, columns, title="\ncalls", empty="the journal no longer has them")
    events = [{"seq": s, "at": at, "kind": k} for s, at, k in told["events"]]
    table(events, ("seq", "at", "kind"), title="\nfeed")
    if raw:
        for record in told["raw"]:
            say_json(record.body)
