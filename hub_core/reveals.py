"""Receivers in clear, for a purpose: counted and audited before they are asked for.

What comes back goes to the caller and nowhere else: nothing of it is stored, and asking
again is another asking. The order is read anew first, so that its newest token is used and
a parcel does not go to an address the buyer has changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from .errors import (
    Banned,
    Down,
    Forbidden,
    HubError,
    Misconfigured,
    Rejected,
    Throttled,
    TokenExpired,
    Unauthorised,
)
from .lines import Lines
from .masking import mask_text
from .models import Party, Protection
from .pace import Rank
from .plugins import Plugins
from .ports import (
    Purpose,
    Receivers,
    Revealed,
    SealedReceiver,
    Source,
    Withheld,
    Withholding,
)
from .settings import Settings
from .store import Store, parties, reads
from .store import reveals as audit
from .store.reveals import Asked, Spent
from .store.shops import Shop
from .wire import Fetched

TURNED_AWAY = (
    Banned,
    Down,
    Forbidden,
    Misconfigured,
    Throttled,
    TokenExpired,
    Unauthorised,
)
"""Refusals before anything is opened: nothing was spent."""
REVEALED = "revealed"
PLACES = ("province", "city", "district", "town")
SHOWN = (*PLACES, "name", "phone", "telephone", "address")
NOBODY = Party()
Told = Revealed | Withheld
FREE = (Withholding.NOT_SENT, Withholding.NOT_PERMITTED, Withholding.QUOTA_SPENT)


@dataclass(frozen=True, slots=True)
class _Order:
    """An order as it is now, and whether its receiver is another than was stored."""

    name: str
    party: Party
    sealed: SealedReceiver
    changed: bool | None
    is_read: bool = True
    """Whether the platform gave the order anew, in a form that can be read."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """An asking as it was written down before it was sent."""

    order: _Order
    id: int
    day: date
    units: int
    refused: Withheld | None = None
    """Why it is not sent."""


class Reveals:
    """Reveals receivers of a hub's shops. Thread safe."""

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

    def reveal(
        self, shop: Shop, orders: Sequence[str], *, purpose: str, actor: str
    ) -> list[Told]:
        """One outcome for each order (hub id or platform id), in as few calls as the
        platform allows. Raises Misconfigured for an order that is not stored, an unknown
        purpose and an actor without a name; any HubError where an order can't be read.
        """
        why = _purpose(purpose)
        if not actor.strip():
            raise Misconfigured("a reveal is audited: say who asks")
        return _Clerk(self, shop, why, actor.strip()).reveal(orders)

    def audit(self, shop: Shop | None = None, *, limit: int = 100) -> Sequence[Asked]:
        """Who asked for which receiver, newest first."""
        with self._store.reading() as connection:
            shop_id = shop.id if shop else None
            return audit.listing(connection, shop_id=shop_id, limit=limit)

    def spent(self, shop: Shop) -> tuple[Spent, int | None]:
        """What a shop's day has cost so far, and what it may cost at most."""
        zone = ZoneInfo(self._plugins.channel(shop.channel).zone)
        today = self._now().astimezone(zone).date()
        with self._store.reading() as connection:
            found = audit.spent(connection, shop.id, today)
        return found, self._settings.reveals_per_day(shop.channel, shop.name)


