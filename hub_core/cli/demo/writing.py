"""Beyond orders: other records, one level that arrives everywhere, a parcel each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import HubError
from .stage import Show, accounts

if TYPE_CHECKING:
    from ...sandbox import Account
    from ...store.shops import Shop

ITEM = "DEMO-TEA"
LEVEL = 9_000
"""Above what any listing has: a promotion would refuse less."""
WAYBILLS = ("SF1234567890123", "YT1234567890123", "773012345678901", "1234567890123")
"""Numbers as carriers print them; the first that fits the carrier's pattern is used."""
MOST_TRIED = 40
"""Orders and listings looked at for one that may be sent, or set."""


def beyond_orders(show: Show, failed: list[str]) -> dict[str, Any]:
    """All of it; errors are added to `failed`."""
    show.read_everything()
    _sync(show, failed)
    records = {c: _graded(show, c) for c in show.platforms}
    stock = _level_everywhere(show, failed)
    shipped = _ship_one_each(show, failed)
    show.clock.advance(1200)
    _sync(show, failed)  # the platforms' orders say by now that they are sent
    lost = sum(kind["lost"] for kinds in records.values() for kind in kinds.values())
    arrived = all(level == LEVEL for level in stock.values())
    sent = all(state == "confirmed" for state in shipped.values())
    ok = not lost and arrived and sent
    return {"records": records, "stock": stock, "shipped": shipped, "ok": ok}


def _sync(show: Show, failed: list[str]) -> None:
    """Raises KeyboardInterrupt where somebody wants to stop: what is not read because of
    that has not failed."""
    for outcome in show.hub.sync(on_step=show.stop.after(None)):
        if outcome.error is not None:
            failed.append(str(outcome.error))
    show.stop.check()


# The other kinds -----------------------------------------------------------------------


def _graded(show: Show, channel: str) -> dict[str, dict[str, int]]:
    """Of each kind the box has: how many, and how many the store has not as they are."""
    from ...insight.records import grade_records
    from ...store.kinds import KINDS

    told: dict[str, dict[str, int]] = {}
    box = show.platforms[channel]
    for kind in KINDS.values():
        if kind.name not in box.KINDS:
            continue
        sums = told.setdefault(kind.plural, {"records": 0, "lost": 0})
        for account in box.accounts():
            shop = show.hub.shop(account.name).id
            truth = box.records(account.external_id, kind.name)
            grade = grade_records(show.hub.store, kind, shop, truth)
            sums["records"] += grade.records
            sums["lost"] += len(grade.lost)
    return told


# One level -----------------------------------------------------------------------------


def _level_everywhere(show: Show, failed: list[str]) -> dict[str, int | None]:
    """One item bound to a SKU of each channel, its level set once: what each channel then
    has, by its own truth."""
    desks = show.hub.desks
    desks.set_stock(ITEM, LEVEL, key="demo")
    told: dict[str, int | None] = {}
    for channel, account in _first_of_each(show):
        show.stop.check()
        if not show.hub.plugins.can(channel, "stock"):
            continue
        shop = show.hub.shop(account.name)
        sku = _bound(show, shop)
        pushed = desks.push_stock(shop)
        if pushed.error is not None:
            failed.append(str(pushed.error))
        told[channel] = _level(show, channel, account, sku)
    return told


def _bound(show: Show, shop: Shop) -> str | None:
    """Bind the item to the first listing on sale that counts its stock and takes it."""
    desks = show.hub.desks
    listed = [s for s in desks.listed(shop) if s.available and s.status == "on_sale"]
    products = [s.product_external_id for s in listed]
    for sku in listed[:MOST_TRIED]:
        if products.count(sku.product_external_id) > 1:
            continue
        desks.bind(shop, sku.sku_external_id, [(ITEM, 1)])
        if desks.push_stock(shop).confirmed:
            return sku.sku_external_id
        desks.unbind(shop, sku.sku_external_id)
    return None


def _level(show: Show, channel: str, account: Account, sku: str | None) -> int | None:
    for product in show.platforms[channel].records(account.external_id, "product"):
        found = product.facts.get(f"available:{sku}")
        if isinstance(found, int):
            return found
    return None


# One parcel ----------------------------------------------------------------------------


def _ship_one_each(show: Show, failed: list[str]) -> dict[str, str]:
    """An order of each channel that sends goods, reported as sent."""
    told: dict[str, str] = {}
    for channel, account in _first_of_each(show):
        show.stop.check()
        if show.hub.plugins.can(channel, "shipping"):
            told[channel] = _shipped(show, channel, show.hub.shop(account.name), failed)
    return told


def _shipped(show: Show, channel: str, shop: Shop, failed: list[str]) -> str:
    from ...store.reads import OrderFilter

    waiting = OrderFilter(shop=shop.name, status="open")
    line = show.hub.lines.open(shop)
    carriers = show.hub.plugins.shipping(channel, line).carriers()
    state = "no order to send"
    for order in show.hub.orders(waiting, limit=500)[:MOST_TRIED]:
        if order.values["fulfillment_status"] != "unfulfilled":
            continue
        for waybill in WAYBILLS:
            try:
                done = show.hub.desks.ship(
                    shop, order.values["external_id"], carrier=carriers[0].code,
                    tracking_no=waybill,
                )  # fmt: skip
            except HubError as error:
                state = str(error)
                continue
            state = done.state
            break
        if state == "confirmed":
            return state
    failed.append(f"{channel}: no parcel was taken: {state}")
    return state


def _first_of_each(show: Show) -> list[tuple[str, Account]]:
    """The first shop of each channel."""
    found: dict[str, Account] = {}
    for channel, account in accounts(show):
        found.setdefault(channel, account)
    return list(found.items())
