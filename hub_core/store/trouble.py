"""What ails the database, where a person can mend it, in words that say how."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from .again import LOST, broken_off

FULL = "the disk that holds the database is full: make room"
LOCKED = (
    "the database is locked: another program has held it for a minute; end what holds it "
    "(a copy? an open SQLite browser?)"
)
SICK = "the disk that holds the database cannot be read or written: see to it"
DAMAGED = "the database's file is damaged: put a copy of it in its place"
AWAY = "the database went away or has no room for another connection: see to its server"
AGAIN = "and run this again; what was committed stays"
UNDONE = "the database undid this, for something else was in its way"

SQLITE = {
    "SQLITE_FULL": FULL,
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_IOERR": SICK,
    "SQLITE_READONLY": "the database may only be read: see to its rights",
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
}
"""By result code. Source: https://www.sqlite.org/rescode.html"""
POSTGRES = {
    "53100": FULL,
    "53300": AWAY,
    "57P01": AWAY,
    "57P02": AWAY,
    "57P03": AWAY,
    "58030": SICK,
    "25006": "the database may only be read: is its server a standby?",
    "XX001": DAMAGED,
}
"""By SQLSTATE. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def ailment(error: BaseException) -> str | None:
    """What it is and how to go on; None where it is none of these."""
    said = error.orig if isinstance(error, DBAPIError) else None
    name = str(getattr(said, "sqlite_errorname", ""))
    state = str(getattr(said, "sqlstate", None) or "")
    found = SQLITE.get("_".join(name.split("_")[:2])) or POSTGRES.get(state)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if found is None and (lost or state.startswith("08")):
        found = AWAY
    return f"{found}, {AGAIN}" if found else None


def what_broke_it_off(error: BaseException) -> str | None:
    """The same of what was under way: a database that can't be reached was there before."""
    if (found := ailment(error)) or (why := broken_off(error)) is None:
        return found
    return f"{AWAY if why == LOST else UNDONE}, {AGAIN}"
