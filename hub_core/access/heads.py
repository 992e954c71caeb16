"""The audit log's head, kept outside the database: who cuts off the log's tail there does
not reach it here."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.engine import URL

from ..errors import Misconfigured
from ..settings import Settings, data_folder
from ..store.audit import Head


def place(url: URL, settings: Settings) -> Path | None:
    """The file: where `audit_head` says, else beside SQLite's, else (PostgreSQL) in the
    data folder. None: a database in memory."""
    if settings.hub.audit_head is not None:
        folder = settings.source.parent if settings.source else Path()
        return folder / Path(settings.hub.audit_head).expanduser()
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or ":memory:")
        return (
            None if file.name == ":memory:" else file.with_name(f"{file.name}.audit-head")
        )
    which = hashlib.sha256(f"{url.host}:{url.port}/{url.database}".encode()).hexdigest()
    return data_folder() / f"{url.database}-{which[:8]}.audit-head"


def as_line(head: Head) -> str:
    """A head as one line of text, to be kept anywhere."""
    return json.dumps(asdict(head))


def read_line(text: str, where: str) -> Head:
    """The same back. Raises Misconfigured for what is none."""
    try:
        said = json.loads(text)
        return Head(int(said["seq"]), str(said["chain"]), str(said["sign"]))
    except (ValueError, KeyError, TypeError):
        raise Misconfigured(
            f"{where}: no head of an audit log, a line as `hub audit head` prints it"
        ) from None


def read(file: Path) -> Head | None:
    """The head in a file; None where there is no file."""
    try:
        return read_line(file.read_text("utf-8"), str(file))
    except FileNotFoundError:
        return None


def write(file: Path, head: Head) -> None:
    """Put it in place of the one before, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    with aside.open("w", encoding="utf-8") as to:
        to.write(as_line(head) + "\n")
        to.flush()
        os.fsync(to.fileno())
    aside.replace(file)
