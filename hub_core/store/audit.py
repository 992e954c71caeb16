"""The audit log: who did what to what. It grows at its end, and nothing else.

Each row has two marks under a key that the database does not hold. `own` is of the row
and its place alone; `chain` is of the mark before it and its own, so that one row vouches
for all before it. The head, signed the same way, says which row is the last.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlmodel import col

from ..errors import Misconfigured
from . import keyring
from .tables import AuditHeadRow, AuditRow
from .vault import Vault

LONGEST = 200
SAID = ("at", "actor", "action", "of", "details")
PAGE = 1000
"""Rows that are in memory at once while all are gone through."""

HEAD = select(col(AuditHeadRow.seq), col(AuditHeadRow.chain), col(AuditHeadRow.sign))
LOCKED = HEAD.with_for_update()
INSERT, MOVE = insert(AuditRow), update(AuditHeadRow)
HIGHEST = select(func.max(AuditRow.seq))

Simple = str | int | bool | None
Details = Mapping[str, Simple | list[str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed, as it was written."""

    seq: int
    at: str
    """ISO-8601 in UTC, with microseconds."""
    actor: str
    action: str
    of: str
    details: str
    """A JSON object."""
    own: str
    chain: str

    def as_dict(self) -> dict[str, Any]:
        """What it tells, without its marks."""
        said = {
            name: getattr(self, name) for name in ("seq", "at", "actor", "action", "of")
        }
        return {**said, "details": json.loads(self.details)}


@dataclass(frozen=True, slots=True)
class Head:
    """Which row is the last. `seq` 0: there is none yet."""

    seq: int
    chain: str
    sign: str

    def is_ours(self, vault: Vault) -> bool:
        """Whether it was signed with this key, and not since changed."""
        sign = _mark(vault, self.seq, "head", self.seq, self.chain)
        return self == NONE_YET or self.sign == sign


NONE_YET = Head(0, "", "")


def append(
    connection: Connection,
    vault: Vault,
    *,
    actor: str,
    action: str,
    of: str,
    at: datetime,
    details: Details | None = None,
) -> int:
    """Write a deed in the deed's own transaction, as the last thing in it: the head stays
    locked until the commit. Gives its number.

    `action` is a noun and what was done to it (`key.revoked`), `of` what it was done to
    (`key hub_7k2mqx4d`). Ids, names and numbers only: no secret, nothing of a buyer.
    Raises Misconfigured where the log's end is not as it was left: what can't be written
    down is not done.
    """
    last = locked_head(connection)
    if last is not None and not last.is_ours(vault):
        keyring.equip(vault, keyring.facts(connection))  # the key changed meanwhile?
    if last is None or not last.is_ours(vault) or last.seq != _highest(connection):
        raise Misconfigured(
            "the end of the audit log was edited, and nothing is done that it can't hold: "
            "`hub audit verify` says what was, `hub audit head --anew` goes on from there"
        )
    seq, moment = last.seq + 1, at.astimezone(UTC).isoformat(timespec="microseconds")
    said = (moment, _line(actor), _line(action), _line(of), _details(details or {}))
    own = _mark(vault, seq, "own", seq, *said)
    chain = _mark(vault, seq, "chain", last.chain, own)
    values = dict(zip(SAID, said, strict=True))
    connection.execute(INSERT, {"seq": seq, **values, "own": own, "chain": chain})
    signed = {"seq": seq, "chain": chain, "sign": _mark(vault, seq, "head", seq, chain)}
    connection.execute(MOVE, signed)
    return seq


def locked_head(connection: Connection) -> Head | None:
    """What is the last row, with the lock on it: nobody else adds one until the commit."""
    row = connection.execute(LOCKED).first()
    return None if row is None else Head(*row)


def _highest(connection: Connection) -> int:
    return connection.execute(HIGHEST).scalar() or 0


def take_as_it_is(connection: Connection, vault: Vault) -> None:
    """Sign whatever row is the last now, so that the log can go on."""
    last = _highest(connection)
    chain = chain_at(connection, last) or ""
    sign = _mark(vault, last, "head", last, chain) if last else ""
    connection.execute(delete(AuditHeadRow))
    values = {"id": 1, "seq": last, "chain": chain, "sign": sign}
    connection.execute(insert(AuditHeadRow).values(**values))


def _line(text: str) -> str:
    """One line of readable text, whatever it was."""
    return "".join(c if c.isprintable() else "·" for c in text[:LONGEST])


def _details(details: Details) -> str:
    plain = {name: _value(value) for name, value in details.items()}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def _value(value: Simple | list[str]) -> Any:
    if isinstance(value, list):
        return [_line(one) for one in value]
    return _line(value) if isinstance(value, str) else value


# Marks ---------------------------------------------------------------------------------


def _mark(vault: Vault, row: int, what: str, *of: Any) -> str:
    """Under the key that was the log's when that row was the last."""
    return vault.sign(json.dumps([what, *of], default=str).encode(), row).hex()


def stands_at(vault: Vault, entry: Entry, seq: int) -> bool:
    """Whether this row was written as the one with this number, to the letter."""
    said = (getattr(entry, name) for name in SAID)
    return entry.own == _mark(vault, seq, "own", seq, *said)


def follows(vault: Vault, entry: Entry, before: str) -> bool:
    """Whether it was written after the row with that `chain`."""
    return entry.chain == _mark(vault, entry.seq, "chain", before, entry.own)


# Reading -------------------------------------------------------------------------------


def head(connection: Connection) -> Head | None:
    """What the database says is the last row; None where somebody has removed it."""
    row = connection.execute(HEAD).first()
    return None if row is None else Head(*row)


def entries(connection: Connection) -> Iterator[Entry]:
    """All rows by their numbers, some at a time."""
    query = select(AuditRow.__table__).order_by(col(AuditRow.seq))  # type: ignore[attr-defined]
    with connection.execute(query, execution_options={"yield_per": PAGE}) as found:
        for row in found:
            yield Entry(**row._mapping)


def chain_at(connection: Connection, seq: int) -> str | None:
    """The mark of the row with that number."""
    query = select(col(AuditRow.chain)).where(col(AuditRow.seq) == seq)
    found: str | None = connection.execute(query).scalar()
    return found


def newest(
    connection: Connection,
    *,
    actor: str | None = None,
    action: str | None = None,
    of: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Entry]:
    """The newest rows first, narrowed to an actor, an action, what it was done to."""
    a = AuditRow
    query = select(a.__table__)  # type: ignore[attr-defined]
    for name, value in (("actor", actor), ("action", action), ("of", of)):
        if value is not None:
            query = query.where(getattr(a, name) == value)
    if before is not None:
        query = query.where(col(a.seq) < before)
    found = connection.execute(query.order_by(col(a.seq).desc()).limit(limit))
    return [Entry(**row._mapping) for row in found]
