"""`hub drift`: what platforms say otherwise than they did, and what waits for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .failing import complain_of
from .opening import ChannelOption, Json, moment, opened
from .output import say, say_json, table, times_note

if TYPE_CHECKING:
    from datetime import datetime

    from ..hub import Hub
    from ..insight.versions.drift import FieldDrift

HELD = ("shop", "shape", "said", "since", "parked")
WORDS = ("channel", "shape", "field", "code", "rows", "first_seen_at", "last_seen_at")
FIELDS = (
    *("channel", "area", "path", "kind", "before", "now", "rows", "first_seen"),
    "last_seen",
)
SeenOption = Annotated[
    str | None, typer.Option("--since", help="Seen since, e.g. 2026-11-01 (Beijing).")
]


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(invoke_without_command=True)
    group.callback()(drift)
    group.command("accept")(accept)
    app.add_typer(group, name="drift")


def drift(
    context: typer.Context,
    channel: ChannelOption = None,
    since: SeenOption = None,
    json: Json = False,
) -> None:
    """What is held back, words no reader knew, and fields that changed type or unit.

    What is held back is not as its shop's records were, and parked for it: `hub drift
    accept`. The words are counted as records come. The fields are found in what is kept
    of them, by when it was fetched: names and forms, never a value. Exit code 1 where
    something is held back or a field is not as it was.
    """
    if context.invoked_subcommand is not None:
        return
    begin = moment(since)
    with opened() as hub:
        from ..insight.versions import drift as found_in

        channels = _channels(hub, channel)
        held = _held(hub, channels)
        words = [asdict(w) for w in found_in.words(hub.store, channel, begin)]
        fields = [row for name in channels for row in _fields(hub, name, begin)]
    if json:
        say_json({"ok": not fields and not held, "held": held, "words": words,
                  "fields": fields})  # fmt: skip
    else:
        _tell(held, words, fields)
    if fields or held:
        raise typer.Exit(1)


def _tell(
    held: list[dict[str, Any]], words: list[dict[str, Any]], fields: list[dict[str, Any]]
) -> None:
    if held:
        table(held, HELD, right=("parked",), fold=("said",), title="Held back",
              narrow=HELD[:3])  # fmt: skip
        say("as they are read now they are right: hub drift accept SHOP AREA\n")
    table(words, WORDS, right=("rows",), fold=("field", "code"), title="Words",
          narrow=WORDS[1:5], empty="every one was known")  # fmt: skip
    say()
    table(fields, FIELDS, right=("rows",), fold=("path",), title="Fields",
          narrow=FIELDS[1:7], empty="as they were")  # fmt: skip
    times_note()


def _channels(hub: Hub, channel: str | None) -> list[str]:
    """Raises Misconfigured for a channel no plugin serves."""
    if channel is not None:
        return [hub.plugins.channel(channel).id]
    return sorted({shop.channel for shop in hub.shops()})


def _held(hub: Hub, channels: list[str]) -> list[dict[str, Any]]:
    """What waits for a person, with how many records are parked for it."""
    from ..store import parked, profiles
    from ..sync.gate import DRIFT

    shops = {shop.id: shop for shop in hub.shops() if shop.channel in channels}
    with hub.store.reading() as connection:
        found = profiles.open_findings(connection)
        waiting = Counter(
            (p.shop_id, p.shape, p.reason.removeprefix(DRIFT))
            for p in parked.listing(connection)
            if p.reason.startswith(DRIFT)
        )
    return [
        {"shop": shops[one.shop_id].name, "shape": one.shape, "said": of["said"],
         "since": of["since"], "parked": waiting[one.shop_id, one.shape, of["said"]]}
        for one in found
        if one.shop_id in shops
        for of in one.findings
    ]  # fmt: skip


def _fields(hub: Hub, channel: str, since: datetime | None) -> list[dict[str, Any]]:
    from ..insight.versions.drift import fields, known
    from ..store.kinds import KINDS

    shops = [shop for shop in hub.shops() if shop.channel == channel]
    words = known(hub.plugins, channel)
    return [
        _row(one)
        for kind in KINDS.values()
        for one in fields(hub.store, kind, shops, words, channel)
        if since is None or (one.finding.last_seen or since) >= since
    ]


def _row(one: FieldDrift) -> dict[str, Any]:
    return {"channel": one.channel, "area": one.area, **asdict(one.finding)}


# Taking it as right ----------------------------------------------------------------------


def accept(
    shop: Annotated[str, typer.Argument(help="The shop's name.")],
    area: Annotated[str, typer.Argument(help="orders, products …: see `hub drift`.")],
    json: Json = False,
) -> None:
    """Take records as they come now for right, and store those that are parked for it.

    Look first that the version in use reads them rightly (`hub parked show`, `hub adapter
    diff`); a newer one may have to be installed or pinned. What is parked is asked for
    again by its id, or read again from its raw form where the platform has no such call.
    What is known of the area's records is learned anew. Exit code 1 where a platform
    could not be asked, or records stay parked.
    """
    with opened() as hub:
        from .accepting import accept as taken

        done = taken(hub, hub.shop(shop), area)
    if json:
        say_json(done.as_dict())
    else:
        for said in done.findings:
            say(f"taken as right: {said}")
        rest = f"{done.left} still parked: hub parked list" if done.left else "none is left"
        say(f"{done.stored} records stored; {rest}")
    for error in done.errors:
        complain_of(error)
    if done.left or done.errors:
        raise typer.Exit(1)
