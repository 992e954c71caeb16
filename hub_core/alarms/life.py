"""An alarm's life: raised once, kept while it lasts, closed when it is gone for good.

A trouble that comes and goes is one alarm: it has to stay away for a while, and for twice
as long each time it comes back soon after its end.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from ..masking import MASK, PERSONAL, SAID_OF_SOMEBODY, SECRET_PAIR
from ..store import alarms
from ..store.alarms import Alarm
from .trouble import Severity, Trouble

SOON = timedelta(hours=1)
"""What comes back within this after its end has flapped."""
LONGEST = timedelta(hours=4)
"""How long it has to stay away at most."""
SAID = 200


@dataclass(slots=True)
class Found:
    """What a look has found, and which sources of troubles have answered."""

    troubles: dict[str, tuple[str, Trouble]] = field(default_factory=dict)
    """By key: the source and what it found."""
    answered: set[str] = field(default_factory=set)

    def add(self, source: str, troubles: Sequence[Trouble]) -> None:
        """Take what a source has found."""
        self.troubles |= {one.key: (source, one) for one in troubles}

    def uncovered(self) -> dict[str, tuple[str, Trouble]]:
        """Without what comes of others of them."""
        roots = [key for _, one in self.troubles.values() for key in one.covers]
        return {k: v for k, v in self.troubles.items() if not is_covered(k, roots)}


@dataclass(frozen=True, slots=True)
class Changes:
    """What a look has changed: keys."""

    raised: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    open: int = 0


def is_covered(key: str, roots: Collection[str]) -> bool:
    """Whether a key is one of these, or begins with one of them that ends with a colon."""
    return any(key == root or (root[-1:] == ":" and key.startswith(root)) for root in roots)


def settle(
    connection: Connection,
    found: Found,
    now: datetime,
    *,
    before: datetime,
    patience: timedelta,
) -> Changes:
    """Bring the alarms to what a look has found; `before` was the one before it."""
    fresh = found.uncovered()
    roots = [key for _, one in found.troubles.values() for key in one.covers]
    there, closed = alarms.open_ones(connection), []
    for alarm in there:
        if alarm.key in fresh:
            _keep(connection, alarm, fresh.pop(alarm.key)[1])
        elif is_covered(alarm.key, roots):
            alarms.change(connection, alarm.id, closed_at=now, gone_at=now, quiet=True)
            closed.append(alarm.key)
        elif alarm.source in found.answered:
            untold = alarm.gone_at is None and before < alarm.tell_at
            quiet = untold or alarm.once
            if quiet or _stays_away(connection, alarm, now, patience):
                gone = alarm.gone_at or now
                ended = {"closed_at": now, "gone_at": gone, "quiet": quiet}
                alarms.change(connection, alarm.id, **ended)
                closed.append(alarm.key)
    _raise(connection, fresh, now)
    left = len(there) - len(closed) + len(fresh)
    return Changes(tuple(fresh), tuple(closed), left)


def _keep(connection: Connection, alarm: Alarm, one: Trouble) -> None:
    """Still there: what is said of it may change; how bad it is only grows."""
    worse = one.severity.rank > Severity(alarm.severity).rank
    now: dict[str, Any] = {"said": _clean(one.said), "next": _clean(one.next)}
    now |= {"severity": str(one.severity) if worse else alarm.severity, "gone_at": None}
    now |= {"acked_at": None} if worse else {}
    if any(getattr(alarm, name) != value for name, value in now.items()):
        alarms.change(connection, alarm.id, **now)


def _stays_away(
    connection: Connection, alarm: Alarm, now: datetime, patience: timedelta
) -> bool:
    """Whether it is gone for good; the time in which it may come back begins now else."""
    if alarm.gone_at is None:
        alarms.change(connection, alarm.id, gone_at=now)
        return False
    longer: int = 2 ** min(alarm.flaps, 10)
    return now - alarm.gone_at >= min(patience * longer, LONGEST)


def _raise(
    connection: Connection, fresh: Mapping[str, tuple[str, Trouble]], now: datetime
) -> None:
    came_back = alarms.flaps(connection, fresh, now - SOON)
    for key, (source, one) in fresh.items():
        flaps = came_back[key] + 1 if key in came_back else 0
        alarms.raise_one(
            connection,
            {
                "key": key, "source": source, "severity": str(one.severity),
                "channel": one.channel, "company": one.company, "shop": one.shop,
                "said": _clean(one.said), "next": _clean(one.next), "since": one.since,
                "raised_at": now, "tell_at": now + one.wait, "once": one.once,
                "flaps": flaps,
            },
        )  # fmt: skip


def _clean(text: str) -> str:
    """One line, without labelled secrets, phones and the like. Long words stay: a shop may
    be named like a token."""
    flat = SECRET_PAIR.sub(rf"\g<1>{MASK}", " ".join(text.split()))
    named = SAID_OF_SOMEBODY.sub(lambda found: f"{found[1] or found[2]}{MASK}", flat)
    return PERSONAL.sub(MASK, named)[:SAID]
