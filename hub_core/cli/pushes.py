"""`hub pushes`, `hub asks`: what platforms sent by themselves, and what they wait on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

import typer

from ..errors import Misconfigured
from . import codes, inlets
from .acting import ActorOption, acting
from .opening import Json, opened
from .output import local, say, say_json, table

PUSHES = ("id", "channel", "event", "external_id", "state", "received", "attempts", "said")
ASKS = ("id", "channel", "kind", "orders", "amount", "state", "verdict", "deadline")
Limit = Annotated[int, typer.Option(min=1, max=10_000)]
STATES = ("waiting", "done", "unheeded", "parked", "no_shop")


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    pushes = typer.Typer(help="What platforms sent by themselves.", no_args_is_help=True)
    pushes.command("list")(list_pushes)
    pushes.command("retry")(retry)
    pushes.command("inlets")(inlets.list_inlets)
    pushes.command("permit")(inlets.permit)
    app.add_typer(pushes, name="pushes")
    asks = typer.Typer(help="What platforms ask and wait on.", no_args_is_help=True)
    asks.command("list")(list_asks)
    asks.command("decide")(decide)
    codes.add(asks)
    app.add_typer(asks, name="asks")


def list_pushes(
    state: Annotated[
        list[str] | None,
        typer.Option("--state", help=f"{', '.join(STATES)}; repeatable."),
    ] = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """The newest pushes, and what became of them; never a body."""
    from ..store import inbox

    if strange := [one for one in state or () if one not in STATES]:
        raise Misconfigured(f"no state {strange[0]!r}; there are: {', '.join(STATES)}")
    with opened() as hub, hub.store.reading() as connection:
        found = inbox.listing(connection, states=state or (), limit=limit)
    if json:
        return say_json([asdict(one) for one in found])
    rows = [{**asdict(one), "received": local(one.received_at)} for one in found]
    table(rows, PUSHES, fold=("said",), empty="no push is kept")


def retry(
    ids: Annotated[
        list[int] | None, typer.Argument(help="As `hub pushes list` shows; none: all.")
    ] = None,
    json: Json = False,
) -> None:
    """Have those that wait for a person tried again by `hub serve`."""
    from ..store import inbox

    with opened() as hub, hub.store.writing() as connection:
        count = inbox.again(connection, hub.clock.now(), ids or None)
    if json:
        return say_json({"ok": True, "again": count})
    say(f"{count} pushes are tried again")


def list_asks(
    every: Annotated[bool, typer.Option("--all", help="Those answered, too.")] = False,
    json: Json = False,
) -> None:
    """What waits for a decision, the most urgent first."""
    from ..store import asks

    states = () if every else (asks.OPEN, asks.DECIDED)
    with opened() as hub, hub.store.reading() as connection:
        found = asks.listing(connection, states=states)
    if json:
        return say_json([asdict(one) for one in found])
    rows = [
        {
            **asdict(one), "orders": ", ".join(one.orders),
            "deadline": local(one.deadline_at),
        }
        for one in found
    ]  # fmt: skip
    table(rows, ASKS, empty="no platform waits for a decision")


def decide(
    id: Annotated[int, typer.Argument(help="As `hub asks list` shows it.")],
    verdict: Annotated[Literal["agreed", "refused"], typer.Argument()],
    reason: Annotated[
        str | None, typer.Option("--reason", help="With a refusal: what the buyer reads.")
    ] = None,
    code: Annotated[
        list[str] | None,
        typer.Option("--code", help="A code it takes; repeatable. Better from the ERP."),
    ] = None,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """Decide it. The platform is told, or hears it when it asks; it stands then."""
    from .. import inbound
    from ..ports import Verdict

    with opened() as hub:
        by = acting(actor)
        done = inbound.decide(
            hub, id, Verdict(verdict), by=by, reason=reason, given=code or ()
        )
    if json:
        return say_json(asdict(done))
    say(f"question {id}: {done.verdict} by {done.decided_by}")
