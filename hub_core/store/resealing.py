"""Sealing everything anew with the newest key: some rows at a time, from where it was left.

A row that is sealed with the newest key is done, so nothing has to be remembered: whoever
begins again passes over what was done. A row that somebody else writes meanwhile is theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlmodel import SQLModel

from ..errors import Misconfigured
from . import asks, authorisations, codes, inbox, parked, parties, profiles, records, tokens
from .kinds import KINDS, ORDER, Kind
from .tables import (
    AskRow,
    AuthorisationRow,
    CodeRow,
    EndpointRow,
    InboxRow,
    ParkedRow,
    PartyRow,
    ProfileRow,
    RawRow,
    TokenRow,
)
from .vault import ID, Vault

BATCH = 200
"""Rows of one transaction: no writer waits for long."""

Cell = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Column:
    """A sealed column, and where each value stands: its seal's additional data."""

    table: Table
    query: Select[Any]
    """The key's columns, `sealed`, and what the cell is made of."""
    cell: Cell

    @property
    def keys(self) -> list[Any]:
        """The table's key."""
        return list(self.table.primary_key.columns)


def _own(model: type[SQLModel], cell: Cell, *names: str) -> Column:
    """One whose cell is told by the row itself."""
    t = _table(model)
    keys = [c.name for c in t.primary_key.columns]
    wanted = dict.fromkeys([*keys, "sealed", *names])
    return Column(t, select(*(t.c[name] for name in wanted)), cell)


def _raw(kind: Kind) -> Column:
    r, t = _table(RawRow), kind.table
    query = select(r.c.entity, r.c.entity_id, r.c.area, r.c.sealed, t.c.shop_id,
                   t.c.external_id)  # fmt: skip
    mine = query.join(t, t.c.id == r.c.entity_id).where(r.c.entity == kind.name)
    return Column(
        r, mine, lambda row: records.raw_cell(row.shop_id, row.external_id, row.area)
    )


def _party() -> Column:
    p, o = _table(PartyRow), ORDER.table
    query = select(p.c.order_id, p.c.sealed, o.c.shop_id, o.c.external_id)
    return Column(
        p,
        query.join(o, o.c.id == p.c.order_id),
        lambda row: parties.cell(row.shop_id, row.external_id),
    )


def _table(model: type[SQLModel]) -> Table:
    made: Table = model.__table__  # type: ignore[attr-defined]
    return made


COLUMNS: tuple[Column, ...] = (
    # Tokens first: what is worth most to a thief is soonest under the new key.
    _own(TokenRow, lambda row: tokens.cell(row.subject)),
    _own(EndpointRow, lambda row: f"endpoint/sealed/{row.uid}", "uid"),
    _own(
        AskRow,
        lambda row: asks.cell(row.channel, row.app, row.kind, row.key),
        *("channel", "app", "kind", "key"),
    ),
    _own(AuthorisationRow, lambda row: authorisations.cell(row.id)),
    _own(CodeRow, lambda row: codes.cell(row.shop_id, row.mark), "shop_id", "mark"),
    _own(
        InboxRow,
        lambda row: inbox.cell(row.channel, row.app, row.body_hash),
        *("channel", "app", "body_hash"),
    ),
    _own(
        ParkedRow,
        lambda row: parked.cell(row.shop_id, row.stream, row.record_key),
        *("shop_id", "stream", "record_key"),
    ),
    _own(ProfileRow, lambda row: profiles.cell(row.shop_id, row.shape)),
    _party(),
    *(_raw(kind) for kind in KINDS.values()),
)
"""Every sealed column there is: a test compares them with the tables."""


@dataclass(slots=True)
class Resealed:
    """What came of going through all of it once."""

    done: Counter[str] = field(default_factory=Counter)
    """Values by their tables."""
    shut: list[str] = field(default_factory=list)
    """Values that open with none of the keys here, by table and key."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows, sealed anew, as they are to be written."""

    column: Column
    rows: list[dict[str, Any]]
    shut: list[str]


def batches(
    read: Callable[[Select[Any]], Sequence[Row[Any]]], vault: Vault, size: int = BATCH
) -> Iterator[Batch]:
    """All that is not sealed with the newest key, sealed with it. `read` runs a query in a
    transaction of its own; `write` puts a batch in place."""
    for column in COLUMNS:
        after: tuple[Any, ...] | None = None
        while rows := read(_next(column, vault, after, size)):
            after = tuple(getattr(rows[-1], key.name) for key in column.keys)
            yield _anew(column, rows, vault)


def write(connection: Connection, batch: Batch) -> None:
    """Put them in place, save where somebody else was there meanwhile."""
    t = batch.column.table
    same = [key == bindparam(f"of_{key.name}") for key in batch.column.keys]
    step = update(t).where(*same, t.c.sealed == bindparam("former"))
    connection.execute(step.values(sealed=bindparam("new")), batch.rows)


def left(connection: Connection, vault: Vault) -> dict[str, Counter[str]]:
    """How many values each key but the newest has sealed, by table."""
    found: dict[str, Counter[str]] = {}
    for table in {column.table.name: column.table for column in COLUMNS}.values():
        key = _key_of(table)
        query = select(key, func.count()).where(_is_former(table, vault)).group_by(key)
        for id, count in connection.execute(query):
            found.setdefault(bytes(id).hex(), Counter())[table.name] = count
    return found


def _anew(column: Column, rows: Sequence[Row[Any]], vault: Vault) -> Batch:
    made, shut = [], []
    for row in rows:
        keys = {key.name: getattr(row, key.name) for key in column.keys}
        cell, former = column.cell(row), bytes(row.sealed)
        try:
            new = vault.seal(vault.open(former, cell), cell)
        except Misconfigured:
            shut.append(f"{column.table.name} {'/'.join(map(str, keys.values()))}")
            continue
        named = {f"of_{name}": value for name, value in keys.items()}
        made.append({**named, "former": former, "new": new})
    return Batch(column, made, shut)


def _next(
    column: Column, vault: Vault, after: tuple[Any, ...] | None, size: int
) -> Select[Any]:
    query = column.query.where(_is_former(column.table, vault))
    if after is not None:
        values = [literal(v, k.type) for v, k in zip(after, column.keys, strict=True)]
        query = query.where(tuple_(*column.keys) > tuple_(*values))
    return query.order_by(*column.keys).limit(size)


def _is_former(table: Table, vault: Vault) -> ColumnElement[bool]:
    """A row of an empty value (a token there is none of yet) is sealed with no key."""
    newest = literal(bytes.fromhex(vault.fingerprint), LargeBinary)
    return and_(func.length(table.c.sealed) > 0, _key_of(table) != newest)


def _key_of(table: Table) -> Any:
    return func.substr(table.c.sealed, 1, ID, type_=LargeBinary)
