"""Logins in progress: one step each, and each step once."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlmodel import col

from .tables import AuthorisationRow, InboxRow
from .vault import Vault

INVITED, AWAY, REDEEMING, GRANTED = "invited", "away", "redeeming", "granted"
DONE, REFUSED, FAILED = "done", "refused", "failed"
ENDED = (DONE, REFUSED, FAILED)


@dataclass(frozen=True, slots=True)
class Login:
    """One login, without its secrets."""

    id: int
    channel: str
    app: str
    shop_id: int | None
    shop_name: str | None
    scopes: str
    redirect: str
    telling: str
    by: str
    browser_hash: bytes | None = field(repr=False)
    stage: str
    said: str | None
    permissions: str | None
    until: datetime | None
    made_at: datetime
    expires_at: datetime
    granted_at: datetime | None
    ended_at: datetime | None


_COLUMNS = [getattr(AuthorisationRow, name) for name in Login.__slots__]


def add(connection: Connection, **values: Any) -> int:
    """Begin one; gives its number."""
    step = insert(AuthorisationRow).values(**values).returning(col(AuthorisationRow.id))
    made = connection.execute(step).scalar_one()
    assert made is not None
    return made


def known_by(connection: Connection, name: str, secret_hash: bytes) -> Login | None:
    """The one with this `link_hash` or `state_hash`, whatever became of it."""
    column = col(getattr(AuthorisationRow, name))
    row = connection.execute(select(column, *_COLUMNS).where(column == secret_hash)).first()
    if row is None or not hmac.compare_digest(row[0], secret_hash):
        return None
    return Login(*row[1:])


def one(connection: Connection, id: int) -> Login | None:
    """By its number."""
    row = connection.execute(
        select(*_COLUMNS).where(col(AuthorisationRow.id) == id)
    ).first()
    return None if row is None else Login(*row)


def move(connection: Connection, id: int, stage: str, to: str, **values: Any) -> bool:
    """Take it from one stage to the next; False where somebody else did."""
    a = AuthorisationRow
    step = update(a).where(col(a.id) == id, col(a.stage) == stage)
    return connection.execute(step.values(stage=to, **values)).rowcount == 1


def cell(id: int) -> str:
    """Where what was consented to stands, as its seal's additional data."""
    return f"authorisation/sealed/{id}"


def consent(connection: Connection, id: int, vault: Vault) -> bytes | None:
    """What was consented to, opened; None where nothing is kept."""
    a = AuthorisationRow
    sealed = connection.execute(select(col(a.sealed)).where(col(a.id) == id)).scalar()
    return None if sealed is None else vault.open(sealed, cell(id))


def listing(
    connection: Connection, *, stages: Sequence[str] = (), limit: int = 100
) -> list[Login]:
    """The newest first; of these stages, or all."""
    query = select(*_COLUMNS).order_by(col(AuthorisationRow.id).desc()).limit(limit)
    if stages:
        query = query.where(col(AuthorisationRow.stage).in_(stages))
    return [Login(*row) for row in connection.execute(query)]


def unsettled(
    connection: Connection, telling: str, since: datetime, limit: int = 1000
) -> list[Login]:
    """Those that go on by themselves: in the middle of their end, or away, told of in this
    way and good until `since` at least."""
    a = AuthorisationRow
    away = (col(a.stage) == AWAY) & (col(a.telling) == telling)
    between = col(a.stage).in_((REDEEMING, GRANTED))
    query = select(*_COLUMNS).where(or_(between, away & (col(a.expires_at) > since)))
    query = query.order_by(col(a.id).desc()).limit(limit)
    return [Login(*row) for row in connection.execute(query)]


def pushed(connection: Connection, login: Login, event: str) -> list[int]:
    """The pushes of an event that came to its app while it was good, by their numbers."""
    i = InboxRow
    query = select(col(i.id)).where(
        col(i.channel) == login.channel, col(i.app) == login.app, col(i.event) == event,
        col(i.received_at) >= login.made_at, col(i.received_at) < login.expires_at,
    )  # fmt: skip
    return [id for id in connection.execute(query.order_by(col(i.id))).scalars() if id]


def purge(connection: Connection, before: datetime) -> int:
    """Forget those begun before a moment; gives how many. A shop's last consent is kept,
    which says what it allows; and the newest, or its number would be given again."""
    a = AuthorisationRow
    last = select(func.max(col(a.id))).where(col(a.stage) == DONE).group_by(col(a.shop_id))
    newest = select(func.max(col(a.id))).scalar_subquery()
    old = (col(a.made_at) < before, col(a.id).not_in(last), col(a.id) < newest)
    step = delete(a).where(*old)
    return connection.execute(step).rowcount
