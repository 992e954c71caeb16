"""New databases of tests, made as the migrations made the first one of this process.

Walking all migrations for each of some thousand databases is a good part of a run. What
they come to is written down once and said again, statement by statement.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, Engine

from hub_core.store import schema
from hub_core.store.engine import connect, reading, writing

MIGRATE = schema.upgrade
"""What the hub does."""
AROUND = ("BEGIN TRANSACTION;", "COMMIT;")


def install() -> None:
    """Let this process make its new databases so."""
    schema.upgrade = upgrade


def upgrade(engine: Engine) -> None:
    """Like the hub's own, for a new database of SQLite by rote."""
    if engine.dialect.name != "sqlite":
        MIGRATE(engine)
        return
    with writing(engine, durable=True) as connection:
        if new := _is_new(connection):
            for statement in _statements():
                connection.exec_driver_sql(statement)
    if not new:
        MIGRATE(engine)


def _is_new(connection: Connection) -> bool:
    found = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
    return found == 0


@cache
def _statements() -> tuple[str, ...]:
    engine = connect("sqlite://")
    MIGRATE(engine)
    with reading(engine) as connection:
        dump = connection.connection.driver_connection.iterdump()  # type: ignore[union-attr]
        said = tuple(line for line in dump if line not in AROUND)
    engine.dispose()
    return said
