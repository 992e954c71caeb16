"""One engine for SQLite and PostgreSQL: short write transactions, no values in errors."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url, text
from sqlmodel import create_engine

BUSY_MS = 60_000
"""How long a writer waits for another; long readers do not block in WAL."""


NOW = {
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
}


def connect(url: str) -> Engine:
    """An engine for `url`. Statements' values never show in errors (`hide_parameters`)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, hide_parameters=True)
        event.listen(engine, "connect", _sqlite_connection)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(parsed, hide_parameters=True, pool_pre_ping=True)


def _sqlite_connection(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA secure_delete=FAST")
    cursor.execute("PRAGMA cache_size=-32000")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def writing(engine: Engine, *, durable: bool = False) -> Iterator[Connection]:
    """A write transaction, taken at once so that it never deadlocks with another.

    `durable` ones are on disk when this returns (tokens, intents); the others may be
    rolled back by a power cut, whole and together with their cursor.
    """
    with engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        sqlite = connection.dialect.name == "sqlite"
        if durable and sqlite:
            _pragma(connection, "FULL")
        try:
            with connection.begin():
                yield connection
        finally:
            if durable and sqlite:
                _pragma(connection, "NORMAL")


def _pragma(connection: Connection, level: str) -> None:
    raw = connection.connection.driver_connection
    if raw is not None:
        raw.execute(f"PRAGMA synchronous={level}")


def database_now(connection: Connection) -> float:
    """The database's own clock, epoch seconds: the one clock all workers share."""
    return float(connection.execute(text(NOW[connection.dialect.name])).scalar_one())
