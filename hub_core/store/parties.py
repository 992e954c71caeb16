"""Buyers and receivers of orders: sealed, with masked copies for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlmodel import col

from ..models import Order, Party, Protection
from . import bulk, rows
from .tables import PartyRow
from .vault import Vault

PARTY = (
    "order_id", "protection", "masked_name", "masked_phone", "region", "phone_key"
)  # fmt: skip
"""All but what is sealed."""


def cell(shop_id: int, external_id: str) -> str:
    """Where the personal data of an order stand, as their seal's additional data."""
    return f"party/sealed/{shop_id}:{external_id}"


def buyer_key(order: Order, channel: str, vault: Vault) -> str | None:
    """HMAC of the platform's buyer token: joins orders of one buyer, tells nobody who."""
    token = order.party.buyer_token if order.party else None
    return vault.blind(f"{channel}/{token}") if token else None


def write(
    connection: Connection,
    shop_id: int,
    found: Sequence[tuple[int, Any, bytes]],
    vault: Vault,
) -> None:
    """Insert them: the order's internal key, the order, its personal data as text."""
    cells = [(text, cell(shop_id, order.external_id)) for _, order, text in found]
    made = [_row(key, order, vault) for key, order, _ in found]
    columns = dict(zip(PARTY, zip(*made, strict=True), strict=True))
    bulk.insert(connection, PartyRow, {**columns, "sealed": vault.seal_all(cells)})


def read(
    connection: Connection, shop_id: int, order_id: int, external_id: str, vault: Vault
) -> Party | None:
    """The party of a stored order, opened; None where nothing was said of any."""
    p = PartyRow
    query = select(col(p.sealed), col(p.protection)).where(col(p.order_id) == order_id)
    row = connection.execute(query).first()
    if row is None:
        return None
    said = json.loads(vault.open(row.sealed, cell(shop_id, external_id)))
    return Party(protection=Protection(row.protection), **said)


def clear(connection: Connection, ids: list[int | None]) -> None:
    """Remove those of orders about to be replaced."""
    connection.execute(delete(PartyRow).where(col(PartyRow.order_id).in_(ids)))


def _row(key: int, order: Order, vault: Vault) -> rows.Row:
    party = order.party
    assert party is not None
    phone = rows.normal_phone(party.phone)
    return (
        key,
        party.protection.value,
        rows.masked_name(party.name),
        rows.masked_phone(party.phone),
        rows.region(party),
        vault.blind(phone) if phone else None,
    )
