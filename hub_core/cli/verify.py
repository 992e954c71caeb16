"""`hub verify`: the hub's orders against the merchant console's own export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .opening import Json, opened
from .output import complain, local, say, say_json, table, times_note, yuan

if TYPE_CHECKING:
    from datetime import datetime

    from ..hub import Hub
    from ..insight.console import Console
    from ..insight.verify import Comparison, Words
    from ..store.reads import StoredOrder

COLUMNS = ("difference", "order", "created", "there", "here")


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(verify)


def verify(
    shop: Annotated[str, typer.Argument(help="The shop's name.")],
    against: Annotated[
        Path, typer.Option(help="The console's export, a CSV.", exists=True, dir_okay=False)
    ],
    id_column: Annotated[
        str | None, typer.Option(help="Default: 订单编号, 订单号 …")
    ] = None,
    status_column: Annotated[str | None, typer.Option(help="Default: 订单状态 …")] = None,
    amount_column: Annotated[
        str | None, typer.Option(help="Default: 买家实际支付金额, 实付金额, 应付金额 …")
    ] = None,
    time_column: Annotated[
        str | None, typer.Option(help="Default: 订单创建时间, 下单时间 …")
    ] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option("--map", help="WORD=open: what a status word of the file means."),
    ] = None,
    json: Json = False,
) -> None:
    """Compare a shop with its console's own export: ids, states, amounts.

    It lists every order that is only there, only here, or differs. Bring the shop up to
    date first (`hub sync`), then export. The period is the file's own: from its first
    order's creation to its last one's. Exit code 1 when anything differs or could not be
    compared.
    """
    from ..insight import console
    from ..insight.console import Names

    words = _words(mapped or [])
    there = console.read(
        against, Names(id_column, status_column, amount_column, time_column)
    )
    with opened() as hub:
        found = _compared(hub, hub.shop(shop).name, there, words)
    if json:
        say_json(_about(there) | found.as_dict())
    else:
        _tell(there, found)
    if not found.ok:
        raise typer.Exit(1)


def _words(mapped: list[str]) -> Words:
    from ..models.words import OrderStatus

    found = {}
    for text in mapped:
        word, _, meant = text.partition("=")
        if meant not in set(OrderStatus):
            there = ", ".join(OrderStatus)
            raise Misconfigured(f"--map {text!r}: write WORD=STATE, a state being: {there}")
        found[word] = (OrderStatus(meant),)
    return found


def _compared(hub: Hub, shop: str, there: Console, words: Words) -> Comparison:
    from ..insight.proof import state
    from ..insight.verify import compare

    told = state([shop], hub.coverage([shop]))
    parked = {p.external_id for p in hub.parked(shop) if p.external_id}

    def covered(at: datetime | None) -> bool:
        return told.covers(shop, at)

    here = _here(hub, shop, there)
    return compare(there, here, parked=parked, covered=covered, words=words)


def _here(hub: Hub, shop: str, there: Console) -> Iterator[StoredOrder]:
    """The shop's orders of the file's span, then those of the file from outside it."""
    from datetime import timedelta

    from ..store.reads import OrderFilter

    met: set[str] = set()
    whole = OrderFilter(shop=shop)
    if (span := there.span) is not None:
        until = span[1] + timedelta(seconds=1)
        inside = OrderFilter(shop=shop, created_since=span[0], created_until=until)
        for order in hub.each_order(inside, children=False):
            met.add(order.values["external_id"])
            yield order
    if wanted := there.orders.keys() - met:
        rest = hub.each_order(whole, children=False)
        yield from (o for o in rest if o.values["external_id"] in wanted)


def _about(there: Console) -> dict[str, Any]:
    since, until = there.span or (None, None)
    return {
        "orders": len(there.orders), "rows": there.rows,
        "skipped_rows": there.skipped,
        "columns": there.columns, "encoding": there.encoding,
        "since": since, "until": until,
    }  # fmt: skip


def _tell(there: Console, found: Comparison) -> None:
    from ..insight.verify import AMOUNT

    rows = [
        {
            "difference": d.kind, "order": d.external_id, "created": local(d.created_at),
            "there": yuan(d.there) if d.kind == AMOUNT else d.there,  # type: ignore[arg-type]
            "here": yuan(d.here) if d.kind == AMOUNT else d.here,  # type: ignore[arg-type]
        }
        for d in found.differences
    ]  # fmt: skip
    table(rows, COLUMNS, fold=("there", "here"), empty="no difference")
    times_note()
    say()
    _tell_totals(there, found)
    _tell_not_compared(there, found)


def _tell_totals(there: Console, found: Comparison) -> None:
    since, until = there.span or (None, None)
    period = f", created {local(since)} to {local(until)}" if since else ""
    say(f"the file: {len(there.orders):,} orders{period}")
    counts = found.as_dict()["counts"].items()
    told = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in counts)
    say(f"compared: {found.both:,} orders, the same {found.same:,}; {told}")
    if there.columns["amount"]:
        say(
            f"amounts ({there.columns['amount']} against {found.amount_field}): there "
            f"{yuan(found.there_amount)}, here {yuan(found.here_amount)}"
        )


def _tell_not_compared(there: Console, found: Comparison) -> None:
    for what, name in there.columns.items():
        if name is None and what != "id":
            complain(f"hub: the file has no known {what} column; name it: --{what}-column")
    if there.span is None:
        complain(
            "hub: without creation times, orders that are only here are not looked for"
        )
    for word, n in found.unknown_words.items():
        complain(f"hub: {word!r} ({n} orders) is not compared; say --map '{word}=open'")
    if found.unknown_amounts:
        complain(
            f"hub: {found.unknown_amounts} orders have no {found.amount_field} here: the "
            "platform did not tell it"
        )
    if found.outside:
        ids = ", ".join(found.outside[:5]) + (" …" if len(found.outside) > 5 else "")
        complain(
            f"hub: {len(found.outside)} orders of the file are not here and were created "
            f"in time that is not proved (see `hub coverage`): {ids}"
        )
