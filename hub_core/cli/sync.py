"""`hub sync` and `hub heal`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .failing import STOPPED, complain_of
from .opening import Json, Names, moment, opened
from .output import complain, err, local, say, say_json, table, times_note
from .stopping import stoppable, were_stopped

if TYPE_CHECKING:
    from datetime import datetime

    from ..hub import Hub
    from ..insight.estimate import Estimate
    from ..pull import OnStep, Outcome

StreamOption = Annotated[
    list[str] | None, typer.Option("--stream", help="Only this stream; repeatable.")
]
COLUMNS = ("shop", "stream", "new", "changed", "same", "parked", "late", "calls", "state")
RIGHT = ("new", "changed", "same", "parked", "late", "calls")
COSTS = ("shop", "stream", "from", "to", "windows", "rows", "calls", "time")
LONG = timedelta(days=7)
"""A reading that begins longer ago is estimated before it starts."""


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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it would take.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring shops up to date: read what changed, store it, prove it.

    Before a first reading of more than a week it says how many calls and how long that
    takes, from a dozen probes. Ctrl-C loses nothing: what is committed stays.
    """
    begin = moment(since)
    with opened() as hub:
        _refuse_none(hub)
        if dry_run:
            _say_costs(hub.estimate(shops or (), streams=stream or (), since=begin), json)
            return
        if _is_long(hub, shops or (), begin) and not json:
            costs = hub.estimate(shops or (), streams=stream or (), since=begin)
            for line in _sentences([c for c in costs if not c.error]):
                complain(line)
        with stoppable() as stop, progress(json) as shown:
            done = hub.sync(
                shops or (), streams=stream or (), since=begin, on_step=stop.after(shown)
            )
        ahead = _ahead(hub, shops or ())
    finish(done, json)
    for line in ahead:
        complain(line)
    if ahead:
        raise typer.Exit(1)


