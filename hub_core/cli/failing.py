"""How a command ends: an error on purpose is a sentence and a code, not a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import typer

from ..errors import HubError
from .output import complain

Interrupted = (typer.Abort, KeyboardInterrupt)
LEFT = "stopped; what was committed stays"
WELL, NOT_WELL, WRONG_USE, STOPPED = 0, 1, 2, 130


ASKED_WRONGLY = (
    *("Misconfigured", "PositionLost"),
    *("Decided", "Misfit", "NoQuestion", "TooLate"),
)
URL = (
    "the database's URL is none the hub can use: write sqlite:////folder/hub.db or "
    "postgresql://host/name (--database, CHANNEL_HUB_DATABASE or [hub] database)"
)
FOREIGN = ("oracledb", "cx_Oracle", "MySQLdb", "pymysql", "pyodbc", "psycopg2")
"""Drivers SQLAlchemy would load for databases the hub has never been tried on."""


def ended(command: Callable[[], Any]) -> int:
    """Run it and give the exit code. What is no known failure is ours and shows itself."""
    try:
        code = command()
    except HubError as error:
        complain_of(error)
        return WRONG_USE if error.kind in ASKED_WRONGLY else NOT_WELL
    except typer.Exit as leave:
        return int(leave.exit_code)
    except Interrupted:
        return _said(LEFT, STOPPED)
    except BrokenPipeError:
        return _reader_left()
    except Exception as error:
        if (code := _known(error)) is None:
            raise
        return code
    if code == STOPPED:
        return _said(LEFT, STOPPED)
    return code if isinstance(code, int) else WELL


def complain_of(error: HubError) -> None:
    """What happened, and what to do next where the error itself does not say it."""
    complain(f"hub: {error}")
    if "`hub " not in str(error) and (remedy := _remedy(error)):
        complain(f"next: {remedy}")


def _remedy(error: HubError) -> str | None:
    shop = f" {error.shop}" if error.shop else ""
    look = f"hub journal {error.journal_id}" if error.journal_id else "hub journal --errors"
    match error.kind:
        case "Unauthorised" | "TokenExpired":
            return (
                f"its owner authorises the app again, then: hub shop token{shop} (or, "
                f"where the app's own token serves all shops: hub shop resume{shop})"
            )
        case "Forbidden":
            return f"the platform has to allow it: hub doctor --live{shop}"
        case "Throttled" | "Banned" | "Down":
            return "wait, and run it again; what is committed stays"
        case "Retryable" | "Garbled":
            return f"look at network, proxy and base_url ({look}), and run it again"
        case "PositionLost":
            return "hub export orders --json"
        case "Misconfigured" if error.call is not None:
            return "look at the app's key and secret: hub doctor"
        case "Rejected" | "BadRequest" | "Gone" | "Unreadable":
            return f"what was asked and what came: {look}"
    return None


def _said(text: str, code: int) -> int:
    complain(f"hub: {text}")
    return code


def _reader_left() -> int:
    """`hub … | head`: nothing more can be said there, and Python must not try."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return NOT_WELL


def _known(error: Exception) -> int | None:
    """The code for failures whose cause a person can mend; None for ours."""
    show = getattr(error, "show", None)
    if show is not None:
        show()
        return WRONG_USE
    if type(error).__module__.startswith("sqlalchemy."):
        return _database(error)
    if isinstance(error, ModuleNotFoundError) and error.name == "psycopg":
        return _said(
            "PostgreSQL needs a driver: pip install 'channel-hub[postgres]'", WRONG_USE
        )
    if isinstance(error, ModuleNotFoundError) and error.name in FOREIGN:
        return _said(URL, WRONG_USE)
    if isinstance(error, OSError) and error.filename is not None:
        return _said(f"{error.filename}: {error.strerror}", NOT_WELL)
    return None


def _database(error: Exception) -> int | None:
    from ..store.trouble import ailment

    kind, cause = type(error).__name__, str(getattr(error, "orig", None) or error)
    first = cause.strip().split("\n")[0]
    if kind in ("ArgumentError", "NoSuchModuleError"):
        return _said(URL, WRONG_USE)
    if ails := ailment(error):
        return _said(ails, NOT_WELL)
    if kind not in ("OperationalError", "DatabaseError"):
        return None
    return _said(
        f"the database cannot be used: {first}; see --database, CHANNEL_HUB_DATABASE or "
        "[hub] database in plugins.toml",
        NOT_WELL,
    )
