"""`hub adapter watch`: documents that changed, and kept records that are unreadable now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import ChannelOption, Json, opened
from .output import say, say_json, table

if TYPE_CHECKING:
    from ..hub import Hub

PAGES = ("channel", "name", "state", "last_at", "said")
REPLAYS = ("channel", "area", "by", "newest", "records", "unread", "unlike")
HOUR = 3600.0


def watch(
    channel: ChannelOption = None,
    once: Annotated[bool, typer.Option("--once", help="Look once, and end.")] = False,
    every: Annotated[
        float, typer.Option(min=0.1, help="Hours between two looks, without --once.")
    ] = 24.0,
    limit: Annotated[
        int, typer.Option(min=1, help="So many kept records of each shop are replayed.")
    ] = 200,
    json: Json = False,
) -> None:
    """Say which lines of the platforms' document pages changed since last time.

    Recent kept records are read by every version in use, too.

    The pages are listed by each channel (`pages.toml` of its adapter). What they said last
    is kept in the data folder. No shop's platform is called and nothing of a shop is sent.
    With --once: exit code 1 where a page changed or could not be had, or a version in use
    cannot read a kept record.
    """
    while True:
        with opened() as hub:
            found = _looked(hub, channel, limit)
        say_json(found) if json else _tell(found)
        if once:
            raise typer.Exit(0 if found["ok"] else 1)
        time.sleep(every * HOUR)


def _looked(hub: Hub, channel: str | None, limit: int) -> dict[str, Any]:
    ids = [hub.plugins.channel(channel).id] if channel else _ids(hub)
    pages = [look for id in ids for look in _pages(hub, id)]
    replays = [row for id in ids for row in _replays(hub, id, limit)]
    quiet = {"same", "new", "no text"}
    ok = all(p["state"] in quiet for p in pages) and not any(r["unread"] for r in replays)
    return {"ok": ok, "pages": pages, "replays": replays}


def _ids(hub: Hub) -> list[str]:
    return [channel.id for channel in hub.plugins.channels()]


def _pages(hub: Hub, id: str) -> Iterator[dict[str, Any]]:
    from ..client import open_http
    from ..insight.pages import Kept, looked, pages_of

    kept = Kept(_folder() / f"{id}.json")
    pages = pages_of(hub.plugins.channel(id).adapters)
    with open_http(proxy=hub.settings.hub.proxy) as client:
        for look in looked(client, id, pages, kept, hub.store.now()):
            yield look.as_dict()
    kept.save()


def _folder() -> Path:
    from ..settings.folders import data_folder

    return data_folder() / "watch"


def _replays(hub: Hub, id: str, limit: int) -> Iterator[dict[str, Any]]:
    """Every version that some shop reads by, beside the newest."""
    from ..insight.versions.catalogue import versions
    from .adapter import compared

    found = versions(hub.plugins, hub.settings, hub.shops(), id)
    newest = {v.area: v for v in found if v.is_newest}
    for one in found:
        if not (one.shops and one.replays and newest[one.area].replays):
            continue
        shops = [shop for shop in hub.shops() if shop.name in one.shops]
        pair = one.number, newest[one.area].number
        told = compared(hub, id, one.area, pair, shops, limit).as_dict()
        unread = sum(r["records"] for r in told["unread"] if r["shape"] == one.shape)
        yield {
            "channel": id, "area": one.area, "by": one.shape,
            "newest": newest[one.area].shape, "records": told["records"],
            "unread": unread, "unlike": [field["field"] for field in told["fields"]],
        }  # fmt: skip


def _tell(found: dict[str, Any]) -> None:
    table(found["pages"], PAGES, fold=("name", "said"), title="Pages", narrow=PAGES[:3],
          empty="no channel lists any")  # fmt: skip
    for page in found["pages"]:
        for mark, lines in (("+", page["added"]), ("-", page["removed"])):
            for line in lines:
                say(f"{page['name']}: {mark} {line}")
    say()
    table(found["replays"], REPLAYS, right=("records", "unread"), fold=("unlike",),
          title="Kept records", narrow=REPLAYS[:3] + REPLAYS[4:6],
          empty="nothing is kept yet: hub sync")  # fmt: skip