def heal(
    shops: Names = None,
    stream: StreamOption = None,
    days: Annotated[
        float, typer.Option(min=0, help="Read everything of these last days again.")
    ] = 3,
    since: Annotated[
        str | None,
        typer.Option(
            "--from", help="Set the cursor back to this day and read all from there again."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Read again what is not proved, and all that changed in the last days.

    With --from, the way out when a store's cursor lies in the future: it is set back to
    that day (Beijing time) and everything since is read again. It takes shops by name.
    """
    back = moment(since)
    if back is not None and not shops:
        raise Misconfigured("--from sets cursors back: name the shops it is meant for")
    with opened() as hub, stoppable() as stop, progress(json) as shown:
        _refuse_none(hub)
        done = hub.heal(
            shops or (), streams=stream or (), horizon=timedelta(days=days), since=back,
            on_step=stop.after(shown),
        )  # fmt: skip
    finish(done, json)


def _refuse_none(hub: Hub) -> None:
    if not hub.shops():
        raise Misconfigured(
            "there is no shop yet; add one with `hub shop add`, or see `hub demo`"
        )


def _ahead(hub: Hub, names: Sequence[str]) -> list[str]:
    """Streams that read nothing and say so nowhere else: their cursor is ahead of time,
    as after a clock that went wrong."""
    from ..clock import AHEAD

    found = []
    for c in hub.coverage(names):
        try:
            app = hub.shop(c.shop).app
            now = hub.lines.room(app).clock.now()  # the platform's, if told
        except Misconfigured:
            continue  # its reading has said what is wrong
        if c.cursor_at is not None and c.cursor_at - now > AHEAD:
            found.append(
                f"hub: {c.shop} {c.stream}: its cursor lies in the future, at "
                f"{local(c.cursor_at)}; set it back: hub heal {c.shop} --from DATE"
            )
    return found


# What it will take ---------------------------------------------------------------------


def _is_long(hub: Hub, names: Sequence[str], since: datetime | None) -> bool:
    """Whether some stream will be read from more than a week ago."""
    now = hub.clock.now()
    read = {c.shop: c.cursor_at for c in hub.coverage(names)}
    chosen = [s for s in hub.shops() if not names or s.name in names or s.uid in names]
    return any(
        now - (read.get(s.name) or since or s.start_at) > LONG
        for s in chosen
        if s.state == "active"
    )


def _say_costs(found: list[Estimate], json: bool) -> None:
    from ..insight.estimate import together

    failed = [e for e in found if e.error]
    if json:
        streams = [e.as_dict() for e in found]
        total = {"calls": sum(e.calls for e in found), "seconds": round(together(found), 1)}
        say_json({"ok": not failed, **total, "streams": streams})
    else:
        table(
            [_cost(e) for e in found if not e.error], COSTS, fold=("shop",),
            right=("windows", "rows", "calls", "time"), narrow=COSTS[:3] + COSTS[5:],
        )  # fmt: skip
        times_note()
        for line in _sentences([e for e in found if not e.error]):
            say(line)
    for one in failed:
        complain(f"hub: {one.error}")
    if failed:
        raise typer.Exit(1)


def _cost(found: Estimate) -> dict[str, Any]:
    return {
        "shop": found.shop, "stream": found.stream, "from": local(found.since),
        "to": local(found.until), "windows": found.windows, "rows": f"{found.rows:,}",
        "calls": f"{found.calls:,}", "time": length(found.seconds),
    }  # fmt: skip


def _sentences(found: Sequence[Estimate]) -> list[str]:
    from ..insight.estimate import together

    if not found:
        return []
    rows, calls = sum(e.rows for e in found), sum(e.calls for e in found)
    said = f"about {rows:,} rows, {calls:,} calls, {length(together(found))} in all"
    windows, probed = sum(e.windows for e in found), sum(e.probed for e in found)
    if probed == windows:
        return [f"{said}; every window was counted"]
    return [f"{said}; {probed} of {windows} windows counted, the rest as their average"]


def length(seconds: float) -> str:
    """A time span for people."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


# What it did ---------------------------------------------------------------------------


@contextmanager
def progress(quiet: bool) -> Iterator[OnStep | None]:
    """A bar per stream on standard error; nothing where no person looks."""
    if quiet or not err().is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bars: dict[tuple[str, str], Any] = {}
    look = (
        TextColumn("{task.description}", markup=False), BarColumn(),
        TextColumn("{task.fields[rows]} rows"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*look, console=err(), transient=True) as shown:

        def on_step(shop: str, stream: str, step: Any) -> None:
            key = (shop, stream)
            span = (step.end - step.begin).total_seconds() or 1.0
            if key not in bars:
                bars[key] = shown.add_task(f"{shop} {stream}", total=1.0, rows=0)
            done = (step.at - step.begin).total_seconds() / span
            shown.update(bars[key], completed=min(done, 1.0), rows=step.rows)

        yield on_step


def finish(outcomes: list[Outcome], json: bool) -> None:
    """Say how the readings ended; exit code 1 when one of them failed."""
    failed = [o for o in outcomes if o.error is not None]
    if json:
        say_json({"ok": not failed, "streams": [o.as_dict() for o in outcomes]})
    else:
        narrow = ("shop", "stream", "new", "changed", "calls", "state")
        table(
            [row(o) for o in outcomes], COLUMNS, right=RIGHT, narrow=narrow,
            fold=("shop", "state"), empty="no active shop: see `hub shop list`",
        )  # fmt: skip
    for error in (o.error for o in failed if o.error is not None):
        complain_of(error)
    if were_stopped(outcomes):
        raise typer.Exit(STOPPED)
    if failed:
        raise typer.Exit(1)


def row(outcome: Outcome) -> dict[str, Any]:
    """One outcome for a table."""
    c = outcome.counts
    state = f"failed: {outcome.error.kind}" if outcome.error else outcome.skipped
    if state is None:
        state = "nothing new to ask for yet" if not c.calls else "read and proved"
        state = f"{c.partial} windows partial" if c.partial else state
    return {
        "shop": outcome.shop, "stream": outcome.stream, "new": c.created,
        "changed": c.changed, "same": c.unchanged, "parked": c.parked, "late": c.late,
        "calls": c.calls, "state": state,
    }  # fmt: skip
