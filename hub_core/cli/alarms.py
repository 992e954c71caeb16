"""`hub alarms`: what is wrong, who was told, and whether they can be reached."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .opening import Json, opened
from .output import complain, say, say_json, table, times_note

if TYPE_CHECKING:
    from datetime import datetime

    from ..hub import Hub
    from ..store.alarms import Alarm, Target, Told

COLUMNS = ("id", "severity", "shop", "said", "since", "state", "told", "next")
NARROW = ("id", "severity", "shop", "said")
TARGETS = ("name", "severity", "told_at", "failures", "error")
AWAY = timedelta(minutes=10)
"""Without a look for so long, nobody looks."""


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="What is wrong, and who is told.", no_args_is_help=True)
    group.command("list")(list_alarms)
    group.command("ack")(ack)
    group.command("test")(try_targets)
    app.add_typer(group, name="alarms")


def list_alarms(
    closed: Annotated[
        bool, typer.Option("--all", help="Those of the last 30 days that are over, too.")
    ] = False,
    json: Json = False,
) -> None:
    """What is wrong now, since when, and who was told.

    Exit code 1 while an alarm is open that nobody has acknowledged, a receiver can't be
    reached, or nobody looks: the service raises alarms, and no other command does.
    """
    with opened() as hub:
        now = hub.clock.now()
        found, targets, looked_at = _stored(hub, now, timedelta(days=30 * closed))
    looks = looked_at is not None and now - looked_at < AWAY
    waiting = [one for one in found if one["state"] in ("open", "leaving")]
    well = not waiting and looks and not any(t["failures"] for t in targets)
    if json:
        say_json({"ok": well, "looked_at": looked_at, "alarms": found, "targets": targets})
    else:
        _show(found, targets)
        if not looks:
            when = "yet" if looked_at is None else f"since {looked_at:%Y-%m-%d %H:%M} UTC"
            complain(f"hub: nobody has looked {when}: is the service running?")
    if not well:
        raise typer.Exit(1)


def _stored(
    hub: Hub, now: datetime, past: timedelta
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], datetime | None]:
    from ..store import alarms

    with hub.store.reading() as connection:
        found = (
            alarms.since(connection, now - past) if past else alarms.open_ones(connection)
        )
        told = alarms.told(connection, now - past)
        known = alarms.targets(connection)
        looks = alarms.looks(connection)
    rows = [_row(hub, one, told) for one in found]
    targets = [_target(hub, name, known) for name in hub.settings.alarms.targets]
    return rows, targets, looks[alarms.LOOKS][1] if alarms.LOOKS in looks else None


def _row(hub: Hub, one: Alarm, told: dict[tuple[int, str], Told]) -> dict[str, Any]:
    from ..alarms import wants

    targets = hub.settings.alarms.targets
    wanting = [name for name, table in targets.items() if wants(name, table, one)]
    heard = [name for name in wanting if (one.id, name) in told]
    return {
        "id": str(one.id), "key": one.key, "kind": one.kind, "severity": one.severity,
        "state": _state(one), "shop": one.shop, "channel": one.channel,
        "company": one.company, "said": one.said, "next": one.next, "since": one.began,
        "raised_at": one.raised_at, "closed_at": one.closed_at, "acked_at": one.acked_at,
        "told": heard, "not_told": [name for name in wanting if name not in heard],
    }  # fmt: skip


def _state(one: Alarm) -> str:
    """`leaving`: not found any more, but it may come back."""
    if one.closed_at is not None:
        return "closed"
    if one.acked_at is not None:
        return "acked"
    return "open" if one.gone_at is None else "leaving"


def _target(hub: Hub, name: str, known: dict[str, Target]) -> dict[str, Any]:
    one = known.get(name)
    return {
        "name": name, "severity": hub.settings.alarms.targets[name].severity,
        "told_at": one.told_at if one else None, "failures": one.failures if one else 0,
        "error": one.error if one else None,
    }  # fmt: skip


def _show(found: list[dict[str, Any]], targets: list[dict[str, Any]]) -> None:
    told = [{**one, "told": _told(one)} for one in found]
    table(told, COLUMNS, narrow=NARROW, fold=("said", "next"), empty="nothing is wrong")
    say()
    table(targets, TARGETS, right=("failures",), fold=("error",), title="Who is told",
          empty="nobody: see [alarms.targets] in plugins.toml")  # fmt: skip
    times_note()


def _told(one: dict[str, Any]) -> str:
    late = [f"not delivered: {name}" for name in one["not_told"]]
    return ", ".join([*one["told"], *late]) or "nobody"


def ack(
    alarms: Annotated[
        list[str] | None, typer.Argument(help="Ids or keys, as `hub alarms list` has them.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
    json: Json = False,
) -> None:
    """Somebody sees to it: no more reminders, until it is over or gets worse.

    Its end is told all the same. What comes back after its end is a new alarm.
    """
    from ..store import alarms as store

    if bool(alarms) == every:
        raise Misconfigured(
            "name alarms by id or key, or give --all; see `hub alarms list`"
        )
    with opened() as hub:
        now = hub.clock.now()
        with hub.store.writing(durable=True) as connection:
            there = {n for a in store.open_ones(connection) for n in (a.key, str(a.id))}
            if strange := [name for name in alarms or () if name not in there]:
                raise Misconfigured(f"no open alarm {strange[0]!r}; see `hub alarms list`")
            done = store.acknowledge(
                connection, sorted(there if every else alarms or ()), now
            )
    if json:
        say_json({"acked": sorted(done)})
    else:
        say(f"{len(done)} acknowledged")


def try_targets(
    targets: Annotated[
        list[str] | None, typer.Argument(help="Receivers by name; none: all.")
    ] = None,
    json: Json = False,
) -> None:
    """Send each receiver a message now. Exit code 1 where one did not take it."""
    with opened() as hub:
        from ..alarms import try_out

        tried = try_out(hub.settings, targets or ())
    if json:
        say_json({"ok": not any(t.error for t in tried), "targets": tried})
    else:
        rows = [{"name": t.name, "state": t.error or "taken"} for t in tried]
        table(rows, ("name", "state"), fold=("state",))
    if any(t.error for t in tried):
        raise typer.Exit(1)
