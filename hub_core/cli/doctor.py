"""`hub doctor`: what is in order, what is not, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import HubError
from . import inlets
from .failing import complain_of
from .opening import Chosen, Json, opened
from .output import say, say_json, table

if TYPE_CHECKING:
    from ..hub import Hub
    from ..insight.doctor import Check, Finding, Visit
    from ..insight.doctor.live import Measured
    from ..insight.doctor.machine import AtRest
    from ..journal import MemoryJournal
    from ..store.shops import Shop

COLUMNS = ("state", "name", "said", "next")
FACTS = ("fact", "configured", "found", "verdict", "evidence")


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(doctor)


def doctor(
    live: Annotated[
        str | None,
        typer.Option(
            "--live", metavar="SHOP", help="Ask this shop's platform; reads only."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Look at settings, key, database, plugins and every shop, and say what to do.

    With --live SHOP: measure on the shop's platform what its documents leave open. It
    only reads lists and one order, some 16 calls a stream, within the limits. Exit code 1
    when anything fails or a configured fact is refuted.
    """
    if live is None:
        _at_rest(json)
    else:
        _live(live, json)


# At rest --------------------------------------------------------------------------------


def _at_rest(json: bool) -> None:
    from ..insight.doctor import at_rest, sound

    found = at_rest(Chosen.config, Chosen.database)
    checks = list(found.checks)
    try:
        checks += _shops(found)
    finally:
        if found.store is not None:
            found.store.close()
    if json:
        say_json({"ok": sound(checks), "checks": checks})
    else:
        table(map(_row, checks), COLUMNS)
    if not sound(checks):
        raise typer.Exit(1)


def _shops(found: AtRest) -> Iterator[Check]:
    from ..hub import Hub
    from ..insight.doctor import troubles
    from ..insight.doctor.check import warn

    if found.settings is None or found.plugins is None or found.store is None:
        return
    hub = Hub(found.settings, found.store, found.plugins)
    shops = hub.shops()
    if not shops:
        yield warn("shops", "none yet", "hub shop add")
    for shop in shops:
        yield from _shop(hub, shop)
    yield from inlets.checks(hub)
    yield from troubles(found.store, datetime.now(UTC))
    hub.lines.close()


def _shop(hub: Hub, shop: Shop) -> list[Check]:
    """Opening its line tells whose token it uses; nothing is sent."""
    from ..insight.doctor import shop_checks
    from ..insight.doctor.check import fail

    try:
        tokens = hub.lines.open(shop).tokens
    except HubError as error:
        return [fail(f"shop {shop.name}", str(error))]
    assert tokens is not None
    given = tokens.authorisation is None or not tokens.authorisation.shared
    return shop_checks(
        hub.store, shop, hub.store.tokens.load(tokens.subject),
        needs_token=given, now=datetime.now(UTC),
    )  # fmt: skip


def _row(check: Check) -> dict[str, Any]:
    return {"state": check.state.value, "name": check.name, "said": check.said,
            "next": check.next}  # fmt: skip


# Live -----------------------------------------------------------------------------------


def _live(name: str, json: bool) -> None:
    with opened() as hub:
        shop = hub.shop(name)
        host = _host(hub, shop)
        with _journal(hub) as journal:
            seen = visit(hub, shop, journal)
        local = _local_address(host)
        say_json(_as_dict(seen, name, host, local)) if json else _say(
            seen, name, host, local
        )
    if not seen.sound:
        raise typer.Exit(1)


@contextmanager
def _journal(hub: Hub) -> Iterator[MemoryJournal]:
    """The visit's calls go to the hub's journal too, however it ends."""
    from ..journal import MemoryJournal

    journal = MemoryJournal()
    try:
        yield journal
    finally:
        with hub.store.writing() as connection:
            hub.store.write_journal(connection, journal.entries)


def visit(hub: Hub, shop: Shop, journal: MemoryJournal) -> Visit:
    """One shop's platform, asked over the shop's normal line."""
    from ..insight.doctor import visit

    line = hub.lines.open(shop, journal)
    return visit(
        line,
        lambda session: hub.plugins.orders(shop.channel, session),
        lambda stream: hub.settings.stream(shop.channel, stream, shop.name),
        lambda: journal.entries,
    )


def _cells(finding: Finding) -> dict[str, Any]:
    """A finding for a table."""
    return {name: getattr(finding, name) for name in FACTS}


def _host(hub: Hub, shop: Shop) -> str:
    room = hub.lines.room(shop.app)
    return room.app.base_url or room.channel.base_url


def _local_address(url: str) -> str | None:
    """The address of this machine that calls to `url` leave by. Sends nothing."""
    import socket
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        family, kind, _, _, where = socket.getaddrinfo(
            parts.hostname, port, type=socket.SOCK_DGRAM
        )[0]
        with socket.socket(family, kind) as unsent:
            unsent.connect(where)
            return str(unsent.getsockname()[0])
    except OSError:
        return None


def _as_dict(seen: Visit, name: str, host: str, local: str | None) -> dict[str, Any]:
    return {
        "ok": seen.sound, "shop": name, "host": host, "local_address": local,
        "checks": seen.checks, "facts": seen.facts,
        "streams": [
            {"stream": s.name, "calls": s.calls, "findings": s.findings,
             "error": str(s.error) if s.error else None}
            for s in seen.streams
        ],
        "live_verified_candidates": seen.operations,
    }  # fmt: skip


def _told(stream: Measured) -> bool:
    """Whether anything could be told: where nothing was answered, all of it could not."""
    return stream.error is None or any(f.found for f in stream.findings)


def _say_stream(stream: Measured) -> None:
    title = f"{stream.name}: {stream.calls} calls"
    if _told(stream):
        table(map(_cells, stream.findings), FACTS, title=title)
    else:
        say(title)
    if stream.error is not None:
        complain_of(stream.error)


def _say(seen: Visit, name: str, host: str, local: str | None) -> None:
    say(f"{name} at {host}, from this machine's {local or 'address (not found out)'}\n")
    table(map(_row, seen.checks), COLUMNS)
    for stream in seen.streams:
        say()
        _say_stream(stream)
    if any(_told(stream) for stream in seen.streams):
        say()
        title = "The channel's facts"
        table(map(_cells, seen.facts), FACTS, title=title, empty="it has none")
    say()
    for one in seen.operations:
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        say(f"live-verified {today} candidate: {one.name} {one.shape} ({one.endpoint}), "
            f"{one.calls} calls answered well")  # fmt: skip
