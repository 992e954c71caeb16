"""The service's log: one event one line, in which nothing is a secret or a buyer's.

All loggers of the process go through it, those of libraries too.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from ..masking import MASK, mask_text

FORMATS = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")
LOUD = (
    *("httpx", "httpcore", "dbos", "asyncio", "sqlalchemy", "alembic", "uvicorn"),
    "apprise",
)
"""Libraries that tell requests, headers, jobs or statements below their warnings: never
heard below that."""
FRAMES = 8
LONGEST = 4000
QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>()]*=[^\s\"'<>()]*")
"""Of an address or path: ids, tokens and signatures stand in it."""
UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""What ends a line, is obeyed by a terminal, or is not seen."""


def install(form: str, level: str) -> None:
    """Have every logger of this process write so, whatever was set up before."""
    handler = _Stderr()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, one in list(logging.root.manager.loggerDict.items()):
        if isinstance(one, logging.Logger) and name.partition(".")[0] in LOUD:
            one.handlers.clear()
            # Whatever ran here before may have hushed it.
            one.propagate, one.disabled = True, False
            one.setLevel(logging.NOTSET)
    for name in LOUD:
        loud = logging.getLogger(name)
        loud.setLevel(max(logging.WARNING, root.level))
        # Its own: one that has none would set up another.
        loud.handlers[:], loud.propagate = [handler], False
    logging.captureWarnings(True)


class _Stderr(logging.StreamHandler[TextIO]):
    """Whatever is standard error when something is told."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """As it is now."""
        return sys.stderr


class TextLines(logging.Formatter):
    """For people: moment, level, logger, what."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        said = told(record)
        head = f"{said['at']} {said['level'].upper()} {said['logger']}: {said['said']}"
        return f"{head} ({said['error']})" if "error" in said else head


class JsonLines(logging.Formatter):
    """For programs: one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return json.dumps(told(record), ensure_ascii=False)


def told(record: logging.LogRecord) -> dict[str, str]:
    """What of a record is told."""
    at = datetime.fromtimestamp(record.created, UTC)
    said = {
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "thread": record.threadName or "",
        "said": plain(_message(record)),
    }
    if record.exc_info and record.exc_info[1] is not None:
        said["error"] = plain(_trace(record.exc_info[1]))
    return said


def plain(text: str) -> str:
    """Masked, on one line, without what a terminal would obey."""
    text = mask_text(QUERY.sub(f"?{MASK}", text[: 4 * LONGEST]))
    return UNSHOWN.sub(lambda c: " " if c[0] in "\t\r\n" else "·", text)[:LONGEST]


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # wrong arguments must not be what a log loses an event by
        return str(record.msg)


def _trace(error: BaseException) -> str:
    """Kind and place, of what it came from too. Not its words: those may quote a record."""
    parts = list[str]()
    seen: BaseException | None = error
    while seen is not None and len(parts) < 4:
        parts.append(f"{type(seen).__name__} at {_places(seen.__traceback__)}")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "; from ".join(parts)


def _places(trace: TracebackType | None) -> str:
    frames: Any = traceback.extract_tb(trace)[-FRAMES:]
    return " > ".join(f"{_short(one.filename)}:{one.lineno}" for one in frames) or "?"


def _short(file: str) -> str:
    """From the package on: where the hub is installed is nobody's concern."""
    parts = file.replace("\\", "/").split("/")
    for name in ("site-packages", "hub_core"):
        if name in parts:
            at = parts.index(name)
            return "/".join(parts[at + (name == "site-packages") :])
    return "/".join(parts[-2:])
