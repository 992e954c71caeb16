"""`hub drift`: what platforms say that this version of the hub did not know."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import ChannelOption, Json, moment, opened
from .output import say, say_json, table, times_note

if TYPE_CHECKING:
    from datetime import datetime

    from ..hub import Hub
    from ..insight.versions.drift import FieldDrift

WORDS = ("channel", "shape", "field", "code", "rows", "first_seen_at", "last_seen_at")
FIELDS = (
    *("channel", "area", "path", "kind", "before", "now", "rows", "first_seen"),
    "last_seen",
)
SeenOption = Annotated[
    str | None, typer.Option("--since", help="Seen since, e.g. 2026-11-01 (Beijing).")
]


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(drift)


def drift(
    channel: ChannelOption = None,
    since: SeenOption = None,
    json: Json = False,
) -> None:
    """Words no reader knew, and fields that came, went or changed type or unit.

    The words are counted as records come. The fields are found in what is kept of them,
    by when it was fetched: names and forms, never a value. Exit code 1 where a field is
    not as it was.
    """
    begin = moment(since)
    with opened() as hub:
        from ..insight.versions import drift as found_in

        channels = _channels(hub, channel)
        words = [asdict(w) for w in found_in.words(hub.store, channel, begin)]
        fields = [row for name in channels for row in _fields(hub, name, begin)]
    if json:
        say_json({"ok": not fields, "words": words, "fields": fields})
    else:
        table(words, WORDS, right=("rows",), fold=("field", "code"), title="Words",
              narrow=WORDS[1:5], empty="every one was known")  # fmt: skip
        say()
        table(fields, FIELDS, right=("rows",), fold=("path",), title="Fields",
              narrow=FIELDS[1:7], empty="as they were")  # fmt: skip
        times_note()
    if fields:
        raise typer.Exit(1)


def _channels(hub: Hub, channel: str | None) -> list[str]:
    """Raises Misconfigured for a channel no plugin serves."""
    if channel is not None:
        return [hub.plugins.channel(channel).id]
    return sorted({shop.channel for shop in hub.shops()})


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
