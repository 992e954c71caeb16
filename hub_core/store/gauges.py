"""How things stand, as numbers: a grouped query each, however many shops there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlmodel import col

from .commands import OPEN
from .streams import COMMANDS
from .tables import (
    AlarmRow,
    AskRow,
    CommandRow,
    EndpointRow,
    JournalRow,
    MessageRow,
    ParkedRow,
    ShopRow,
    StreamRow,
    TokenRow,
)

SERIAL_BITS = 21
"""Of a journal id, below its milliseconds: see `hub_core.journal.new_id`."""
SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_database_size(current_database())",
}

Rows = Sequence[Any]
"""Rows of what each function says, in that order."""


def journal_id(at: datetime) -> int:
    """The least id an entry of this moment can have."""
    return int(at.timestamp() * 1000) << SERIAL_BITS


def streams(connection: Connection) -> Rows:
    """Shop's key, channel and name, stream, when it was last read to its end, and why not
    since: of active shops."""
    s, shop = StreamRow, ShopRow
    query: Any = (
        select(
            col(shop.id), col(shop.channel), col(shop.name), col(s.name).label("stream"),
            col(s.last_ok_at), col(s.last_error),
        )
        .join(s, col(s.shop_id) == col(shop.id))
        .where(col(shop.state) == "active", ~col(s.name).startswith(COMMANDS))
    )  # fmt: skip
    return connection.execute(query).all()


def parked(connection: Connection) -> Rows:
    """Channel, shop, stream, and how many of its records can't be read."""
    p, shop = ParkedRow, ShopRow
    by = (col(shop.channel), col(shop.name), col(p.stream))
    query = select(*by, func.count()).join(shop, col(shop.id) == col(p.shop_id))
    query = query.where(col(p.resolved_at).is_(None)).group_by(*by)
    return connection.execute(query).all()


def tokens(connection: Connection) -> Rows:
    """Subject, state and end of every token. Nothing is unsealed."""
    t = TokenRow
    query = select(col(t.subject), col(t.state), col(t.expires_at))
    return connection.execute(query.where(col(t.version) > 0)).all()


def shops(connection: Connection) -> Rows:
    """Channel, external id and name of each, and whether it is read."""
    s = ShopRow
    query = select(col(s.channel), col(s.external_id), col(s.name), col(s.state))
    return connection.execute(query).all()


def calls(connection: Connection, since: datetime) -> Rows:
    """Channel, outcome, and how many calls since a moment. By the id, which is the time."""
    j = JournalRow
    by = (col(j.channel), col(j.outcome))
    query = select(*by, func.count()).where(col(j.id) >= journal_id(since))
    return connection.execute(query.group_by(*by)).all()


def commands(connection: Connection) -> Rows:
    """State, and how many commands that are not ended."""
    state = col(CommandRow.state)
    query = select(state, func.count()).where(state.in_(OPEN)).group_by(state)
    return connection.execute(query).all()


def alarms(connection: Connection) -> Rows:
    """Severity, and how many alarms are open."""
    severity = col(AlarmRow.severity)
    query = select(severity, func.count()).where(col(AlarmRow.closed_at).is_(None))
    return connection.execute(query.group_by(severity)).all()


def endpoints(connection: Connection) -> Rows:
    """State, and how many endpoints of webhooks out."""
    state = col(EndpointRow.state)
    return connection.execute(select(state, func.count()).group_by(state)).all()


def messages(connection: Connection) -> tuple[int, int]:
    """Messages to endpoints: that wait, and that were given up."""
    dead = func.count(col(MessageRow.dead_at))
    every, given_up = connection.execute(select(func.count(), dead)).one()
    return every - given_up, given_up


def asks(connection: Connection) -> Rows:
    """Channel, how many of its questions wait for an answer, and the first one's end."""
    a = AskRow
    query = select(col(a.channel), func.count(), func.min(a.deadline_at))
    return connection.execute(
        query.where(col(a.state) == "open").group_by(col(a.channel))
    ).all()


def journal_since(connection: Connection) -> datetime | None:
    """When the oldest call that is kept was made."""
    j = JournalRow
    query = select(col(j.at)).order_by(col(j.id)).limit(1)
    found: datetime | None = connection.execute(query).scalar()
    return found


def size(connection: Connection) -> int:
    """Bytes of the whole database."""
    return int(connection.execute(text(SIZE[connection.dialect.name])).scalar_one())
