"""Taking records as they come now for right: what `hub drift accept` does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import HubError, Misconfigured
from ..insight.versions.replay import Reader, reader
from ..models import AfterSale, Order, Place, Product, Record, Redemption
from ..store import parked, profiles, records
from ..store.kinds import KINDS, Kind
from ..sync.gate import DRIFT
from ..sync.gate import accept as accept_shape
from ..wire import Fetched

if TYPE_CHECKING:
    from ..hub import Hub
    from ..store.shops import Shop

KIND_OF: dict[type, str] = {
    Order: "orders",
    Product: "products",
    AfterSale: "after_sales",
    Redemption: "redemptions",
    Place: "places",
}


@dataclass(slots=True)
class Accepted:
    """What was taken as right, and what became of what was parked for it."""

    findings: list[str] = field(default_factory=list)
    stored: int = 0
    left: int = 0
    errors: list[HubError] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        errors = [{"kind": e.kind, "message": str(e)} for e in self.errors]
        return {"ok": not self.left and not errors, **asdict(self), "errors": errors}


def accept(hub: Hub, shop: Shop, area: str) -> Accepted:
    """Learn the area anew, and read again what is parked for it: by its id, else from its
    raw form. Raises Misconfigured where nothing is held back."""
    done = Accepted(_forget(hub, shop, area))
    before = list(_waiting(hub, shop, area))
    if not done.findings and not before:
        raise Misconfigured(
            f"nothing of {shop.name}'s {area} is held back; see `hub drift`"
        )
    left = len(before)
    while left:
        outcomes = hub.retry_parked([shop.name])
        done.errors = [o.error for o in outcomes if o.error is not None]
        now = len(list(_waiting(hub, shop, area)))
        if now >= left or done.errors:
            break
        left = now
    _read_again(hub, shop, area)
    done.left = len(list(_waiting(hub, shop, area)))
    done.stored = len(before) - done.left
    return done


def _forget(hub: Hub, shop: Shop, area: str) -> list[str]:
    found: list[str] = []
    with hub.store.writing(durable=True) as connection:
        for shape in profiles.shapes_of(connection, shop.id):
            if shape.rpartition("_v")[0] == area:
                at, vault = hub.store.now(), hub.store.vault
                found += accept_shape(connection, shop.id, shape, at, vault)
    return found


def _waiting(hub: Hub, shop: Shop, area: str) -> Iterator[parked.Parked]:
    with hub.store.reading() as connection:
        found = parked.listing(connection, shop_id=shop.id)
    for one in found:
        if one.reason.startswith(DRIFT) and (one.shape or "").rpartition("_v")[0] == area:
            yield one


# From the raw form -----------------------------------------------------------------------


def _read_again(hub: Hub, shop: Shop, area: str) -> None:
    """What cannot be asked for by its id, by the version the shop reads now."""
    channel = hub.plugins.channel(shop.channel)
    pin = {**hub.settings.pins(shop.channel, shop.name), **shop.pins}.get(area)
    facts = hub.settings.facts(shop.app, channel)
    by = reader(channel.adapters, area, pin, facts)
    for one in _waiting(hub, shop, area):
        _store(hub, shop, area, by, one)


def _store(hub: Hub, shop: Shop, area: str, by: Reader, one: parked.Parked) -> None:
    store, at = hub.store, hub.store.now()
    with store.writing() as connection:
        raw = parked.raw_of(connection, one.id, store.vault)
        record = by.read_raw(raw)
        if isinstance(record, str) or record.external_id != one.external_id:
            return
        source = records.Source(area, by.shape, None, at, None, one.stream)
        fetched, kind = [Fetched(record, raw)], kind_of(record)
        records.write_records(connection, kind, shop.owner, source, fetched, store.vault)
        parked.resolve(connection, shop.id, [one.stream], [record.external_id], at)


def kind_of(record: Record) -> Kind:
    """The kind a record is of."""
    return KINDS[KIND_OF[type(record)]]
