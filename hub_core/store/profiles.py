"""What is known of a shop's records in one shape, kept from one reading to the next."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import col

from .engine import insert_unless_there
from .tables import ProfileRow
from .vault import Vault


@dataclass(frozen=True, slots=True)
class OpenFindings:
    """What of one shape of one shop waits for a person."""

    shop_id: int
    shape: str
    findings: Sequence[Mapping[str, Any]]

    @property
    def area(self) -> str:
        """The shape without its number."""
        return self.shape.rpartition("_v")[0]


def version(connection: Connection, shop_id: int, shape: str) -> int:
    """Which version the store has; 0: none."""
    query = select(col(ProfileRow.version)).where(*_key(shop_id, shape))
    return int(connection.execute(query).scalar() or 0)


def load(connection: Connection, shop_id: int, shape: str, vault: Vault) -> Any:
    """What `save` was given; None where nothing is kept."""
    query = select(col(ProfileRow.sealed)).where(*_key(shop_id, shape))
    sealed = connection.execute(query).scalar()
    if sealed is None:
        return None
    return json.loads(zlib.decompress(vault.open(sealed, cell(shop_id, shape))))


def save(
    connection: Connection,
    shop_id: int,
    shape: str,
    dumped: Any,
    *,
    over: int,
    rows: int,
    findings: Sequence[Mapping[str, Any]],
    at: datetime,
    vault: Vault,
) -> int:
    """Keep it in place of version `over` (0: for the first time); gives the version that
    was kept. Where another worker, or a person, was quicker, theirs stays and it gives
    `over`: what the store has is then of another version, and is read anew."""
    text = json.dumps(dumped, separators=(",", ":"), ensure_ascii=False).encode()
    said = {
        "version": over + 1, "rows": rows, "findings": list(findings), "changed_at": at,
        "sealed": vault.seal(zlib.compress(text, 1), cell(shop_id, shape)),
    }  # fmt: skip
    if not over:
        blank = {**said, "version": 0, "findings": []}
        insert_unless_there(
            connection, ProfileRow, {"shop_id": shop_id, "shape": shape, **blank}
        )
    mine = (*_key(shop_id, shape), col(ProfileRow.version) == over)
    kept = connection.execute(update(ProfileRow).where(*mine).values(**said)).rowcount
    return over + kept


def open_findings(connection: Connection, shop_id: int | None = None) -> list[OpenFindings]:
    """What waits for a person, of all shops or one."""
    p = ProfileRow
    query = select(col(p.shop_id), col(p.shape), col(p.findings))
    query = query.order_by(col(p.shop_id), col(p.shape))
    if shop_id is not None:
        query = query.where(col(p.shop_id) == shop_id)
    return [OpenFindings(*row) for row in connection.execute(query) if row.findings]


def shapes_of(connection: Connection, shop_id: int) -> list[str]:
    """Shapes of which something is known."""
    query = select(col(ProfileRow.shape)).where(col(ProfileRow.shop_id) == shop_id)
    return sorted(connection.execute(query).scalars())


def _key(shop_id: int, shape: str) -> tuple[Any, Any]:
    return col(ProfileRow.shop_id) == shop_id, col(ProfileRow.shape) == shape


def cell(shop_id: int, shape: str) -> str:
    """Where a profile stands, as its seal's additional data."""
    return f"profile/sealed/{shop_id}:{shape}"
