"""`hub init`: a settings file to begin with."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .boxes import add_account, app_tables, overriding, toml
from .opening import Chosen, Json
from .output import say, say_json

if TYPE_CHECKING:
    from ..plugins import Plugins
    from ..ports import Channel
    from ..sandbox import Account

FILE = "plugins.toml"
SECONDS = 10
HEAD = """\
# channel-hub's settings: apps, and what holds for channels and shops. docs/configuration.md
# has every key. No secret belongs here; say where one stands: "env:NAME", "file:path" or
# "keyring:service/user". Shops and their tokens are in the database: hub shop add.
"""


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(init)


def init(
    apps: Annotated[
        list[str] | None,
        typer.Option(
            "--app", metavar="NAME=CHANNEL:KEY", help="An app key of yours; repeatable."
        ),
    ] = None,
    boxes: Annotated[
        list[str] | None,
        typer.Option(
            "--sandbox",
            metavar="CHANNEL=URL",
            help="A platform in a box that runs: its apps, and its shops; repeatable.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write a plugins.toml here (or where --config says), and say what to do next.

    With --sandbox CHANNEL=URL of a running `hub sandbox serve` it is ready to sync: the
    box's apps and shops, an SQLite file and a key of its own beside the settings.
    """
    path = (Chosen.config or Path(FILE)).absolute()
    if path.exists():
        raise Misconfigured(
            f"{path} is there already: edit it, or write another: hub --config FILE init"
        )
    if boxes and apps:
        raise Misconfigured("--sandbox or --app: made-up shops stay apart from yours")
    told = _boxed(path, boxes) if boxes else _own(path, apps or [])
    if json:
        say_json({"settings": str(path), **told})
    else:
        _tell(path, told)


def _tell(path: Path, told: dict[str, Any]) -> None:
    say(f"{path} is written")
    if told["shops"]:
        say(f"Shops ({len(told['shops'])}): {', '.join(told['shops'])}")
    say("\nNext:")
    for command in told["next"]:
        say(f"  {command}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Misconfigured(f"{path} is there already") from None


def _chosen() -> str:
    """`hub` with what it takes to find this file again."""
    return f"hub --config {quote(str(Chosen.config))}" if Chosen.config else "hub"


# Apps of one's own ----------------------------------------------------------------------


def _own(path: Path, given: list[str]) -> dict[str, Any]:
    from ..plugins import load
    from ..settings import Settings

    plugins = load()
    tables = dict(_app(plugins, text) for text in given)
    text = HEAD + (toml({"apps": tables}) if tables else _examples(plugins.channels()))
    Settings.of({"apps": tables}, path)  # names with a fault are refused before it is there
    _write(path, text)
    hub = _chosen()
    channels = [plugins.channel(table["channel"]) for table in tables.values()]
    adding = [_adding(hub, name, c) for name, c in zip(tables, channels, strict=True)]
    secrets = [f"export {table['app_secret'][4:]}=…" for table in tables.values()]
    first = secrets or [f"edit {path}: take one app's # away, fill it in"]
    rest = adding or [_adding(hub, "NAME", c) for c in plugins.channels()]
    return {"shops": [], "next": [*first, *rest, f"{hub} doctor", f"{hub} sync --dry-run"]}


def _app(plugins: Plugins, text: str) -> tuple[str, dict[str, str]]:
    name, _, rest = text.partition("=")
    channel, _, key = rest.partition(":")
    if not (name and channel and key):
        raise Misconfigured(f"--app {text!r}: write NAME=CHANNEL:KEY, KEY the app's key")
    plugins.channel(channel)
    return name, {
        "channel": channel, "app_key": key, "app_secret": f"env:{_variable(name)}",
    }  # fmt: skip


def _variable(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name).upper() + "_SECRET"


def _examples(channels: list[Channel]) -> str:
    """An app of each installed channel, commented out."""
    tables = [
        toml({"apps": {c.id: {"channel": c.id, "app_key": f"the app key {c.title} gave you",
                              "app_secret": f"env:{_variable(c.id)}"}}})
        for c in channels
    ]  # fmt: skip
    lines = "\n\n".join(t.strip() for t in tables).splitlines()
    return "\n" + "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _adding(hub: str, app: str, channel: Channel) -> str:
    ids = "".join(f" [--account {name}=…]" for name in channel.account_fields)
    which = f"--channel {channel.id} --app {quote(app)} --id …{ids} [--token-env …]"
    return f"{hub} shop add SHOP {which}"


# Platforms in a box ---------------------------------------------------------------------


def _boxed(path: Path, given: list[str]) -> dict[str, Any]:
    from ..hub import Hub
    from ..plugins import load
    from ..settings import key_file

    plugins, file = load(), path.parent / "hub.db"
    _refuse_others(file)
    found = [_box(plugins, text) for text in given]
    path.parent.mkdir(parents=True, exist_ok=True)
    tables: dict[str, Any] = {}
    for channel, url, accounts in found:
        tables |= app_tables(channel, accounts, url, path.parent)
    database, key = f"sqlite:///{file.as_posix()}", key_file(path.parent / "master.key").key
    whole = {"hub": {"database": database, "key": "file:master.key"}, "apps": tables}
    _write(path, HEAD + toml(whole))
    with Hub.open(path, plugins=plugins, database=database, key=key) as hub:
        added = [add_account(hub, c, a, None).name for c, _, all in found for a in all]
    hub_ = _chosen()
    return {
        "shops": added,
        "next": [f"{hub_} sync", f"{hub_} orders list", f"{hub_} coverage",
                 f"{hub_} doctor --live {quote(added[0])}"],
    }  # fmt: skip


def _refuse_others(file: Path) -> None:
    """Made-up shops must not come to stand beside real ones."""
    if over := overriding():
        raise Misconfigured(
            f"{over[0]} stands over what a settings file says; first: "
            f"unset {' '.join(over)}"
        )
    if file.exists():
        raise Misconfigured(f"{file} is there already: run this in an empty folder")


def _box(plugins: Plugins, text: str) -> tuple[str, str, list[Account]]:
    channel, _, url = text.partition("=")
    if not url.startswith(("http://", "https://")):
        raise Misconfigured(f"--sandbox {text!r}: write CHANNEL=http://127.0.0.1:8700")
    plugins.channel(channel)
    return channel, url.rstrip("/"), _accounts(channel, url.rstrip("/"))


def _accounts(channel: str, url: str) -> list[Account]:
    """What the box's own door says. Raises Misconfigured where no box answers."""
    from http.client import HTTPException
    from urllib.request import ProxyHandler, build_opener

    from ..sandbox import Account

    try:
        opener = build_opener(ProxyHandler({}))
        with opener.open(f"{url}/_sandbox/accounts", timeout=SECONDS) as answer:
            found = [Account(**one) for one in json_text.loads(answer.read(1 << 24))]
    except (OSError, HTTPException, ValueError, TypeError):
        found = []
    if not found:
        raise Misconfigured(
            f"no platform in a box answers at {url}; start one: hub sandbox serve {channel}"
        )
    return found
