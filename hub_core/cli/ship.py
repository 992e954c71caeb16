"""`hub ship`: telling a channel that a parcel is on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import HubError
from .failing import complain_of
from .opening import Json, opened
from .output import complain, say, say_json

if TYPE_CHECKING:
    from ..hub import Hub

NEXT = {
    "unknown": "whether it arrived is not known: the same command again looks, and sends "
    "nothing twice",
    "sending": "another worker is sending it: the same command again looks",
    "intended": "it was not sent: give the same command again",
}


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(ship)


def ship(
    shop: Annotated[str, typer.Argument(help="The shop's name.")],
    order: Annotated[str, typer.Argument(help="The platform's order number.")],
    carrier: Annotated[
        str, typer.Option("--carrier", help="Its name, its code, or your word for it.")
    ],
    waybill: Annotated[str, typer.Option("--waybill", help="The parcel's number.")],
    line: Annotated[
        list[str] | None,
        typer.Option("--line", help="Only this line of the order; repeatable."),
    ] = None,
    json: Json = False,
) -> None:
    """Report a parcel of an order, once: the same waybill again is the same parcel.

    The order is looked at first: one that is cancelled, refunded or held is refused.
    Exit code 1 unless the platform confirmed it.
    """
    error = None
    with opened() as hub:
        name = hub.shop(shop).name
        try:
            done = hub.desks.ship(
                hub.shop(shop), order, carrier=carrier, tracking_no=waybill,
                lines=line or (),
            )  # fmt: skip
            state, said = done.state, done.said
        except HubError as failure:
            if failure.kind == "Misconfigured":
                raise
            error = failure
            state, said = _state(hub, name, order, waybill)
    told = {"shop": name, "order": order, "tracking_no": waybill, "state": state}
    _say({**told, "said": said}, error, json)
    if state != "confirmed":
        raise typer.Exit(1)


def _state(hub: Hub, shop: str, order: str, waybill: str) -> tuple[str, str | None]:
    """What the ledger says of a parcel whose call failed."""
    found = hub.desks.commands(shop_id=hub.shop(shop).id, kind="ship", target=order)
    for command in found:
        if command.asked.get("tracking_no") == waybill:
            return command.state, command.said
    return "intended", None


def _say(told: dict[str, Any], error: HubError | None, json: bool) -> None:
    confirmed = told["state"] == "confirmed"
    if json:
        failed = None if error is None else {"kind": error.kind, "message": str(error)}
        say_json({"ok": confirmed, **told, "error": failed})
    elif confirmed:
        say(f"{told['shop']} {told['order']}: parcel {told['tracking_no']} is reported")
    if error is not None:
        complain_of(error)
    if not confirmed:
        why = NEXT.get(told["state"], told["said"] or "the platform gave no reason")
        complain(f"hub: {told['order']}: {told['state']}: {why}")
