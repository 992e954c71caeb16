"""What commands print: tables for people, JSON for programs, errors that say what to do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

NUMBERS = ("right",)


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


def say_json(value: Any) -> None:
    """One JSON value on standard output."""
    text = json.dumps(value, ensure_ascii=False, default=plain, indent=1)
    out.print(text, markup=False, soft_wrap=True)


def say(text: str = "", style: str | None = None) -> None:
    """A line for people."""
    out.print(text, style=style, markup=False)


def complain(text: str) -> None:
    """A line about what is wrong, on standard error."""
    err.print(text, markup=False)


def cell(value: Any) -> Text:
    """A table cell. Control characters in platform text never reach the terminal."""
    if value is None:
        return Text("–", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, datetime):
        return Text(value.strftime("%Y-%m-%d %H:%M:%S"))
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return Text("".join(c if c.isprintable() else "·" for c in text))


def table(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    title: str | None = None,
    right: Sequence[str] = (),
    empty: str = "nothing yet",
) -> None:
    """Rows under their columns; `right` ones are numbers."""
    found = list(rows)
    if not found:
        say(f"{title}: {empty}" if title else empty)
        return
    made = Table(
        title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for name in columns:
        made.add_column(
            name.replace("_", " "), justify="right" if name in right else "left",
            overflow="fold",
        )  # fmt: skip
    for row in found:
        made.add_row(*(cell(row.get(name)) for name in columns))
    out.print(made)


def yuan(minor: int | None, currency: str = "CNY") -> str | None:
    """An amount for display."""
    from ..models.money import Money

    return None if minor is None else f"{Money(minor, currency).decimal():,.2f}"


def local(moment: datetime | None, zone: str = "Asia/Shanghai") -> str | None:
    """A time as the merchant's wall clock shows it."""
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if moment else None
