"""Codes of the merchant's own (三方码): handed over beforehand, given to one order each.

A code is known by a keyed mark of it, so that it is never opened to be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, delete, func, select, update
from sqlmodel import col

from .engine import insert_unless_there
from .tables import CodeRow
from .vault import Vault

FREE, ISSUED, VOID = "free", "issued", "void"


@dataclass(frozen=True, slots=True)
class Pool:
    """How many codes a shop has for a SKU."""

    shop_id: int
    sku: str
    free: int
    issued: int
    void: int


@dataclass(frozen=True, slots=True)
class Issued:
    """One code as an order was given it."""

    code: str = field(repr=False)
    sku: str
    order_external_id: str | None
    voucher_external_id: str | None
    state: str
    issued_at: datetime | None
    void_at: datetime | None


def add(
    connection: Connection,
    vault: Vault,
    shop_id: int,
    sku: str,
    codes: Sequence[str],
    at: datetime,
) -> int:
    """Put codes into a pool; gives how many are new. One the shop has already, free or
    not, is left as it is."""
    before = _count(connection, shop_id)
    for code in codes:
        _insert(connection, vault, shop_id, code, sku=sku, state=FREE, added_at=at)
    return _count(connection, shop_id) - before


def take(
    connection: Connection,
    vault: Vault,
    shop_id: int,
    skus: Sequence[str],
    count: int,
    **to: object,
) -> list[str]:
    """Give so many free codes away, the oldest first: all or none. `skus`: the names the
    SKU goes by, the first that has enough. `to`: columns of where they go."""
    for sku in skus:
        c = CodeRow
        query = select(col(c.id), col(c.mark), col(c.sealed)).where(
            col(c.shop_id) == shop_id, col(c.sku) == sku, col(c.state) == FREE
        )
        query = query.order_by(col(c.id)).limit(count).with_for_update(skip_locked=True)
        rows = connection.execute(query).all()
        if len(rows) == count:
            step = update(c).where(col(c.id).in_([row.id for row in rows]))
            connection.execute(step.values(state=ISSUED, **to))
            return [_opened(vault, shop_id, row.mark, row.sealed) for row in rows]
    return []


def give(
    connection: Connection,
    vault: Vault,
    shop_id: int,
    sku: str,
    codes: Sequence[str],
    at: datetime,
    **to: object,
) -> bool:
    """Write down codes that were made for this very order, or were free. False, and part
    of it may be written, where one was given away before."""
    for code in codes:
        _insert(connection, vault, shop_id, code, sku=sku, state=FREE, added_at=at)
    marks = [vault.blind(code) for code in codes]
    c = CodeRow
    free = (col(c.shop_id) == shop_id, col(c.mark).in_(marks), col(c.state) == FREE)
    step = update(c).where(*free).values(state=ISSUED, issued_at=at, **to)
    return connection.execute(step).rowcount == len(set(marks)) == len(codes)


def name_vouchers(connection: Connection, ask_id: int, vouchers: Sequence[str]) -> None:
    """Which voucher each code of a question is of, in their order."""
    c = CodeRow
    query = select(col(c.id)).where(col(c.ask_id) == ask_id).order_by(col(c.id))
    ids = connection.execute(query).scalars().all()
    for id, voucher in zip(ids, vouchers, strict=False):
        step = update(c).where(col(c.id) == id)
        connection.execute(step.values(voucher_external_id=voucher))


def of_ask(connection: Connection, vault: Vault, ask_id: int) -> list[Issued]:
    """The codes a question was answered with, in clear."""
    return _issued(connection, vault, col(CodeRow.ask_id) == ask_id)


def of_order(
    connection: Connection, vault: Vault, shop_id: int, order: str
) -> list[Issued]:
    """The codes an order was given, in clear."""
    c = CodeRow
    return _issued(
        connection, vault,
        (col(c.shop_id) == shop_id) & (col(c.order_external_id) == order),
    )  # fmt: skip


def void(
    connection: Connection,
    vault: Vault,
    shop_id: int,
    order: str,
    at: datetime,
    *,
    vouchers: Sequence[str] = (),
    codes: Sequence[str] = (),
) -> int:
    """Codes of an order that hold no longer, by their vouchers or by themselves; gives how
    many did until now."""
    c, marks = CodeRow, [vault.blind(code) for code in codes]
    named = col(c.voucher_external_id).in_(vouchers) | col(c.mark).in_(marks)
    step = update(c).where(
        col(c.shop_id) == shop_id, col(c.order_external_id) == order,
        col(c.state) == ISSUED, named,
    )  # fmt: skip
    return connection.execute(step.values(state=VOID, void_at=at)).rowcount


def withdraw(connection: Connection, shop_id: int, sku: str) -> int:
    """Take the free codes of a SKU back; gives how many there were."""
    c = CodeRow
    mine = (col(c.shop_id) == shop_id, col(c.sku) == sku, col(c.state) == FREE)
    return connection.execute(delete(c).where(*mine)).rowcount


def pools(connection: Connection, shop_ids: Sequence[int] | None = None) -> list[Pool]:
    """How many codes there are, by shop and SKU."""
    c = CodeRow
    counts = [
        func.sum(case((col(c.state) == state, 1), else_=0))
        for state in (FREE, ISSUED, VOID)
    ]
    query = select(col(c.shop_id), col(c.sku), *counts)
    if shop_ids is not None:
        query = query.where(col(c.shop_id).in_(shop_ids))
    query = query.group_by(col(c.shop_id), col(c.sku)).order_by(col(c.shop_id), col(c.sku))
    return [
        Pool(row[0], row[1], *(int(n) for n in row[2:]))
        for row in connection.execute(query)
    ]


def _issued(
    connection: Connection, vault: Vault, which: ColumnElement[bool]
) -> list[Issued]:
    c = CodeRow
    query = select(c.__table__).where(which)  # type: ignore[attr-defined]
    return [
        Issued(
            _opened(vault, row.shop_id, row.mark, row.sealed), row.sku,
            row.order_external_id, row.voucher_external_id, row.state, row.issued_at,
            row.void_at,
        )
        for row in connection.execute(query.order_by(col(c.id)))
    ]  # fmt: skip


def _insert(
    connection: Connection, vault: Vault, shop_id: int, code: str, **values: object
) -> None:
    mark = vault.blind(code)
    sealed = vault.seal(code.encode(), cell(shop_id, mark))
    row = {"shop_id": shop_id, "mark": mark, "sealed": sealed, **values}
    insert_unless_there(connection, CodeRow, row)


def cell(shop_id: int, mark: str) -> str:
    """Where a code stands, as its seal's additional data."""
    return f"code/sealed/{shop_id}:{mark}"


def _opened(vault: Vault, shop_id: int, mark: str, sealed: bytes) -> str:
    return vault.open(sealed, cell(shop_id, mark)).decode()


def _count(connection: Connection, shop_id: int) -> int:
    query = select(func.count()).where(col(CodeRow.shop_id) == shop_id)
    return int(connection.execute(query).scalar_one())