class _Clerk:
    """One request for receivers of one shop."""

    def __init__(self, hub: Reveals, shop: Shop, purpose: Purpose, actor: str) -> None:
        self._store, self._now = hub._store, hub._now
        self._shop, self._purpose, self._actor = shop, purpose, actor
        self._line = hub._lines.open(shop, rank=Rank.WRITE)
        self._unseal = hub._lines.unseal
        self._receivers: Receivers = hub._plugins.receivers(shop.channel, self._line)
        self._orders: Source = hub._plugins.orders(shop.channel, self._line)
        self._most = hub._settings.reveals_per_day(shop.channel, shop.name)
        self._zone = ZoneInfo(hub._plugins.channel(shop.channel).zone)

    def reveal(self, names: Sequence[str]) -> list[Told]:
        """One outcome for each, in their order; an order named twice is asked for once."""
        named = {key: self._read(key) for key in dict.fromkeys(names)}
        found = list({order.name: order for order in named.values()}.values())
        told = {o.name: own for o in found if (own := self._without_a_call(o)) is not None}
        rest = [order for order in found if order.name not in told]
        size = max(1, self._receivers.most)
        for start in range(0, len(rest), size):
            told |= self._asked_for(rest[start : start + size])
        return [told[named[key].name] for key in names]

    # The order, as it is now -----------------------------------------------------------

    def _read(self, key: str) -> _Order:
        name, before = self._stored(key)
        fetched = self._orders.record(name)
        is_read = isinstance(fetched, Fetched)
        party = (fetched.order.party if isinstance(fetched, Fetched) else None) or NOBODY
        changed = self._changed(name, before, party) if is_read else None
        return _Order(name, party, _sealed(name, party), changed, is_read)

    def _stored(self, key: str) -> tuple[str, Party | None]:
        with self._store.reading() as connection:
            found = reads.find_order(connection, key)
            mine = [(i, o) for i, o in found if o.shop == self._shop.name]
            if not mine:
                raise Misconfigured(
                    f"{self._shop.name} has no order {key!r} stored; `hub sync` first"
                )
            order_id, order = mine[0]
            name = str(order.values["external_id"])
            vault = self._store.vault
            return name, parties.read(connection, self._shop.id, order_id, name, vault)

    def _changed(self, name: str, before: Party | None, now: Party) -> bool | None:
        if before is None:
            return None
        pairs = [(getattr(before, f), getattr(now, f)) for f in SHOWN]
        if any(one != other for one, other in pairs if one and other):
            return True
        same = self._receivers.same(_sealed(name, before), _sealed(name, now))
        if same is None and now.protection is Protection.CLEAR is before.protection:
            return False
        return None if same is None else not same

    # Where no call is needed -----------------------------------------------------------

    def _without_a_call(self, order: _Order) -> Told | None:
        """An outcome that costs nothing; None: the platform has to be asked."""
        if not order.is_read:
            said = "the order is not found, or can't be read"
            return self._noted(order, _withheld(order, Withholding.NOT_SENT, said))
        if order.party.protection is Protection.CLEAR:
            shown = {field: getattr(order.party, field) for field in SHOWN}
            return self._noted(order, Revealed(order_external_id=order.name, **shown))
        if self._receivers.cost(order.sealed):
            return None
        return self._noted(order, self._by_secret(order))

    def _by_secret(self, order: _Order) -> Told:
        """What the app's own secret opens."""
        sealed = order.sealed
        if not sealed.token and not any(sealed.ciphers.values()):
            return _withheld(order, Withholding.NOTHING, None)
        shut = _withheld(order, Withholding.NO_WAY, None)
        try:
            texts = {f: self._unseal(self._shop, t) for f, t in sealed.ciphers.items() if t}
        except ValueError as error:
            return replace(shut, said=str(error))
        found = {field: text for field, text in texts.items() if text and field in SHOWN}
        return Revealed(order_external_id=order.name, **found) if found else shut  # type: ignore[arg-type]

    def _noted(self, order: _Order, told: Told) -> Told:
        """The same, audited before anybody sees it."""
        with self._store.writing(durable=True) as connection:
            id = self._ask(connection, order, 0)
            self._finish(connection, id, told)
        return _whole(order, told)

    # Asking the platform ---------------------------------------------------------------

    def _asked_for(self, orders: Sequence[_Order]) -> dict[str, Told]:
        begun = [self._begin(order) for order in orders]
        told: dict[str, Told] = {b.order.name: b.refused for b in begun if b.refused}
        let = [b for b in begun if b.refused is None]
        if let:
            told |= self._sent([b.order for b in let])
            with self._store.writing(durable=True) as connection:
                for one in let:
                    self._settle(connection, one, told[one.order.name])
        return {order.name: _whole(order, told[order.name]) for order in orders}

    def _begin(self, order: _Order) -> _Begun:
        """Count and audit, durably, before anything is sent; or refuse to send."""
        units, today = self._receivers.cost(order.sealed), self._today
        with self._store.writing(durable=True) as connection:
            if audit.take(connection, self._shop.id, today, units, self._most):
                id = self._ask(connection, order, units)
                return _Begun(order, id, today, units)
            closed = audit.spent(connection, self._shop.id, today).closed
            said = f"the platform said so: {closed}" if closed else "reveals_per_day"
            refused = _withheld(order, Withholding.QUOTA_SPENT, said)
            id = self._ask(connection, order, 0)
            self._finish(connection, id, refused)
        return _Begun(order, id, today, 0, refused)

    def _sent(self, orders: Sequence[_Order]) -> dict[str, Told]:
        """What the platform said of each, sent once: what is lost is not asked again."""
        try:
            told = self._receivers.reveal([o.sealed for o in orders], self._purpose)
        except HubError as error:
            why, said = _failed(error), f"{error.kind}: {error.args[0]}"
            return {order.name: _withheld(order, why, said) for order in orders}
        found = {one.order_external_id: _masked(one) for one in told}
        lost = Withholding.UNKNOWN
        return {o.name: found.get(o.name) or _withheld(o, lost, None) for o in orders}

    def _settle(self, connection: Connection, one: _Begun, told: Told) -> None:
        """Write what came of it; what is known not to have been taken is given back."""
        reason = told.reason if isinstance(told, Withheld) else None
        free = reason in FREE
        if free:
            audit.give_back(connection, self._shop.id, one.day, one.units)
        if isinstance(told, Withheld) and reason is Withholding.QUOTA_SPENT:
            why = told.said or reason.value
            audit.close(connection, self._shop.id, one.day, why)
        self._finish(connection, one.id, told, 0 if free else None)

    # The audit -------------------------------------------------------------------------

    @property
    def _today(self) -> date:
        return self._line.now().astimezone(self._zone).date()

    def _ask(self, connection: Connection, order: _Order, units: int) -> int:
        return audit.ask(
            connection, shop_id=self._shop.id, order=order.name,
            purpose=self._purpose.value, actor=self._actor, day=self._today, units=units,
            at=self._now(),
        )  # fmt: skip

    def _finish(
        self, connection: Connection, id: int, told: Told, units: int | None = None
    ) -> None:
        outcome, said = REVEALED, None
        if isinstance(told, Withheld):
            outcome, said = told.reason.value, told.said
        audit.finish(connection, id, outcome, at=self._now(), said=said, units=units)


