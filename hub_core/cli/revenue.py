"""`hub redemptions report`: what vouchers came to, by place and business day, and how far
that is proved."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .narrowing import narrowed
from .opening import ChannelOption, Json, ShopOption, opened
from .output import complain, local, say_json, table, yuan

if TYPE_CHECKING:
    from ..hub import Hub
    from ..insight.proof import Statement
    from ..store.records_reads import Period, RecordFilter, Revenue
    from ..store.shops import Shop

    Read = list[tuple[Shop, list[str]]]

KIND = "redemptions"
MONEY = {
    "original_amount": "original",
    "buyer_paid_amount": "buyer_paid",
    "merchant_discount_amount": "merchant_discount",
    "platform_discount_amount": "platform_discount",
}
RIGHT = ("count", *MONEY.values(), "cancelled")
HEADS = {
    "place": ("shop", "place"),
    "day": ("day",),
    "place-day": ("day", "shop", "place"),
}
MOST_STRETCHES = 10
"""Unproved stretches that are named one by one."""


class By(StrEnum):
    """What uses are added up by."""

    PLACE = "place"
    DAY = "day"
    PLACE_DAY = "place-day"


def report(
    shop: ShopOption = None,
    channel: ChannelOption = None,
    first: Annotated[
        str | None, typer.Option("--from", help="The first business day: 2026-11-01.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="The last business day, included.")
    ] = None,
    by: Annotated[By, typer.Option("--by", help="What is added up.")] = By.PLACE_DAY,
    json: Json = False,
) -> None:
    """What vouchers used at places came to, by place and by the shops' business days.

    Uses that were taken back are in no sum and counted apart. Exit code 1 where the time
    is not proved to be read whole, or a use is in a state the hub does not know.
    """
    days = _period(first, last)
    with opened() as hub:
        which = narrowed(hub, KIND, shop=shop, channel=channel)
        read = _shops(hub, which)
        told = _statement(hub, read, days)  # before the sums: it must not promise more
        found = hub.revenue(by.value, which, days)
        undated = hub.undated(which)
        late = _not_read_to(hub, read, days, told)
    summary = _summary(by, days, found, undated, told, late)
    if json:
        say_json(summary)
    else:
        _show(by, found)
    _tell(summary)
    left_out = summary["total"]["unknown"] + summary["undated"]
    if left_out or not summary["complete"]:
        raise typer.Exit(1)


def _period(first: str | None, last: str | None) -> Period:
    from ..store.records_reads import Period

    period = Period(_day("--from", first), _day("--to", last))
    if period.first and period.last and period.first > period.last:
        raise Misconfigured(f"--from {first} is after --to {last}")
    return period


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise Misconfigured(f"{option} {text!r} is no day: write 2026-11-20") from None


# What is proved ------------------------------------------------------------------------


def _shops(hub: Hub, which: RecordFilter) -> Read:
    """The shops a filter lets through that have redemptions, and the streams of those."""
    found = [
        (shop, streams)
        for shop in hub.shops()
        if which.shop in (None, shop.name) and which.channel in (None, shop.channel)
        if (streams := hub.streams_of(shop, KIND))
    ]
    if not found:
        raise Misconfigured(
            "no shop here has redemptions that are read: its channel has none, or they "
            "are `off` in plugins.toml; see `hub shop list`"
        )
    return found


def _statement(hub: Hub, read: Read, days: Period) -> Statement:
    from ..insight.proof import state

    shops = [shop.name for shop, _ in read]
    named = {(shop.name, name) for shop, streams in read for name in streams}
    found = [c for c in hub.coverage(shops) if (c.shop, c.stream) in named]
    begins = [_begin(shop, days.first) for shop, _ in read if days.first is not None]
    return state(shops, found, min(begins, default=None))


def _begin(shop: Shop, day: date) -> datetime:
    """When a business day of a shop begins."""
    cut = time(shop.day_cut_hour, tzinfo=shop.owner.zone)
    return datetime.combine(day, cut)


def _not_read_to(hub: Hub, read: Read, days: Period, told: Statement) -> datetime | None:
    """The end of the period, where it has come and the reading has not come to it."""
    if days.last is None or told.proved_until is None:
        return None
    end = max(_begin(shop, days.last + timedelta(days=1)) for shop, _ in read)
    return end if told.proved_until < end <= hub.clock.now() else None


# What is said --------------------------------------------------------------------------


def _summary(
    by: By,
    days: Period,
    found: list[Revenue],
    undated: int,
    told: Statement,
    late: datetime | None,
) -> dict[str, Any]:
    return {
        "by": by.value, "from": days.first, "to": days.last,
        "rows": [_plain(one) for one in found], "total": _total(found),
        "undated": undated if days.first or days.last else 0, **told.as_dict(),
        "not_read_to": late, "complete": told.complete and late is None,
    }  # fmt: skip


def _plain(one: Revenue) -> dict[str, Any]:
    return {
        "shop": one.shop, "place_external_id": one.place_external_id, "place": one.place,
        "day": one.day, "currency": one.currency, "count": one.count, **one.amounts,
        "untold": dict(one.untold), "cancelled": one.cancelled, "unknown": one.unknown,
    }  # fmt: skip


def _total(found: list[Revenue]) -> dict[str, Any]:
    """All of it together; amounts only where there is one currency to add up in."""
    one_currency = len({one.currency for one in found}) <= 1
    sums: dict[str, int | None] = {}
    for name in MONEY:
        told = [n for one in found if (n := one.amounts[name]) is not None]
        sums[name] = sum(told) if told and one_currency else None
    counts = {
        n: sum(getattr(o, n) for o in found) for n in ("count", "cancelled", "unknown")
    }
    untold = {name: sum(one.untold.get(name, 0) for one in found) for name in MONEY}
    return {**counts, **sums, "untold": {name: n for name, n in untold.items() if n}}


def _show(by: By, found: list[Revenue]) -> None:
    rows = [_row(_plain(one)) for one in found]
    if len(rows) > 1:
        heads = {name: None for name in HEADS[by.value]}
        currency = found[0].currency
        total = {**_total(found), "currency": currency, "place_external_id": None}
        rows.append({**_row(total), **heads, HEADS[by.value][0]: "all"})
    columns = (*HEADS[by.value], *RIGHT)
    narrow = (*HEADS[by.value][-2:], "count", "buyer_paid")
    table(
        rows, columns, right=RIGHT, fold=("shop", "place"), narrow=narrow,
        empty="no redemption here",
    )  # fmt: skip


def _row(one: dict[str, Any]) -> dict[str, Any]:
    money = {MONEY[name]: yuan(one[name], one["currency"]) for name in MONEY}
    place = one.get("place") or one["place_external_id"] or "place not told"
    return {**one, **money, "place": place}


def _tell(summary: dict[str, Any]) -> None:
    """What the sums leave out, and what is not proved of them."""
    total = summary["total"]
    for name, n in total["untold"].items():
        complain(f"hub: {n} uses do not tell {name}; its sum is of the others")
    if total["unknown"]:
        complain(
            f"hub: {total['unknown']} uses are in a state the hub does not know and in no "
            "sum; see: hub redemptions list --status unknown"
        )
    if summary["undated"]:
        complain(f"hub: {summary['undated']} uses tell no time and are in no day")
    for name in summary["never_read"]:
        complain(f"hub: redemptions of {name} were never read; run: hub sync {name}")
    for one in summary["open"][:MOST_STRETCHES]:
        complain(
            f"hub: not proved: {one.shop} {one.stream} from {local(one.since)} to "
            f"{local(one.until)} (Beijing) is {one.state}: {one.why}; "
            f"run: hub heal {one.shop}"
        )
    if (more := len(summary["open"]) - MOST_STRETCHES) > 0:
        complain(f"hub: and {more} more stretches; see: hub coverage")
    if (end := summary["not_read_to"]) is not None:
        complain(f"hub: not read yet up to the period's end, {local(end)}; run: hub sync")
    if (until := summary["proved_until"]) is not None:
        complain(f"read up to {local(until)} (Beijing)")
