"""What an ERP does to platforms through the hub: stock, bindings, shipments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from .client import Line
from .deadline import Pulse, within
from .errors import HubError, Misconfigured
from .lines import Lines
from .pace import Rank
from .plugins import Plugins
from .ports import Decision
from .settings import Settings
from .store import Store, commands, shops, stock
from .store.commands import Command
from .store.shops import Shop
from .store.stock import Binding, Level, ListedSku
from .writes import Answerer, Pushed, Shipment, Shipper, StockPush
from .writes.pushing import Share

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Offered:
    """One channel SKU, what is bound to it, and what it should have and has."""

    shop: str
    sku: str
    codes: tuple[str, ...]
    wanted: int
    offered: int | None
    """What the platform last confirmed."""
    up_to_date: bool
    problem: str | None


class Desks:
    """The writing side of a hub. Thread safe."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        plugins: Plugins,
        lines: Lines,
        now: Callable[[], datetime],
    ) -> None:
        self._settings, self._store, self._plugins = settings, store, plugins
        self._lines, self._now = lines, now

    # What the ERP has ------------------------------------------------------------------

    def set_stock(self, code: str, on_hand: int, *, key: str) -> Level:
        """An item's level, as the ERP counts it. `key` is of this counting: the same key
        again changes nothing."""
        with self._store.writing(durable=True) as connection:
            return stock.move(connection, code, key=key, to=on_hand, at=self._now())

    def adjust_stock(self, code: str, by: int, *, key: str) -> Level:
        """Change an item's level by so much; once for each key. Raises Misconfigured where
        it was never set."""
        with self._store.writing(durable=True) as connection:
            return stock.move(connection, code, key=key, by=by, at=self._now())

    def stock_levels(self) -> list[Level]:
        """Every item."""
        with self._store.reading() as connection:
            return stock.levels(connection)

    # Which SKU sells what --------------------------------------------------------------

    def bind(self, shop: Shop, sku: str, parts: Sequence[tuple[str, int]]) -> None:
        """Bind a SKU to the items it is made of: code and pieces of each. Raises
        Misconfigured where the shop's stored products have no such SKU."""
        listed = {one.sku_external_id: one for one in self.listed(shop)}
        if sku not in listed:
            raise Misconfigured(f"{shop.name} lists no SKU {sku!r}; `hub sync` first")
        product = listed[sku].product_external_id
        made = [Binding(shop.id, product, sku, code, n, "manual") for code, n in parts]
        with self._store.writing() as connection:
            stock.bind(connection, made, at=self._now(), replace=True)

    def unbind(self, shop: Shop, sku: str) -> bool:
        """Bind a SKU to nothing; False where it was bound to nothing."""
        with self._store.writing() as connection:
            return stock.unbind(connection, shop.id, sku) > 0

    def bind_by_code(self, shop: Shop) -> int:
        """Bind every SKU that is bound to nothing and bears a merchant's code the ERP
        knows. Gives how many."""
        with self._store.writing() as connection:
            known = {one.code for one in stock.levels(connection)}
            bound = {b.sku_external_id for b in stock.bindings(connection, shop.id)}
            free = [
                one
                for one in stock.listed_skus(connection, shop.id)
                if one.sku_external_id not in bound
            ]
            made = [_by_code(one) for one in free if one.outer_code in known]
            stock.bind(connection, made, at=self._now(), replace=False)
        return len(made)

    def bindings(self, shop: Shop) -> list[Binding]:
        """What the shop's SKUs are bound to."""
        with self._store.reading() as connection:
            return stock.bindings(connection, shop.id)

    def listed(self, shop: Shop) -> list[ListedSku]:
        """The shop's SKUs as its channel lists them."""
        with self._store.reading() as connection:
            return stock.listed_skus(connection, shop.id)

    def conflicts(self, shop: Shop) -> list[tuple[str, str]]:
        """SKUs whose binding a person should look at, and why."""
        bound: dict[str, list[Binding]] = {}
        for one in self.bindings(shop):
            bound.setdefault(one.sku_external_id, []).append(one)
        known = {one.code for one in self.stock_levels()}
        found = []
        for sku in self.listed(shop):
            parts = bound.get(sku.sku_external_id, [])
            if (why := _conflict(sku, parts, known)) is not None:
                found.append((sku.sku_external_id, why))
        return found

    # Bringing it there -----------------------------------------------------------------

    def offers(self, shop: Shop) -> list[Offered]:
        """What each bound SKU should have, and what the platform confirmed."""
        safety, percent = self._settings.share(shop.channel, shop.name)
        with self._store.reading() as connection:
            bound = stock.bound_skus(connection, shop.id)
        return [
            Offered(
                shop.name, b.sku_external_id, tuple(level.code for level, _ in b.parts),
                b.pieces(safety, percent), b.offered, b.offered_version == b.version,
                b.refused if b.refused_version == b.version else None,
            )
            for b in bound
        ]  # fmt: skip

    def push_stock(self, shop: Shop) -> Pushed:
        """Bring every bound SKU of a shop to its level; only what changed is sent."""

        def push(pulse: Pulse) -> Pushed:
            line = self._line(shop, pulse)
            writer = self._plugins.stock(shop.channel, line)
            share = Share(*self._settings.share(shop.channel, shop.name))
            return StockPush(self._store, shop, writer, share, self._now).push()

        try:
            return self._in_time(shop, push)
        except HubError as error:
            return Pushed(shop.name, error=error.at(shop=shop.name))

    def ship(
        self,
        shop: Shop,
        order: str,
        *,
        carrier: str,
        tracking_no: str,
        lines: Sequence[str] = (),
    ) -> Shipment:
        """Report a parcel of an order, by the platform's order number. The same waybill
        again is the same shipment."""

        return self._in_time(
            shop,
            lambda pulse: self._shipper(shop, pulse).ship(
                order, carrier, tracking_no, lines
            ),
        )

    def shops_with_parcels(self) -> list[str]:
        """Names of shops that have parcels to be taken up."""
        with self._store.reading() as connection:
            waiting = commands.shops_waiting(connection, "ship")
        names = self.names()
        return sorted(names[id] for id in waiting)

    def ship_waiting(self, shop: Shop) -> list[Shipment]:
        """Take up parcels that were not sent yet, or whose answer was lost."""
        return self._in_time(shop, lambda pulse: self._shipper(shop, pulse).ship_waiting())

    def answer(self, shop: Shop, question_id: int, decision: Decision) -> Command:
        """Tell a platform what was decided of a question it was answered "pending" to; the
        same again is the same command."""

        def tell(pulse: Pulse) -> Command:
            line = self._line(shop, pulse, Rank.PUSH)
            writer = self._plugins.answering(shop.channel, line)
            made = Answerer(self._store, shop, writer, self._now)
            return made.tell(question_id, decision)

        return self._in_time(shop, tell)

    def _shipper(self, shop: Shop, pulse: Pulse) -> Shipper:
        line = self._line(shop, pulse)
        return Shipper(
            self._store, shop, self._plugins.shipping(shop.channel, line),
            self._plugins.orders(shop.channel, line),
            self._settings.carriers(shop.channel, shop.name), self._now,
        )  # fmt: skip

    def _in_time(self, shop: Shop, act: Callable[[Pulse], Result]) -> Result:
        """Raises Overdue where the channel's plugin falls silent: what was under way is
        looked up by the next that asks."""
        name = self._plugins.server(shop.channel)
        return within(self._settings.hub.plugin_seconds, act, f"plugin {name}")

    def _line(self, shop: Shop, pulse: Pulse, rank: Rank = Rank.WRITE) -> Line:
        line = self._lines.open(shop, rank=rank)
        line.pulse = pulse
        return line

    # The ledger ------------------------------------------------------------------------

    def commands(self, **wanted: Any) -> list[Command]:
        """What was done to platforms, newest first: `shop_id`, `kind`, `target`, `states`,
        `limit`."""
        with self._store.reading() as connection:
            return commands.listing(connection, **wanted, oldest_first=False)

    def pause(self, why: str) -> None:
        """Stop all sending, everywhere, within the call that is under way."""
        with self._store.writing(durable=True) as connection:
            commands.pause(connection, why)

    def resume(self) -> None:
        """Go on sending."""
        with self._store.writing(durable=True) as connection:
            commands.pause(connection, None)

    def names(self) -> dict[int, str]:
        """Shops' names by their internal keys."""
        with self._store.reading() as connection:
            return {shop.id: shop.name for shop in shops.shops(connection)}


def _by_code(sku: ListedSku) -> Binding:
    assert sku.outer_code is not None
    product, own = sku.product_external_id, sku.sku_external_id
    return Binding(sku.shop_id, product, own, sku.outer_code, 1, "auto")


def _conflict(sku: ListedSku, parts: Sequence[Binding], known: set[str]) -> str | None:
    codes = {part.code for part in parts}
    if not parts and not sku.outer_code:
        return "it has no merchant's code and is bound to nothing"
    if not parts:
        return f"its code {sku.outer_code} is none the ERP has told stock of"
    if strange := sorted(codes - known):
        return f"it is bound to {', '.join(strange)}, of which the ERP has told no stock"
    if sku.outer_code in known and sku.outer_code not in codes:
        return f"its code is {sku.outer_code}, it is bound to {', '.join(sorted(codes))}"
    return None
