"""`hub pushes inlets`, `hub pushes permit`: messages that are taken, and how that goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Misconfigured
from .opening import Json, opened
from .output import local, say, say_json, table

if TYPE_CHECKING:
    from ..hub import Hub
    from ..insight.doctor import Check

COLUMNS = ("channel", "app", "heard", "last", "taken", "unread", "failing", "said")


def list_inlets(json: Json = False) -> None:
    """Queues and connections messages are taken from, and how that goes."""
    from ..store import inlets

    with opened() as hub, hub.store.reading() as connection:
        found = inlets.listing(connection)
    if json:
        return say_json([asdict(one) for one in found])
    rows = [
        {
            **asdict(one), "heard": local(one.heard_at), "last": local(one.taken_at),
            "failing": local(one.failing_since),
        }
        for one in found
    ]  # fmt: skip
    table(rows, COLUMNS, fold=("said",), empty="no messages were ever taken: hub serve")


def permit(
    shop: Annotated[str, typer.Argument(help="Whose messages are to be sent.")],
    check: Annotated[bool, typer.Option("--check", help="Only say whether.")] = False,
    json: Json = False,
) -> None:
    """Have a shop's platform send the app its messages, all that the app subscribed to.

    Exit code 1 where it does not, with --check.
    """
    with opened() as hub:
        found = hub.shop(shop)
        if not hub.plugins.can(found.channel, "messages"):
            raise Misconfigured(f"{found.channel} has no messages that are taken")
        messages, line = hub.plugins.messages(found.channel), hub.lines.open(found)
        if check:
            permitted = messages.permitted(line)
        else:
            messages.permit(line)
            permitted = True
    if json:
        say_json({"ok": permitted, "shop": shop, "permitted": permitted})
    else:
        word = "are sent" if permitted else f"are not sent: hub pushes permit {shop}"
        say(f"{shop}: its messages {word}")
    if not permitted:
        raise typer.Exit(1)


def checks(hub: Hub) -> Iterator[Check]:
    """Of the doctor: whether messages come, app by app, shop by shop. Sends nothing."""
    from ..inbound.inlets import served
    from ..insight.doctor.check import ok, warn
    from ..store import inlets

    with hub.store.reading() as connection:
        known = {(one.channel, one.app): one for one in inlets.listing(connection)}
    for channel, app in served(hub):
        one, name = known.get((channel, app)), f"messages of {app}"
        if one is None or one.heard_at is None:
            said = one.said if one and one.said else "were never taken"
            yield warn(name, said, "hub serve; or [apps] messages = false")
        elif one.failing_since:
            yield warn(name, f"not since {local(one.failing_since)}: {one.said}")
        else:
            yield ok(name, f"{one.taken} taken, heard of at {local(one.heard_at)}")
            yield from _silent(hub, channel, app)


def _silent(hub: Hub, channel: str, app: str) -> Iterator[Check]:
    """Shops of which nothing has come: as a rule nobody has permitted them."""
    from ..inbound.working import info
    from ..insight.doctor.check import warn
    from ..store import inlets

    for shop in hub.shops():
        if (shop.channel, shop.app, shop.state) != (channel, app, "active"):
            continue
        names = hub.plugins.messages(channel).accounts(info(shop))
        with hub.store.reading() as connection:
            some = inlets.any_of(connection, channel, names)
        if not some:
            said = "no message of it is kept; it may not be permitted"
            yield warn(
                f"shop {shop.name}, messages", said, f"hub pushes permit {shop.name}"
            )
