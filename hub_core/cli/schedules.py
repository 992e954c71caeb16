"""`hub schedules`: what `hub serve` does by itself, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Misconfigured
from .opening import Json, Names, opened
from .output import local, say, say_json, table

if TYPE_CHECKING:
    from ..hub import Hub
    from ..store.schedules import Schedule

StreamOption = Annotated[
    list[str] | None, typer.Option("--stream", help="Only this stream; repeatable.")
]
TaskOption = Annotated[
    str | None, typer.Option("--task", help="Only `sync`, or only `heal`.")
]
COLUMNS = ("shop", "stream", "task", "state", "every", "due", "ended", "error")


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="What `hub serve` does by itself.", no_args_is_help=True)
    group.command("list")(listing)
    group.command("pause")(pause)
    group.command("resume")(resume)
    group.command("run")(run)
    app.add_typer(group, name="schedules")


def listing(shops: Names = None, json: Json = False) -> None:
    """Each stream's rhythm, when it is due, and how it ended last."""
    with opened() as hub:
        found = _chosen(hub, shops, None, None)
    if json:
        return say_json([one.as_dict() for one in found])
    table([_row(one) for one in found], COLUMNS, title="schedules")


def pause(
    shops: Names = None,
    stream: StreamOption = None,
    task: TaskOption = None,
    json: Json = False,
) -> None:
    """Begin these no more, until they are resumed; what runs comes to its end."""
    from ..store import schedules

    with opened() as hub:
        found = _chosen(hub, shops, stream, task)
        with hub.store.writing(durable=True) as connection:
            schedules.pause(connection, [s.slot for s in found], hub.clock.now())
    _tell("paused", found, json)


def resume(
    shops: Names = None,
    stream: StreamOption = None,
    task: TaskOption = None,
    json: Json = False,
) -> None:
    """Have these run again in their rhythm."""
    from ..store import schedules

    with opened() as hub:
        found = _chosen(hub, shops, stream, task)
        with hub.store.writing(durable=True) as connection:
            schedules.pause(connection, [s.slot for s in found], None)
    _tell("resumed", found, json)


def run(
    shops: Names = None,
    stream: StreamOption = None,
    task: TaskOption = None,
    json: Json = False,
) -> None:
    """Have these done at once by the `hub serve` that runs; `sync` unless --task heal."""
    from ..store import schedules

    with opened() as hub:
        found = _chosen(hub, shops, stream, task or "sync")
        with hub.store.writing() as connection:
            schedules.hasten(connection, [s.slot for s in found], hub.clock.now())
    _tell("due now", found, json)


def _chosen(
    hub: Hub, shops: list[str] | None, streams: list[str] | None, task: str | None
) -> list[Schedule]:
    """Raises Misconfigured where nothing is chosen."""
    from ..store import schedules

    with hub.store.reading() as connection:
        there = schedules.listing(connection)
    names = {hub.shop(name).name for name in shops or ()} or {one.shop for one in there}
    found = schedules.among(there, names, streams or (), task)
    if there and not found:
        streams_there = ", ".join(sorted({one.slot.stream for one in there}))
        raise Misconfigured(
            f"no schedule is so; streams: {streams_there}; tasks: sync, heal"
        )
    if not there:
        raise Misconfigured("nothing is scheduled yet: `hub serve` does that as it starts")
    return found


def _tell(what: str, found: list[Schedule], json: bool) -> None:
    if json:
        return say_json([one.as_dict() for one in found])
    for one in found:
        say(f"{what}: {one.shop} {one.slot.stream} {one.slot.task}")


def _row(one: Schedule) -> dict[str, object]:
    return {
        "shop": one.shop, "stream": one.slot.stream, "task": one.slot.task,
        "state": one.state, "every": f"{one.every.total_seconds():g} s",
        "due": local(one.due_at), "ended": local(one.done_at), "error": one.error or "",
    }  # fmt: skip
