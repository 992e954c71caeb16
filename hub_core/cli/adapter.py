"""`hub adapter`: the versions a channel is read in, and how two of them differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .opening import Json, ShopOption, opened
from .output import complain, say, say_json, table
from .watch import watch

if TYPE_CHECKING:
    from ..hub import Hub
    from ..insight.versions.catalogue import Version
    from ..insight.versions.replay import Comparison
    from ..store.shops import Shop

COLUMNS = ("channel", "version", "newest", "since", "until", "pinned_by", "shops", "calls")
NARROW = ("channel", "version", "newest", "pinned_by")
FIELDS = ("field", "records", "only_a", "only_b", "unlike", "examples")
UNREAD = ("shape", "reason", "records", "examples")


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="The versions a channel is read in.", no_args_is_help=True)
    group.command("list")(list_versions)
    group.command("diff")(diff)
    group.command("watch")(watch)
    app.add_typer(group, name="adapter")


def list_versions(
    channel: Annotated[
        str | None, typer.Argument(help="Only this channel: see `hub plugins`.")
    ] = None,
    json: Json = False,
) -> None:
    """Areas and their versions: since when, which is the newest, who is pinned to which.

    `calls` counts how far each version's calls are tried; `--json` names every one.
    """
    from ..insight.versions.catalogue import versions

    with opened() as hub:
        channels = [channel] if channel else [c.id for c in hub.plugins.channels()]
        shops = hub.shops()
        found = [
            version
            for name in channels
            for version in versions(hub.plugins, hub.settings, shops, name)
        ]
    if json:
        say_json([version.as_dict() for version in found])
        return
    table(
        [_line(version) for version in found], COLUMNS, narrow=NARROW,
        fold=("pinned_by", "shops", "calls"),
    )  # fmt: skip
    if channel:
        say()
    for version in found if channel else ():
        say(f"{version.shape}: {version.said}")


def _line(version: Version) -> dict[str, Any]:
    standing = [call.status.partition(" ")[0] for call in version.calls]
    words = sorted(set(standing), key=standing.index)
    return {
        "channel": version.channel, "version": version.shape,
        "newest": version.is_newest, "since": version.since, "until": version.until,
        "pinned_by": list(version.pinned_by) or None, "shops": len(version.shops),
        "calls": [f"{standing.count(word)} {word}" for word in words] or None,
    }  # fmt: skip


# Two versions --------------------------------------------------------------------------


def diff(
    channel: Annotated[str, typer.Argument(help="Which platform: see `hub plugins`.")],
    area: Annotated[
        str, typer.Argument(help="orders, products …: see `hub adapter list`.")
    ],
    a: Annotated[int, typer.Argument(help="A version's number.")],
    b: Annotated[int, typer.Argument(help="The other's.")],
    shop: ShopOption = None,
    limit: Annotated[
        int, typer.Option(min=1, help="So many records at most, the newest of each shop.")
    ] = 1000,
    json: Json = False,
) -> None:
    """Read stored raw records by two versions, and list the fields they do not agree on.

    Fields, counts and ids of up to three records; never a value. It asks no platform and
    writes nothing. Exit code 1 where they do not agree or one cannot read a record.
    """
    with opened() as hub:
        found = compared(hub, channel, area, (a, b), _shops(hub, channel, shop), limit)
    told = found.as_dict()
    if json:
        say_json({"ok": found.same == found.records, "channel": channel, **told})
    else:
        _tell(told, channel, area)
    if found.same < found.records:
        raise typer.Exit(1)


def _shops(hub: Hub, channel: str, name: str | None) -> list[Shop]:
    if name is None:
        return [one for one in hub.shops() if one.channel == channel]
    if (one := hub.shop(name)).channel != channel:
        raise Misconfigured(f"{one.name} is a shop of {one.channel}, not of {channel}")
    return [one]


def compared(
    hub: Hub,
    channel: str,
    area: str,
    numbers: tuple[int, int],
    shops: list[Shop],
    limit: int,
) -> Comparison:
    """What two versions of an area make of kept records, `limit` of each shop."""
    from ..insight.versions import kept, replay
    from ..store.kinds import KINDS

    known = hub.plugins.channel(channel)
    pair = [replay.reader(known.adapters, area, n, known.facts) for n in numbers]
    found = replay.Comparison(pair[0].shape, pair[1].shape)
    for shop in shops:
        facts = hub.settings.facts(shop.app, known)
        one, other = (replay.Reader(r.shape, r.module, facts) for r in pair)
        left = limit
        for kind in KINDS.values():
            for page in kept.pages(hub.store, kind, shop, area):
                for record in page[: max(0, left)]:
                    found.add(record, one.read(record), other.read(record))
                if (left := left - len(page)) <= 0:
                    break
    return found


def _tell(told: dict[str, Any], channel: str, area: str) -> None:
    if not told["records"]:
        say(f"nothing is kept of {channel} {area} yet: hub sync")
        return
    table(
        told["fields"], FIELDS, right=FIELDS[1:5], fold=("field", "examples"),
        empty="no field differs",
    )  # fmt: skip
    if told["unread"]:
        say()
        table(told["unread"], UNREAD, right=("records",), fold=("reason", "examples"))
    said = f"a is {told['a']}, b {told['b']}: {told['records']} records, {told['same']}"
    complain(f"hub: {said} read alike")
