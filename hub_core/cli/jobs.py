"""`hub jobs`: long work at a shop that somebody asks for, done by a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .acting import ActorOption, acting
from .opening import Json, moment, opened
from .output import local, say, say_json, table

if TYPE_CHECKING:
    from ..hub import Hub
    from ..store.jobs import Job

Number = Annotated[int, typer.Argument(help="The job's number: `hub jobs list`.")]
COLUMNS = ("id", "job", "shop", "state", "done", "asked_by", "asked", "attempts", "error")
NARROW = ("id", "job", "shop", "state", "done")
TOLD = ("records", "created", "changed", "parked", "unreadable", "calls")
"""Counts that are told of in one line."""


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(
        help="Backfills, heals and rebuilds that a worker does.", no_args_is_help=True
    )
    group.command("start")(start)
    group.command("list")(listing)
    group.command("show")(show)
    group.command("cancel")(cancel)
    group.command("pause")(pause)
    group.command("retry")(retry)
    app.add_typer(group, name="jobs")


def start(
    kind: Annotated[str, typer.Argument(help="backfill, heal or rebuild.")],
    shops: Annotated[list[str], typer.Argument(help="Shops by name.")],
    stream: Annotated[
        list[str] | None, typer.Option("--stream", help="Only this stream; repeatable.")
    ] = None,
    records: Annotated[
        list[str] | None,
        typer.Option("--kind", help="rebuild: only this kind (orders …); repeatable."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="backfill: from this day on (Beijing time).")
    ] = None,
    days: Annotated[
        float | None,
        typer.Option(min=0, help="heal: all of these last days again.", show_default="3"),
    ] = None,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """Ask for work at shops: a job for each. It goes on whatever ends in between.

    `backfill` reads what is not proved from --since on; `heal` what is not proved, and the
    last days again; `rebuild` makes stored records again from their raw form.
    """
    from ..jobs import checked
    from ..store import jobs

    begin = moment(since)
    what = {
        "streams": stream, "kinds": records, "days": days,
        "since": begin and begin.isoformat(),
    }  # fmt: skip
    with opened() as hub:
        chosen = [hub.shop(name) for name in shops]
        wanted = [(shop, checked(hub, kind, shop, what)) for shop in chosen]
        by, at = acting(actor), hub.clock.now()
        with hub.store.writing(durable=True) as connection:
            ids = [jobs.ask(connection, kind, s.id, w, by, at) for s, w in wanted]
            for shop, id in zip(chosen, ids, strict=True):
                _note(hub, connection, by, "start", id, {"kind": kind, "shop": shop.name})
        _tell(hub, "asked for", ids, json)


def listing(
    shop: Annotated[str | None, typer.Option("--shop", help="Only this shop.")] = None,
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state", help="waiting, running, paused, done, failed, cancelled; repeatable."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    json: Json = False,
) -> None:
    """Jobs, the newest first."""
    from ..store import jobs

    if strange := [name for name in state or () if name not in jobs.STATES]:
        there = ", ".join(jobs.STATES)
        raise Misconfigured(f"no state {strange[0]!r}; there are: {there}")
    with opened() as hub:
        ids = [hub.shop(shop).id] if shop else None
        with hub.store.reading() as connection:
            found = jobs.listing(connection, shop_ids=ids, states=state or (), limit=limit)
    if json:
        return say_json([one.as_dict() for one in found])
    table(
        [_row(one) for one in found], COLUMNS, narrow=NARROW, right=("id", "attempts"),
        fold=("shop", "error"), empty="nobody has asked for one: hub jobs start",
    )  # fmt: skip


def show(id: Number, json: Json = False) -> None:
    """One job: what was asked for, how far it is, how it ended."""
    with opened() as hub:
        job = _named(hub, id)
    if json:
        return say_json(job.as_dict())
    for name, value in job.as_dict().items():
        if name in ("what", "counts"):
            value = ", ".join(f"{k} {_said(v)}" for k, v in value.items())
        elif name.endswith("_at"):
            value = local(value)
        say(f"{name.replace('_', ' '):<11}{value if value not in (None, '') else '–'}")


def cancel(id: Number, actor: ActorOption = None, json: Json = False) -> None:
    """End a job: at once where nobody works at it, else with its next step."""
    _wish(id, "cancel", actor, json)


def pause(id: Number, actor: ActorOption = None, json: Json = False) -> None:
    """Have a job rest with its next step, until `hub jobs retry`."""
    _wish(id, "pause", actor, json)


def retry(id: Number, actor: ActorOption = None, json: Json = False) -> None:
    """Take up again a job that failed, was cancelled or is paused, from where it is."""
    from ..store import jobs

    with opened() as hub:
        job, by, at = _named(hub, id), acting(actor), hub.clock.now()
        with hub.store.writing(durable=True) as connection:
            if not jobs.retry(connection, id, at):
                raise Misconfigured(f"job {id} is {job.state}: there is nothing to retry")
            _note(hub, connection, by, "retry", id, {})
        _tell(hub, "waits to be done", [id], json)


def _wish(id: int, wanted: str, actor: str | None, json: bool) -> None:
    from ..store import jobs

    with opened() as hub:
        job, by, at = _named(hub, id), acting(actor), hub.clock.now()
        with hub.store.writing(durable=True) as connection:
            if not jobs.wish(connection, id, wanted, at):
                raise Misconfigured(
                    f"job {id} is {job.state}: there is nothing to {wanted}"
                )
            _note(hub, connection, by, wanted, id, {})
        _tell(hub, "noted", [id], json)


def _note(
    hub: Hub, connection: Any, by: str, deed: str, id: int, details: dict[str, Any]
) -> None:
    from ..access import Audit

    Audit.of(hub.store, hub.settings).append(
        connection, actor=by, action=f"job.{deed}", of=f"job {id}", details=details
    )


def _named(hub: Hub, id: int) -> Job:
    from ..store import jobs

    with hub.store.reading() as connection:
        job = jobs.named(connection, id)
    if job is None:
        raise Misconfigured(f"no job {id}: see `hub jobs list`")
    return job


def _tell(hub: Hub, what: str, ids: list[int], json: bool) -> None:
    found = [_named(hub, id) for id in ids]
    if json:
        return say_json([one.as_dict() for one in found])
    for one in found:
        how = f"{one.state}, to be {_ed(one.wish)}" if one.wish else one.state
        say(f"{what}: job {one.id}, {one.kind} of {one.shop} ({how})")


def _ed(wish: str) -> str:
    return "cancelled" if wish == "cancel" else "paused"


def _row(one: Job) -> dict[str, object]:
    return {
        "id": one.id, "job": one.kind, "shop": one.shop,
        "state": f"{one.state} ({one.wish})" if one.wish else one.state,
        "done": done(one), "asked_by": one.asked_by, "asked": local(one.asked_at),
        "attempts": one.attempts, "error": one.error or "",
    }  # fmt: skip


def done(one: Job) -> str:
    """How far it is, in a few words."""
    counts = one.counts
    far = [f"{counts.get('done', 0)} of {counts['of']} streams"] if "of" in counts else []
    return ", ".join([*far, *(f"{n} {counts[n]:,}" for n in TOLD if counts.get(n))])


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
