"""`hub receiver`: whom an order goes to, in clear, and who asked for that."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .acting import ActorOption, acting
from .opening import Json, ShopOption, opened
from .output import complain, say, say_json, table, times_note

if TYPE_CHECKING:
    from ..ports import Withheld
    from ..reveals import Told

COLUMNS = (
    "asked_at", "shop", "order", "purpose", "actor", "outcome", "units", "said", "done_at",
)  # fmt: skip
NARROW = ("asked_at", "order", "purpose", "actor", "outcome")
NEXT = {
    "nothing_to_reveal": "the order has nobody sealed in it any more, or never had",
    "not_permitted": "the app may not ask, or not for this purpose",
    "quota_spent": "no more are revealed today; see `hub receiver audit`",
    "cannot_be_opened": "it is sealed in a way that can't be opened here",
    "order_closed": "the platform tells nothing of closed orders",
    "stale": "the address has just changed: ask again",
    "not_sent": "nothing was spent: try again later",
    "unknown": "the answer was lost and counts as spent: asking again is asking anew",
}


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="Receivers in clear.", no_args_is_help=True)
    group.command("reveal")(reveal)
    group.command("audit")(audit)
    app.add_typer(group, name="receiver")


def reveal(
    shop: Annotated[str, typer.Argument(help="The shop's name.")],
    order: Annotated[str, typer.Argument(help="The platform's order number, or a hub id.")],
    purpose: Annotated[
        str,
        typer.Option(
            "--purpose", help="shipping, after_sales, customer_service or invoice."
        ),
    ],
    actor: ActorOption = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Show a person's data on this terminal.")
    ] = False,
    json: Json = False,
) -> None:
    """Ask the platform whom an order goes to; counted against a quota, and audited.

    Nothing of the answer is kept: asking again is another asking. Exit code 1 where the
    receiver is withheld.
    """
    _refuse_to_leave_it_lying(clear=clear, json=json)
    with opened() as hub:
        who = acting(actor)
        told = hub.reveal_receiver(shop, order, purpose=purpose, actor=who)
    _say(told, json=json)
    if _reason(told) is not None:
        raise typer.Exit(1)


def _refuse_to_leave_it_lying(*, clear: bool, json: bool) -> None:
    """Raises Misconfigured, before anything is asked, where nobody has said that it may
    be shown here."""
    if json:
        return
    if not clear:
        raise Misconfigured("say --clear to see a person's data here, --json in a program")
    if not sys.stdout.isatty():
        raise Misconfigured("--clear is for a terminal; in a program, --json")


def _reason(told: Told) -> str | None:
    reason = getattr(told, "reason", None)
    return None if reason is None else str(reason.value)


def _say(told: Told, *, json: bool) -> None:
    reason = _reason(told)
    if json:
        say_json({"ok": reason is None, **asdict(told)})
    elif reason is None:
        rows = ({"field": k, "value": v} for k, v in asdict(told).items() if v is not None)
        table(rows, ("field", "value"), fold=("value",))
        times_note()
    if reason is not None:
        complain(f"hub: {told.order_external_id}: {reason}: {_why(told)}")  # type: ignore[arg-type]


def _why(told: Withheld) -> str:
    remedy = NEXT.get(told.reason.value)
    return "; ".join(x for x in (told.said, remedy) if x) or "the platform gave no reason"


def audit(
    shop: ShopOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 30,
    json: Json = False,
) -> None:
    """Who asked for which receiver, for what, and what came of it; newest first."""
    with opened() as hub:
        one = hub.shop(shop) if shop else None
        found = [asdict(row) for row in hub.reveals.audit(one, limit=limit)]
        spent = [_spent(hub, s) for s in ([one] if one else hub.shops())]
    if json:
        say_json({"asked": found, "today": spent})
        return
    table(found, COLUMNS, narrow=NARROW, fold=("shop", "said"), right=("units",))
    times_note()
    for day in spent:
        if day["used"] or day["closed"]:
            most = day["most"] if day["most"] is not None else "no set number"
            why = f"; closed by the platform: {day['closed']}" if day["closed"] else ""
            say(f"{day['shop']}: {day['used']} of {most} today{why}")


def _spent(hub: Any, shop: Any) -> dict[str, Any]:
    spent, most = hub.reveals.spent(shop)
    return {"shop": shop.name, "used": spent.used, "most": most, "closed": spent.closed}
