"""`hub record`, and `hub sandbox diff` against what it recorded."""

from __future__ import annotations

import json as json_text
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .boxes import add_account, app_tables
from .failing import complain_of
from .opening import Json, opened
from .output import as_json, complain, say, say_json, table
from .sandbox import SetOption, SwitchOption, group, made

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..hub import Hub
    from ..insight.recording import Recording
    from ..insight.vocabulary import Vocabulary
    from ..plugins import Plugins
    from ..ports import Stream
    from ..sandbox import Platform
    from ..store.shops import Shop

BOX_ORDERS, BOX_PAGES, BOX_DETAILS = 400, 10, 60
"""How much a box is asked for: enough that what is seldom shows too."""
COLUMNS = ("call", "path", "kind", "recorded", "box")
CALLS = ("call", "shape", "answers", "paths", "unknown names")


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(record)
    group.command("diff")(diff)


def record(
    shop: Annotated[str, typer.Argument(help="The shop's name.")],
    to: Annotated[
        Path | None, typer.Option("--out", help="The file; none: standard output.")
    ] = None,
    stream: Annotated[
        list[str] | None, typer.Option("--stream", help="Only this stream; repeatable.")
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow", metavar="NAME", help="A field's name to write although unknown."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Record what a shop's real answers look like: paths, types, how often; no value.

    It asks for one page of each stream and one order. Written are names of fields and
    status words that the channel's own code spells out, and the forms of values; a name
    it does not know stands there as {?}. `hub sandbox diff` holds a box against the file.
    """
    if to is not None and not to.parent.is_dir():
        raise Misconfigured(f"{to}: there is no folder {to.parent}; make it first")
    with opened() as hub:
        known = _known(hub.plugins, hub.shop(shop).channel).with_names(allow or ())
        found = _recorded(hub, hub.shop(shop), known, stream or ())
    for name, error in found.errors.items():
        complain(f"hub: nothing of the stream {name}")
        complain_of(error)
    told = found.as_dict(datetime.now(UTC))
    if to is None:
        say_json(told)
    else:
        to.write_text(as_json(told, indent=1) + "\n", encoding="utf-8")
        _say_calls(told, to, json)
    if found.errors or not found.calls:
        raise typer.Exit(1)


def _known(plugins: Plugins, channel: str) -> Vocabulary:
    from ..insight.vocabulary import vocabulary

    packages = [plugins.channel(channel).adapters]
    with suppress(Misconfigured):  # a plugin need not have a box
        packages.append(plugins.sandbox(channel).__module__.rpartition(".")[0])
    return vocabulary(*packages)


def _recorded(
    hub: Hub, shop: Shop, known: Vocabulary, wanted: Sequence[str] = (), **how: int
) -> Recording:
    from ..insight.recording import record

    def configured(streams: Sequence[Stream]) -> list[Stream]:
        there = [s.name for s in streams]
        if strange := [name for name in wanted if name not in there]:
            names = ", ".join(there)
            raise Misconfigured(
                f"{shop.channel} has no stream {strange[0]!r}; it has: {names}"
            )
        chosen = [s for s in streams if not wanted or s.name in wanted]
        return [hub.settings.stream(shop.channel, s, shop.name) for s in chosen]

    return record(
        hub.lines.open(shop), lambda line: hub.plugins.orders(shop.channel, line),
        configured, known, **how,
    )  # fmt: skip


def _say_calls(told: dict[str, Any], to: Path, json: bool) -> None:
    rows = [
        {
            "call": call["name"], "shape": call["shape"], "answers": call["answers"],
            "paths": len(call["paths"]),
            "unknown names": sum(path.endswith(".{?}") for path in call["paths"]),
        }
        for call in told["calls"]
    ]  # fmt: skip
    if json:
        say_json({"file": str(to), "channel": told["channel"], "calls": rows})
        return
    table(rows, CALLS, right=CALLS[2:], empty="no answer had a row")
    say(f"\nNext: hub sandbox diff {told['channel']} {to}")


# Against a box --------------------------------------------------------------------------


def diff(
    channel: Annotated[str, typer.Argument(help="Which platform: see `hub plugins`.")],
    shapes: Annotated[
        Path, typer.Argument(help="What `hub record` wrote.", exists=True, dir_okay=False)
    ],
    switch: SwitchOption = None,
    option: SetOption = None,
    json: Json = False,
) -> None:
    """Ask a platform in a box the recorded calls, and list what is shaped otherwise.

    Paths only one of them has, and types or forms that differ. What is seldom in the box
    is not missed in a short recording. Exit code 1 when there is any difference.
    """
    from ..insight.recording import differences

    recorded = _read(shapes, channel)
    platform = made(channel, orders=BOX_ORDERS, switches=switch or (), options=option or ())
    box = _shapes_of(platform, _pins(recorded))
    found = [asdict(one) for one in differences(recorded, box)]
    if json:
        say_json({"ok": not found, "channel": channel, "differences": found})
    else:
        table(found, COLUMNS, fold=("path", "recorded", "box"), empty="no difference")
    if found:
        raise typer.Exit(1)


def _read(path: Path, channel: str) -> Mapping[str, Any]:
    from ..insight.recording import checked

    try:
        recorded = checked(json_text.loads(path.read_text(encoding="utf-8-sig")))
    except (Misconfigured, ValueError) as error:
        why = error if isinstance(error, Misconfigured) else "it is no JSON"
        raise Misconfigured(f"{path}: {why}") from None
    if recorded["channel"] != channel:
        raise Misconfigured(f"{path} was recorded on {recorded['channel']}, not {channel}")
    return recorded


def _pins(recorded: Mapping[str, Any]) -> dict[str, int]:
    """Area to version file, so that the box is asked in the recorded shapes."""
    from ..wire import VERSION_FILE

    files = (VERSION_FILE.fullmatch(call["shape"]) for call in recorded["calls"])
    return {file["area"]: int(file["number"]) for file in files if file}


def _shapes_of(platform: Platform, pins: dict[str, int]) -> dict[str, Any]:
    """The box recorded as a real shop is, without sockets, by a hub that is gone then."""
    import secrets

    from ..hub import Hub
    from ..settings import Settings
    from ..testing.bridge import VirtualClock, platform_transport

    account, channel = platform.accounts()[0], platform.channel
    with TemporaryDirectory(prefix="channel-hub-") as folder:
        apps = app_tables(channel, [account], "http://box.invalid", Path(folder))
        settings = Settings.of(
            {"apps": apps, "channels": {channel: {"pins": pins}}},
            Path(folder) / "plugins.toml",
        )
        with Hub.open(
            settings=settings, database="sqlite://", key=secrets.token_bytes(32),
            clock=VirtualClock(platform.clock), shared_limits=False,
            transports=lambda channel: platform_transport(platform),
        ) as hub:  # fmt: skip
            shop = add_account(hub, channel, account, None)
            known = _known(hub.plugins, channel)
            found = _recorded(hub, shop, known, pages=BOX_PAGES, details=BOX_DETAILS)
    for error in found.errors.values():
        raise error
    return found.as_dict(datetime.now(UTC))
