"""`hub endpoints`: where changes are told of over webhooks, and what became of that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .acting import ActorOption, acting
from .audit import keep_head
from .opening import Json, moment, opened
from .output import complain, say, say_json, table, times_note

if TYPE_CHECKING:
    from ..outbound import Endpoint, Outbound

COLUMNS = (
    "id", "url", "state", "events", "waiting", "dead", "delivered", "delivered_at",
    "failing_since", "description",
)  # fmt: skip
NARROW = ("id", "url", "state", "waiting", "dead")
DEAD = ("message", "endpoint", "seq", "type", "attempts", "said", "dead_at")
SHOWN_ONCE = "this is the only time it is shown: put it where the ERP's secrets are"
Uid = Annotated[str, typer.Argument(metavar="ID", help="As `hub endpoints list` has it.")]


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="Webhooks out: where changes go.", no_args_is_help=True)
    group.command("add")(add_endpoint)
    group.command("list")(list_endpoints)
    group.command("show")(show)
    group.command("test")(try_out)
    group.command("rotate")(rotate)
    group.command("on")(turn_on)
    group.command("off")(turn_off)
    group.command("remove")(remove)
    group.command("dead")(dead)
    group.command("replay")(replay)
    app.add_typer(group, name="endpoints")


@contextmanager
def endpoints(*, deed: bool = False) -> Iterator[Outbound]:
    """Webhooks out of the hub as configured; after a deed the audit log's head follows."""
    with opened() as hub:
        from ..outbound import Outbound

        with Outbound(hub.store, hub.settings.outbound, hub.clock.now) as made:
            yield made
        if deed:
            keep_head(hub)


