"""`hub commands`: the ledger of what the hub did to platforms, and its one switch."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import HubError, Misconfigured
from .failing import complain_of
from .narrowing import refuse_unknown
from .opening import Json, ShopOption, known_shops, opened
from .output import complain, say, say_json, table, times_note

if TYPE_CHECKING:
    from ..hub import Hub
    from ..store.commands import Command

STATES = ("intended", "sending", "confirmed", "refused", "unknown", "superseded")
KINDS = ("stock.set", "ship")
COLUMNS = (
    "id", "intended_at", "shop", "kind", "target", "asked", "state", "attempts", "said",
)  # fmt: skip
PARCEL = ("shop", "order", "tracking_no", "state", "said")
NARROW = ("id", "kind", "target", "state")


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="What was done to platforms.", no_args_is_help=True)
    group.command("list")(list_commands)
    group.command("show")(show)
    group.command("retry")(retry)
    group.command("pause")(pause)
    group.command("resume")(resume)
    app.add_typer(group, name="commands")


def list_commands(
    shop: ShopOption = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help=f"Only {', '.join(KINDS)}.")
    ] = None,
    state: Annotated[
        list[str] | None, typer.Option("--state", help=f"{', '.join(STATES)}; repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 30,
    json: Json = False,
) -> None:
    """What was done to platforms, newest first, and what became of it."""
    refuse_unknown("kind", kind, KINDS)
    for one in state or ():
        refuse_unknown("state", one, STATES)
    with opened() as hub:
        which = {"shop_id": hub.shop(shop).id} if shop else {}
        known_shops(hub, [shop] if shop else ())
        found = hub.desks.commands(kind=kind, states=state or (), limit=limit, **which)
        said, why = [_told(hub, c) for c in found], hub.paused()
    if json:
        say_json(said)
    else:
        rows = [{**one, "asked": _asked(one["asked"])} for one in said]
        fold = ("shop", "asked", "said")
        table(rows, COLUMNS, narrow=NARROW, fold=fold, right=("attempts",))
        times_note()
    if why:
        complain(f"hub: sending is paused: {why}; go on with: hub commands resume")


def _told(hub: Hub, command: Command) -> dict[str, Any]:
    told = asdict(command)
    return {"shop": hub.desks.names().get(told.pop("shop_id")), **told}


def _asked(asked: dict[str, Any]) -> str:
    """What was asked, in one cell."""
    pairs = [f"{name} {value}" for name, value in asked.items() if value not in (None, [])]
    return ", ".join(pairs)


def show(
    id: Annotated[int, typer.Argument(help="As `hub commands list` shows it.")],
    json: Json = False,
) -> None:
    """One command whole."""
    with opened() as hub:
        found = hub.command(id)
        if found is None:
            raise Misconfigured(f"there is no command {id}; see `hub commands list`")
        told = _told(hub, found)
    if json:
        say_json(told)
        return
    facts = {**told, "asked": _asked(told["asked"])}
    rows = ({"field": name, "value": value} for name, value in facts.items())
    table(rows, ("field", "value"), fold=("value",))
    times_note()


def retry(shop: ShopOption = None, json: Json = False) -> None:
    """Take up parcels that wait, or whose answer was lost; none is sent twice.

    What may have arrived is looked up first. Stock goes with `hub stock push`. Exit code 1
    unless all are confirmed.
    """
    found: list[dict[str, Any]] = []
    errors: list[HubError] = []
    with opened() as hub:
        for one in _waiting_shops(hub, shop):
            try:
                done = hub.desks.ship_waiting(hub.shop(one))
                found += [{"shop": one, **asdict(shipment)} for shipment in done]
            except HubError as error:
                errors.append(error.at(shop=one))
    if json:
        failed = [{"shop": e.shop, "kind": e.kind, "message": str(e)} for e in errors]
        say_json({"parcels": found, "errors": failed})
    else:
        _say_taken_up(found, errors)
    if errors or any(one["state"] != "confirmed" for one in found):
        raise typer.Exit(1)


def _waiting_shops(hub: Hub, shop: str | None) -> list[str]:
    """Shops that have parcels to be taken up: this one, or all."""
    only = hub.shop(shop).name if shop else None
    return [name for name in hub.desks.shops_with_parcels() if only in (None, name)]


def _say_taken_up(found: list[dict[str, Any]], errors: list[HubError]) -> None:
    if found:
        table(found, PARCEL, narrow=("order", "tracking_no", "state"), fold=("said",))
    elif not errors:
        say("no parcel waits")
    for error in errors:
        complain_of(error)


def pause(
    why: Annotated[str, typer.Argument(help="For those who wonder why nothing is sent.")],
    json: Json = False,
) -> None:
    """Stop all sending, everywhere: no stock, no parcel, until `hub commands resume`."""
    if not why.strip():
        raise Misconfigured("say why: others will wonder why nothing is sent")
    with opened() as hub:
        hub.desks.pause(why)
    if json:
        say_json({"paused": why})
    else:
        say("nothing is sent any more; go on with: hub commands resume")


def resume(json: Json = False) -> None:
    """Go on sending: stock with the next `hub stock push`, parcels that waited with `hub
    commands retry`."""
    with opened() as hub:
        why = hub.paused()
        hub.desks.resume()
    if json:
        say_json({"was_paused": why})
    else:
        again = "sending again; next: hub stock push, hub commands retry"
        say(again if why else "sending was not paused")
