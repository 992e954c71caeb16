"""`hub demo`: the main job in a minute, on platforms in a box."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..opening import Json
from ..output import err, say_json
from ..stopping import stoppable

if TYPE_CHECKING:
    from .stage import Show

ROUNDS = 3


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(demo)


def demo(
    channel: Annotated[
        list[str] | None, typer.Option("--channel", help="Only this channel; repeatable.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Other shops, other orders.")] = 0,
    json: Json = False,
) -> None:
    """See it work: four platforms in a box, one store, nothing lost.

    Seven shops with thousands of orders that change while they are read; then what is
    proved, and what a reader of pages 1, 2, 3 has lost in the same run. Then products,
    cases and redemptions, one stock level that arrives everywhere, and a parcel. Exit code
    0 only where nothing was lost or doubled, all is proved and all arrived.
    """
    from . import reading, stage, telling, writing

    began = time.monotonic()
    with stage.stage(channel or list(stage.SIZES), seed) as show, stoppable() as show.stop:
        for number in range(ROUNDS):
            _tell(
                json, f"round {number + 1} of {ROUNDS}: orders change while they are read …"
            )
            reading.read_once(show)
        _tell(json, "nothing changes any more; the last sync and heal …")
        failed = reading.settle(show)
        _tell(json, "products, after-sales, redemptions, places; a level, a parcel …")
        beyond = writing.beyond_orders(show, failed)
        result = _result(show, failed, beyond, time.monotonic() - began)
        if json:
            say_json(result)
        else:
            telling.say_result(show, result)
    if not result["ok"]:
        raise typer.Exit(1)


def _tell(quiet: bool, text: str) -> None:
    if not quiet:
        err().print(text, style="dim", markup=False)


def _result(
    show: Show, failed: list[str], beyond: dict[str, Any], seconds: float
) -> dict[str, Any]:
    from .reading import graded
    from .telling import next_steps

    channels = {c: graded(show, c) for c in show.platforms}
    covered = all(c.complete for c in show.hub.coverage())
    clean = all(c["orders"] and not c["lost"] + c["doubled"] for c in channels.values())
    arrived = beyond.pop("ok")
    return {
        "ok": covered and clean and arrived and not failed, "channels": channels, **beyond,
        "coverage_complete": covered, "errors": failed, "seconds": round(seconds, 1),
        "orders": sum(c["orders"] for c in channels.values()),
        "lost": sum(c["lost"] for c in channels.values()),
        "doubled": sum(c["doubled"] for c in channels.values()),
        "parked": len(show.hub.parked()),
        "database": str(show.hub.store.engine.url.database), "folder": str(show.folder),
        "next": next_steps(show),
    }  # fmt: skip
