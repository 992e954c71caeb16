"""What commands print: tables for people, JSON for programs, errors that say what to do.

rich is loaded where people are told something: what prints JSON does not wait for it.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

ENDLESS = 4000
"""The width of what is no terminal: a line that is folded cannot be searched."""
NARROW = 110
"""Below this many columns a table leaves out what is not in its `narrow`."""
HIDDEN = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Characters JSON lets through raw, which a terminal obeys or does not show."""


@cache
def out() -> Console:
    """Standard output."""
    return _console(stderr=False)


@cache
def err() -> Console:
    """Standard error."""
    return _console(stderr=True)


def _console(stderr: bool) -> Console:
    from rich.console import Console

    piped = not (sys.stderr if stderr else sys.stdout).isatty()
    width = ENDLESS if piped and "COLUMNS" not in os.environ else None
    return Console(stderr=stderr, highlight=False, emoji=False, soft_wrap=True, width=width)


def plain(value: Any) -> Any:
    """A value as JSON knows it: times in ISO-8601 with Z, ids as text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | Decimal):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if hasattr(value, "model_dump"):
        return value.model_dump()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def as_json(value: Any, indent: int | None = None) -> str:
    """JSON text that a terminal does not obey."""
    text = json.dumps(value, ensure_ascii=False, default=plain, indent=indent)
    return HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def say_json(value: Any, *, error: bool = False) -> None:
    """One JSON value on standard output, or on standard error."""
    print(as_json(value, indent=1), file=sys.stderr if error else sys.stdout)


def shown(text: str) -> str:
    """Text without the control characters that a terminal would obey; lines stay."""
    return "".join(c if c.isprintable() or c == "\n" else _stand_in(c) for c in text)


def _stand_in(c: str) -> str:
    return " " if c.isspace() else "·"


def say(text: str = "", style: str | None = None) -> None:
    """A line for people."""
    out().print(shown(text), style=style, markup=False)


def complain(text: str) -> None:
    """A line about what is wrong, on standard error."""
    err().print(shown(text), markup=False)


def cell(value: Any) -> Text:
    """A table cell. Control characters in platform text never reach the terminal."""
    from rich.text import Text

    if value is None:
        return Text("–", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, datetime):
        return Text(local(value, seconds=True) or "")
    if isinstance(value, float):
        return Text(f"{value:.3f}")
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return Text(shown(text).replace("\n", " "))


def table(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    title: str | None = None,
    right: Sequence[str] = (),
    fold: Sequence[str] = (),
    narrow: Sequence[str] = (),
    empty: str = "nothing yet",
) -> None:
    """Rows under their columns. `right` ones are numbers, `fold` ones may be broken over
    lines (none given: any), `narrow` ones are those a narrow terminal shows. Where words
    would have to be broken, the last of the others are left out."""
    from rich.table import Table

    found = list(rows)
    if not found:
        say(f"{title}: {empty}" if title else empty)
        return
    if narrow and out().width < NARROW:
        columns = [name for name in columns if name in narrow]
    while narrow and not _fits(found, columns, fold):
        if (last := next((c for c in reversed(columns) if c not in narrow), None)) is None:
            break
        columns = [name for name in columns if name != last]
    made = Table(
        title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for name in columns:
        made.add_column(
            name.replace("_", " "), justify="right" if name in right else "left",
            overflow="fold", no_wrap=bool(fold) and name not in fold,
        )  # fmt: skip
    for row in found:
        made.add_row(*(cell(row.get(name)) for name in columns))
    out().print(made)


def _fits(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], fold: Sequence[str]
) -> bool:
    """Whether the terminal is wide enough, where `fold` columns break between words."""
    from rich.cells import cell_len

    need = -2
    for name in columns:
        texts = [name, *(cell(row.get(name)).plain for row in rows)]
        words = [w for t in texts for w in (t.split() if name in fold else [t])]
        need += 2 + max(map(cell_len, words))
    return need <= out().width


def times_note() -> None:
    """Said once below tables with times; programs read `--json`, which has UTC."""
    if out().is_terminal:
        say("Times are Beijing time (UTC+8).", style="dim")


def yuan(minor: int | None, currency: str = "CNY") -> str | None:
    """An amount for display."""
    from ..models.money import Money

    return None if minor is None else f"{Money(minor, currency).decimal():,.2f}"


def local(
    moment: datetime | None, zone: str = "Asia/Shanghai", *, seconds: bool = False
) -> str | None:
    """A time as the merchant's wall clock shows it."""
    from zoneinfo import ZoneInfo

    form = "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
    return moment.astimezone(ZoneInfo(zone)).strftime(form) if moment else None