def _purpose(given: str) -> Purpose:
    try:
        return Purpose(given)
    except ValueError:
        known = ", ".join(Purpose)
        raise Misconfigured(f"no purpose {given!r}; there are: {known}") from None


def _sealed(name: str, party: Party) -> SealedReceiver:
    return SealedReceiver(
        order_external_id=name, token=party.receiver_token, ciphers=party.ciphers
    )


def _withheld(order: _Order, why: Withholding, said: str | None) -> Withheld:
    return Withheld(order_external_id=order.name, reason=why, said=said)


def _masked(told: Told) -> Told:
    """The same; the platform's own sentence may name somebody, and the audit nobody."""
    if isinstance(told, Revealed) or told.said is None:
        return told
    return replace(told, said=mask_text(told.said))


def _whole(order: _Order, told: Told) -> Told:
    """A receiver with the region its order tells, and whether it is another by now."""
    if isinstance(told, Withheld):
        return told
    missing = {
        place: getattr(order.party, place)
        for place in PLACES
        if getattr(told, place) is None
    }
    return replace(told, address_changed=order.changed, **missing)


def _failed(error: HubError) -> Withholding:
    if isinstance(error, Forbidden):
        return Withholding.NOT_PERMITTED
    if isinstance(error, TURNED_AWAY):
        return Withholding.NOT_SENT
    return Withholding.REFUSED if isinstance(error, Rejected) else Withholding.UNKNOWN
