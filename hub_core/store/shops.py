"""Shops: which there are and what opening a line to them takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Text, cast, insert, select, update
from sqlmodel import col

from ..errors import Misconfigured
from . import fetching, rows
from .kinds import Owner
from .tables import ShopRow


@dataclass(frozen=True, slots=True)
class Refusal:
    """The platform's last word that the app may not work for a shop (any more)."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop as stored. Credentials stand elsewhere, sealed."""

    id: int
    uid: str
    name: str
    channel: str
    external_id: str
    app: str
    start_at: datetime
    title: str | None = None
    company: str | None = None
    group: str | None = None
    kind: str = "goods"
    time_zone: str = "Asia/Shanghai"
    day_cut_hour: int = 0
    state: str = "active"
    account: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    pins: Mapping[str, int] = field(default_factory=dict)
    refused: Refusal | None = None

    @property
    def owner(self) -> Owner:
        """What writing this shop's rows takes."""
        zone = ZoneInfo(self.time_zone)
        return Owner(self.id, self.channel, self.external_id, zone, self.day_cut_hour)


def take_turn(connection: Connection, shop_id: int) -> None:
    """One writer of a shop's records at a time, from here to the commit: two streams may
    hold the same one. It is taken before anything of the shop's is written, so that no two
    wait for each other.

    SQLite has one writer anyhow.
    """
    turn = select(col(ShopRow.id)).where(col(ShopRow.id) == shop_id).with_for_update()
    if connection.dialect.name != "sqlite":
        connection.execute(turn)


PLAIN = (
    *("id", "uid", "name", "channel", "external_id", "app", "title", "company", "kind"),
    *("shop_group", "time_zone", "day_cut_hour", "state", "start_at", "refused_at"),
    "refused_why",
)
MAPPINGS = ("account", "settings", "pins")


def _select() -> Any:
    """Shops by name: rows for `_shop`. Mappings come as the text they are kept as."""
    of = ShopRow.__table__  # type: ignore[attr-defined]
    plain = [fetching.quick(of.c[name]) for name in PLAIN]
    texts = [cast(of.c[name], Text).label(name) for name in MAPPINGS]
    return select(*plain, *texts).order_by(of.c.name)


@lru_cache(maxsize=4096)
def _shop(row: tuple[Any, ...]) -> Shop:
    """Made once of a row, as long as it is the same."""
    said = dict(zip((*PLAIN, *MAPPINGS), row, strict=True))
    at, why = said.pop("refused_at"), said.pop("refused_why")
    said |= {name: json.loads(said[name] or "null") or {} for name in MAPPINGS}
    return Shop(
        group=said.pop("shop_group"), refused=Refusal(at, why) if at else None, **said
    )


def _refusal(row: Any) -> Refusal | None:
    return Refusal(row.refused_at, row.refused_why) if row.refused_at else None


def add_shop(connection: Connection, *, at: datetime, **values: Any) -> int:
    """Add a shop; Misconfigured when its name or its account is there already."""
    refuse_twin(connection, values["name"], values["channel"], values["external_id"])
    values["shop_group"] = values.pop("group", None)
    uid = rows.hub_id(values["channel"], values["external_id"])
    step = (
        insert(ShopRow).values(uid=uid, created_at=at, **values).returning(col(ShopRow.id))
    )
    made: int | None = connection.execute(step).scalar_one()
    assert made is not None
    return made


def refuse_twin(connection: Connection, name: str, channel: str, external_id: str) -> None:
    """Raises Misconfigured when the name or the account is taken."""
    s = ShopRow
    same = (col(s.channel) == channel) & (col(s.external_id) == external_id)
    query = select(col(s.name)).where((col(s.name) == name) | same)
    if (twin := connection.execute(query).scalar()) is not None:
        raise Misconfigured(
            f"shop {twin!r} has this name or this {channel} account already"
        )


def change_shop(connection: Connection, shop_id: int, **values: Any) -> None:
    """Change a shop's own columns."""
    connection.execute(update(ShopRow).where(col(ShopRow.id) == shop_id).values(values))


def refusal(connection: Connection, shop_id: int) -> Refusal | None:
    """Whether the platform refuses the shop, as it is stored now."""
    s = ShopRow
    query = select(col(s.refused_at), col(s.refused_why)).where(col(s.id) == shop_id)
    return _refusal(connection.execute(query).one())


EVERY = _select()


def shops(
    connection: Connection, name: str | None = None, **same: str | None
) -> list[Shop]:
    """All shops, by name; or those of a name (or hub id), `channel`, `company`, `group`."""
    s, query = ShopRow, EVERY
    equal = {
        "channel": col(s.channel), "company": col(s.company), "group": col(s.shop_group)
    }  # fmt: skip
    if name is not None:
        query = query.where((col(s.name) == name) | (col(s.uid) == name))
    for which, value in same.items():
        if value is not None:
            query = query.where(equal[which] == value)
    return [_shop(tuple(row)) for row in connection.execute(query).all()]


def shop_named(connection: Connection, name: str) -> Shop:
    """The shop of that name (or hub id). Misconfigured naming the shops there are."""
    s = ShopRow
    if (found := _one(connection, (col(s.name) == name) | (col(s.uid) == name))) is None:
        there = (shop.name for shop in shops(connection))
        names = ", ".join(there) or "none yet: add one with `hub shop add`"
        raise Misconfigured(f"no shop {name!r}; there are: {names}")
    return found


def shop_with(connection: Connection, shop_id: int) -> Shop | None:
    """The shop with this row's number, if it is still there."""
    return _one(connection, col(ShopRow.id) == shop_id)


def _one(connection: Connection, which: ColumnElement[bool]) -> Shop | None:
    row = connection.execute(EVERY.where(which)).first()
    return None if row is None else _shop(tuple(row))