def add_endpoint(
    url: Annotated[str, typer.Argument(help="https://…, where the ERP takes webhooks.")],
    event: Annotated[
        list[str] | None,
        typer.Option("--event", help="Only these: order, order.created …; repeatable."),
    ] = None,
    shop: Annotated[
        list[str] | None, typer.Option("--shop", help="Only these shops; repeatable.")
    ] = None,
    company: Annotated[
        str | None, typer.Option("--company", help="Only this company's shops.")
    ] = None,
    description: Annotated[str, typer.Option("--description", help="What it is.")] = "",
    after: Annotated[
        int | None,
        typer.Option("--after", min=0, help="Changes after this position; else new ones."),
    ] = None,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """Tell an ERP of changes from now on. Shows the secret it verifies them with, once."""
    with endpoints(deed=True) as outbound:
        made = outbound.add(
            url, events=event or (), shops=shop or (), company=company,
            description=description, after=after, actor=acting(actor),
        )  # fmt: skip
    if json:
        say_json({**_row(made.endpoint), "secret": made.secret, "note": made.note})
        return
    say(f"{made.endpoint.uid}: {made.endpoint.url}, after {made.endpoint.position}")
    say(made.secret)
    complain(f"hub: {SHOWN_ONCE}")
    if made.note:
        complain(f"hub: {made.note}")
    complain(f"next: hub endpoints test {made.endpoint.uid}")


def list_endpoints(json: Json = False) -> None:
    """All endpoints and how each fares.

    Exit code 1 where one is off that nobody turned off, or has dead letters.
    """
    with endpoints() as outbound:
        found = [_row(one) for one in outbound.all()]
    if json:
        say_json(found)
    else:
        right = ("waiting", "dead", "delivered")
        table(found, COLUMNS, right=right, narrow=NARROW, fold=("url", "description"),
              empty="none: hub endpoints add URL")  # fmt: skip
        times_note()
    for one in found:
        if one["state"] == "off":
            complain(f"hub: {one['id']} is off: {one['reason']}")
    if any(one["dead"] or (one["reason"] or BY_HAND) != BY_HAND for one in found):
        raise typer.Exit(1)


BY_HAND = "turned off by hand"


def show(uid: Uid, json: Json = False) -> None:
    """One endpoint, whole, without its secret."""
    with endpoints() as outbound:
        found = _row(outbound.one(uid))
        behind = _behind(outbound, found["position"])
    if json:
        say_json({**found, "behind": behind})
        return
    rows = [{"what": name, "is": value} for name, value in found.items()]
    table([*rows, {"what": "behind", "is": behind}], ("what", "is"))
    times_note()


def _behind(outbound: Outbound, position: int) -> int:
    """Positions of the feed that were not looked at for it yet."""
    from ..stored import Stored

    return Stored(outbound.store).position() - position


def try_out(uid: Uid, json: Json = False) -> None:
    """Send one message that tells of nothing (`hub.test`) and say what came of it.

    Exit code 1 where the endpoint did not take it.
    """
    with endpoints() as outbound:
        answer = outbound.test(uid)
    taken = answer.is_taken
    if json:
        say_json({"ok": taken, **asdict(answer)})
    else:
        verdict = "taken" if taken else "not taken"
        say(f"{verdict}: {answer.said}, in {answer.seconds:.2f} s")
    if not taken:
        raise typer.Exit(1)


def rotate(
    uid: Uid,
    hours: Annotated[
        float,
        typer.Option("--hours", min=0, help="How long the former one signs, too; 0: not."),
    ] = 24.0,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """Make a new secret and show it, once. Both sign for a while: no message is lost."""
    with endpoints(deed=True) as outbound:
        made = outbound.rotate(uid, timedelta(hours=hours), actor=acting(actor))
    if json:
        say_json({"id": uid, "secret": made.secret, "former_until": made.former_until})
        return
    say(made.secret)
    complain(f"hub: {SHOWN_ONCE}")


def turn_on(uid: Uid, actor: ActorOption = None, json: Json = False) -> None:
    """Go on where it stood; what waits is sent at once. Dead letters: `replay`."""
    with endpoints(deed=True) as outbound:
        found = outbound.turn_on(uid, actor=acting(actor))
    _told(found, json)


def turn_off(uid: Uid, actor: ActorOption = None, json: Json = False) -> None:
    """Send it nothing more, until it is on again. Nothing is lost meanwhile."""
    with endpoints(deed=True) as outbound:
        found = outbound.turn_off(uid, BY_HAND, actor=acting(actor))
    _told(found, json)


def _told(found: Endpoint, json: bool) -> None:
    if json:
        say_json(_row(found))
        return
    say(f"{found.uid} is {found.state}; {found.waiting} waiting, {found.dead} dead")


def remove(uid: Uid, actor: ActorOption = None, json: Json = False) -> None:
    """Forget an endpoint, with what waits for it and its dead letters."""
    with endpoints(deed=True) as outbound:
        outbound.remove(uid, actor=acting(actor))
    say_json({"id": uid, "removed": True}) if json else say(f"{uid} is removed")


# Dead letters ---------------------------------------------------------------------------


def dead(
    uid: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Of this one; none: of all.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Given up since (Beijing time).")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    json: Json = False,
) -> None:
    """Messages that were given up after the last attempt, the newest change first.

    Exit code 1 where there are any.
    """
    with endpoints() as outbound:
        letters = outbound.dead(uid, since=moment(since), limit=limit)
    found = [
        {
            "message": one.message_id, "endpoint": one.endpoint, "seq": one.seq,
            "type": one.type, "attempts": one.attempts, "said": one.said,
            "dead_at": one.dead_at,
        }
        for one in letters
    ]  # fmt: skip
    if json:
        say_json(found)
    else:
        table(found, DEAD, right=("seq", "attempts"), narrow=DEAD[:4], fold=("said",),
              empty="nothing was given up")  # fmt: skip
        times_note()
    if found:
        raise typer.Exit(1)


def replay(
    uid: Uid,
    message: Annotated[
        list[str] | None, typer.Argument(metavar="[MESSAGE]...", help="By their ids.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="All given up since (Beijing time).")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All there are.")] = False,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """Send dead letters again, from the first attempt on and under their old ids."""
    if sum((bool(message), since is not None, every)) != 1:
        raise Misconfigured("say which: ids of messages, or --since DATE, or --all")
    with endpoints(deed=True) as outbound:
        done = outbound.replay(
            uid, message_ids=message or None, since=moment(since), actor=acting(actor)
        )
        found = outbound.one(uid)
    if json:
        say_json({"id": uid, "replayed": done, "state": found.state})
        return
    say(f"{done} are sent again")
    if found.state == "off":
        complain(f"hub: it is off, so they wait: hub endpoints on {uid}")


def _row(one: Endpoint) -> dict[str, Any]:
    told = asdict(one)
    for name in ("id", "silent"):
        told.pop(name)
    return {"id": told.pop("uid"), **told}
