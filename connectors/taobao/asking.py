"""What every source of this channel does alike: windows as they are asked for, and whose
shop an answer is of."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub_core.errors import WrongShop
from hub_core.ports import Session, Window

EDGE = timedelta(seconds=1)
"""Asked for beyond either end: whether the ends are inclusive is nowhere said."""
SLACK = 2 * EDGE + 2 * timedelta(seconds=1)
"""What a window grows by on the wire: the edges, and rounding to whole seconds."""


def ends(window: Window) -> dict[str, datetime]:
    """Where a window begins and ends on the wire, in whole seconds."""
    since = window.since.replace(microsecond=0) - EDGE
    until = window.until + EDGE
    if until.microsecond:
        until = until.replace(microsecond=0) + timedelta(seconds=1)
    return {"since": since, "until": until}


def refuse_others(session: Session, seller: str | None, what: str) -> None:
    """Raise WrongShop where `what` came is of another seller than the shop is named by."""
    nick = session.shop.account.get("nick")
    if nick and seller and seller != nick:
        raise WrongShop(
            f"its token opens another shop: {what} of seller {seller} came, and this "
            f"shop is {nick}; the owner of {nick} has to authorise the app"
        )
