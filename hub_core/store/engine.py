"""One engine for SQLite and PostgreSQL: short write transactions, no values in errors."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event, make_url, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.pool import QueuePool
from sqlmodel import SQLModel, create_engine

from .holder import new_holder, session_of

Work = Callable[[Connection], None]

POOL = 20
"""Connections of one process: its threads hold one while they read or write, not while
they wait for a platform. Half of them are kept open."""
BUSY_MS = 60_000
"""How long a writer waits for another; long readers do not block in WAL."""
IDLE_MS = 60_000
"""How long a transaction may do nothing before PostgreSQL ends it, so that a worker that
was frozen in its middle does not hold its locks for ever."""

NOW = {
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
}


def connect(url: str, pool: int = POOL) -> Engine:
    """An engine for `url`, of so many connections at most. Statements' values never show in
    errors (`hide_parameters`)."""
    parsed = make_url(url)
    sizes = {"pool_size": (pool + 1) // 2, "max_overflow": pool // 2}
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite(parsed, sizes)
        engine.update_execution_options(turn=threading.Lock())
        event.listen(engine, "connect", _sqlite_connection)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True, **sizes)
    event.listen(engine, "connect", _postgres_connection)
    event.listen(engine, "handle_error", _discreet)
    return engine


def _sqlite(url: URL, sizes: Mapping[str, int]) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        # The newest connection first: each has pages at hand, and they take memory.
        return create_engine(url, hide_parameters=True, pool_use_lifo=True, **sizes)
    # A database in memory is its connection: all threads take turns on the one.
    return create_engine(
        url, hide_parameters=True, poolclass=QueuePool, pool_size=1, max_overflow=0,
        connect_args={"check_same_thread": False},
    )  # fmt: skip


def _sqlite_connection(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA secure_delete=FAST")
    cursor.execute("PRAGMA cache_size=-4000")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres_connection(connection: Any, record: Any) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_MS}")
    named = "SELECT set_config('application_name', %s, false)"
    connection.execute(named, [session_of(new_holder())])
    connection.commit()


def _discreet(context: ExceptionContext) -> None:
    discreet(context.original_exception, context.sqlalchemy_exception)


def discreet(said: Any, told: BaseException | None) -> None:
    """Take out what PostgreSQL quotes: rows in its details, and values where one is wrong.

    `said` is the driver's error, `told` SQLAlchemy's over it.
    """
    state = getattr(said, "sqlstate", None)
    if not state:
        return
    plain = "a value does not fit" if state.startswith("22") else said.diag.message_primary
    said.args = (plain,)
    if told is not None:
        told.args = (f"({type(said).__name__}, {state}) {plain}",)


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one consistent moment. Not to be kept while others wait:
    it holds back the cleaning up behind writers."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        yield connection


@contextlib.contextmanager
def writing(engine: Engine, *, durable: bool = False) -> Iterator[Connection]:
    """A write transaction, taken at once so that it never deadlocks with another.

    `durable` ones are on disk when this returns (tokens, intents); the others may be
    rolled back by a power cut, whole and together with their cursor. Threads of one
    process queue for SQLite's one writer: SQLite itself would have them sleep and retry.
    """
    turn = engine.get_execution_options().get("turn") or contextlib.nullcontext()
    with turn, engine.connect() as plain:
        last: list[tuple[tuple[str, ...], Work]] = []
        connection = plain.execution_options(writes=True, last=last)
        sync = durable and _synchronous(connection, "FULL")
        try:
            with connection.begin():
                if durable and not sync:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
                yield connection
                for _, work in sorted(last, key=itemgetter(0)):
                    work(connection)
        finally:
            if sync:
                _synchronous(connection, "NORMAL")


def at_last(connection: Connection, what: tuple[str, ...], work: Work) -> None:
    """Do it right before the commit of the transaction `writing` gave; in any other, now.

    For rows that transactions of all shops write to: nobody waits for the rest of one
    then. They are taken in the order of their names, `what`, so that no two who need the
    same ones wait for each other.
    """
    last = connection.get_execution_options().get("last")
    if last is None:
        work(connection)
    else:
        last.append((what, work))


def _synchronous(connection: Connection, level: str) -> bool:
    """Set how far SQLite's commits go; False where the database is another."""
    raw = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or raw is None:
        return False
    raw.execute(f"PRAGMA synchronous={level}")
    return True


def inserting(dialect: Dialect) -> Any:
    """What makes an INSERT that minds rows that are there. PostgreSQL's comes with all of
    its drivers, so that it is had only where that is the database."""
    if dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    return sqlite.insert


def insert_unless_there(
    connection: Connection, table: type[SQLModel], values: Mapping[str, Any]
) -> None:
    """Insert a row; another process that was quicker with the same key is left alone."""
    make = inserting(connection.dialect)
    connection.execute(make(table).values(**values).on_conflict_do_nothing())


def database_now(connection: Connection) -> float:
    """The database's own clock, epoch seconds: the one clock all workers share."""
    return float(connection.execute(text(NOW[connection.dialect.name])).scalar_one())
