"""Opening the hub for a command, and the options every command shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from ..errors import Misconfigured

if TYPE_CHECKING:
    from ..hub import Hub

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
ShopOption = Annotated[str | None, typer.Option("--shop", help="Only this shop.")]
Names = Annotated[list[str] | None, typer.Argument(help="Shops by name; none: all.")]


class Chosen:
    """The options given before the command."""

    config: Path | None = None
    database: str | None = None


@contextmanager
def opened() -> Iterator[Hub]:
    """The hub, as configured."""
    from ..hub import Hub

    with Hub.open(Chosen.config, database=Chosen.database) as hub:
        yield hub


def moment(text: str | None, zone: str = "Asia/Shanghai") -> datetime | None:
    """A day or a time on the merchant's wall clock, or ISO with an offset; aware UTC."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Misconfigured(
            f"{text!r} is no date: write 2026-11-20 or '2026-11-20 08:30' (Beijing time)"
        ) from None
    aware = read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone(UTC)
