"""Work that is begun again where the database has broken it off; every time is counted."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from .engine import writing

log = logging.getLogger(__name__)

ROLLED_BACK = {"40001": "serialization", "40P01": "deadlock"}
"""PostgreSQL has rolled the transaction back and asks for it anew.
Source: https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html"""
LOST = "lost"
"""The connection, or the server behind it, is gone: whether a commit that was under way
has happened is not known."""
GONE = ("08", "57P0", "53300", "25P03")
"""How SQLSTATEs of that begin: connections that broke, a server that ends or starts or has
no room, a transaction that was left idle for too long."""
TIMES = 10
"""How often in all, where the transaction was rolled back."""
SECONDS = 30.0
"""How long a database that is away is waited for."""

T = TypeVar("T")
_counted: Counter[str] = Counter()
_lock = threading.Lock()


def broken_off(error: BaseException) -> str | None:
    """Why work may be done again: `deadlock`, `serialization` or `lost`; None: it may
    not."""
    if not isinstance(error, DBAPIError):
        return None
    state = getattr(error.orig, "sqlstate", "")
    if state in ROLLED_BACK:
        return ROLLED_BACK[state]
    lost = error.connection_invalidated or _is_gone(error, state)
    return LOST if lost else None


def _is_gone(error: DBAPIError, state: str | None) -> bool:
    """A server that cannot be reached says no state at all."""
    if state is None:
        return isinstance(error, OperationalError)
    return state.startswith(GONE)


def again(
    engine: Engine,
    work: Callable[[Connection], T],
    *,
    durable: bool = False,
    lost: bool = True,
    seconds: float = SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Do `work` in a write transaction of its own; from its beginning where a deadlock, a
    conflict or a lost connection broke it off.

    For work that may be done twice: its commit may have happened when the connection was
    lost. Without `lost` only what was rolled back is begun again, which any work may be.
    What it changes besides the database is not undone. Raises what broke it off last
    when a rolled back one was tried `TIMES` times, or a database was away for `seconds`;
    everything else at once.
    """
    until, tried = time.monotonic() + seconds, 0
    while True:
        tried += 1
        try:
            with writing(engine, durable=durable) as connection:
                return work(connection)
        except DBAPIError as error:
            why = broken_off(error)
            if why is None or (why == LOST and not lost) or _is_enough(why, tried, until):
                raise
            _count(why, error)
        sleep(_pause(tried))


def _is_enough(why: str, tried: int, until: float) -> bool:
    return time.monotonic() >= until if why == LOST else tried >= TIMES


def _pause(tried: int) -> float:
    """Up to a second, of a length of one's own: who met once shall not meet again."""
    return float(min(1.0, 0.02 * 2 ** min(tried, 6)) * random.uniform(0.5, 1.0))


def _count(why: str, error: DBAPIError) -> None:
    with _lock:
        _counted[why] += 1
    log.warning("the database broke a transaction off (%s), once more: %s", why, error.orig)


def counted() -> dict[str, int]:
    """How often work was done again in this process, by why."""
    with _lock:
        return dict(_counted)
