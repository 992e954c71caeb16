"""Which of an app's two secrets platforms sign with, while one takes the other's place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from . import keyring
from .tables import MetaRow
from .vault import Vault

PREFIX = "former_secret/"


@dataclass(frozen=True, slots=True)
class Overlap:
    """What was seen of one app's secrets since it has a former one."""

    of: str
    """Which former secret that is: a keyed hash."""
    since: datetime
    former_at: datetime | None = None
    """When something came that was signed with the former one, last."""
    newest_at: datetime | None = None
    """The same of the one in force."""

    def seen(self, former_at: datetime | None, newest_at: datetime | None) -> Overlap:
        """With what was seen later."""
        former = max(filter(None, (self.former_at, former_at)), default=None)
        newest = max(filter(None, (self.newest_at, newest_at)), default=None)
        return Overlap(self.of, self.since, former, newest)


def mark(vault: Vault, secret: str) -> str:
    """Tells one former secret of an app from the next."""
    return vault.blind(f"former/{secret}")[:8]


def load(connection: Connection, app: str, of: str) -> Overlap | None:
    """What was seen; None where nothing was of this former secret."""
    query = select(col(MetaRow.value)).where(col(MetaRow.name) == PREFIX + app)
    text = connection.execute(query).scalar()
    said = json.loads(text) if text else {}
    if said.get("of") != of:
        return None
    times = (said[name] for name in ("since", "former_at", "newest_at"))
    since, former, newest = (t and datetime.fromisoformat(t) for t in times)
    return Overlap(of, since, former, newest)


def note(
    connection: Connection,
    app: str,
    of: str,
    now: datetime,
    *,
    former_at: datetime | None,
    newest_at: datetime | None,
) -> None:
    """Write down what was seen besides."""
    kept = (load(connection, app, of) or Overlap(of, now)).seen(former_at, newest_at)
    times = {n: getattr(kept, n) for n in ("since", "former_at", "newest_at")}
    said = {n: t.isoformat() if t else None for n, t in times.items()}
    keyring.put(connection, {PREFIX + app: json.dumps({"of": of, **said})})
