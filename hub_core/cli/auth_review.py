"""`hub auth review`: what shops have allowed, what of it is needed, and when it ends."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import Json, Names, opened
from .output import say_json, table, times_note

if TYPE_CHECKING:
    from datetime import datetime

    from ..authorising.reviewing import Ending

COLUMNS = ("shop", "what", "words", "need", "days", "ends_at", "renewal", "streams")
NARROW = ("shop", "what", "need", "days", "renewal")


def review(
    names: Names = None,
    days: Annotated[
        int, typer.Option("--days", min=0, help="How far ahead an end is an alarm.")
    ] = 14,
    json: Json = False,
) -> None:
    """What each shop has allowed, whether it is needed, and when it ends; the first first.

    Exit code 1 where a permission is missing, or something ends within --days that is not
    known to be renewed by itself. Nothing is sent.
    """
    from ..authorising.reviewing import review as look

    with opened() as hub:
        chosen = [hub.shop(name) for name in names] if names else None
        now = hub.clock.now()
        found = look(hub, chosen)
    if json:
        say_json([_row(one, now) for one in found])
    else:
        table((_shown(one, now) for one in found), COLUMNS, narrow=NARROW,
              right=("days",), fold=("shop", "words", "streams"),
              empty="no shop is read yet")  # fmt: skip
        times_note()
    if any(one.is_lost_by(now + timedelta(days=days)) for one in found):
        raise typer.Exit(1)


def _row(one: Ending, now: datetime) -> dict[str, Any]:
    left = one.days(now)
    return {**asdict(one), "days": None if left is None else round(left, 1)}


def _shown(one: Ending, now: datetime) -> dict[str, Any]:
    row = _row(one, now)
    days = None if row["days"] is None else f"{row['days']:g}"
    return {**row, "streams": ", ".join(one.streams), "days": days}
