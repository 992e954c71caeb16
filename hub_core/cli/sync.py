"""`hub sync` and `hub heal`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import Json, Names, moment, opened
from .output import complain, err, say, say_json, table

if TYPE_CHECKING:
    from ..hub import Hub, OnStep, Outcome

StreamOption = Annotated[
    list[str] | None, typer.Option("--stream", help="Only this stream; repeatable.")
]
COLUMNS = ("shop", "stream", "new", "changed", "same", "parked", "late", "calls", "state")
RIGHT = ("new", "changed", "same", "parked", "late", "calls")


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command()(sync)
    app.command()(heal)


def sync(
    shops: Names = None,
    stream: StreamOption = None,
    since: Annotated[
        str | None,
        typer.Option(help="Where a stream never read begins: 2026-11-01 (Beijing time)."),
    ] = None,
    json: Json = False,
) -> None:
    """Bring shops up to date: read what changed since the last time, store, prove."""
    begin = moment(since)
    with opened() as hub, progress(json) as on_step:
        _warn_of_none(hub)
        _finish(
            hub.sync(shops or (), streams=stream or (), since=begin, on_step=on_step), json
        )


def heal(
    shops: Names = None,
    stream: StreamOption = None,
    days: Annotated[
        float, typer.Option(help="Read everything of these last days again.")
    ] = 3,
    json: Json = False,
) -> None:
    """Read again what is not proved, and all that changed in the last days."""
    horizon = timedelta(days=days)
    with opened() as hub, progress(json) as on_step:
        _finish(
            hub.heal(shops or (), streams=stream or (), horizon=horizon, on_step=on_step),
            json,
        )


def _warn_of_none(hub: Hub) -> None:
    if not hub.shops():
        complain(
            "hub: there is no shop yet; add one with `hub shop add` (or see `hub demo`)"
        )
        raise typer.Exit(2)


@contextmanager
def progress(quiet: bool) -> Iterator[OnStep | None]:
    """A bar per stream on standard error; nothing where no person looks."""
    if quiet or not err.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bars: dict[tuple[str, str], Any] = {}
    look = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]} rows"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*look, console=err, transient=True) as shown:

        def on_step(shop: str, stream: str, step: Any) -> None:
            key = (shop, stream)
            span = (step.end - step.begin).total_seconds() or 1.0
            if key not in bars:
                bars[key] = shown.add_task(f"{shop} {stream}", total=1.0, rows=0)
            done = (step.at - step.begin).total_seconds() / span
            shown.update(bars[key], completed=min(done, 1.0), rows=step.rows)

        yield on_step


def _finish(outcomes: list[Outcome], json: bool) -> None:
    if json:
        say_json({"ok": not _bad(outcomes), "streams": [o.as_dict() for o in outcomes]})
    else:
        table([row(o) for o in outcomes], COLUMNS, right=RIGHT)
        for outcome in outcomes:
            if outcome.error is not None:
                say(f"! {outcome.error}")
    if _bad(outcomes):
        raise typer.Exit(1)


def _bad(outcomes: list[Outcome]) -> bool:
    return any(o.error is not None for o in outcomes)


def row(outcome: Outcome) -> dict[str, Any]:
    """One outcome for a table."""
    c = outcome.counts
    state = f"failed: {outcome.error.kind}" if outcome.error else outcome.skipped
    if state is None:
        state = f"{c.partial} windows partial" if c.partial else "complete"
    return {
        "shop": outcome.shop, "stream": outcome.stream, "new": c.created,
        "changed": c.changed, "same": c.unchanged, "parked": c.parked, "late": c.late,
        "calls": c.calls, "state": state,
    }  # fmt: skip
