"""`hub sandbox`: a platform in a box, served on loopback."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Misconfigured
from .opening import Chosen, Json
from .output import complain, say, say_json, table

if TYPE_CHECKING:
    from ..sandbox import Platform

HOST = "127.0.0.1"


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="Platforms in a box.", no_args_is_help=True)
    group.command("serve")(serve)
    app.add_typer(group, name="sandbox")


def serve(
    channel: Annotated[str, typer.Argument(help="Which platform: see `hub plugins`.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 8700,
    shops: Annotated[int, typer.Option(min=1, max=1000)] = 1,
    orders: Annotated[int, typer.Option(min=0, help="Per shop.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed, the same shops.")] = 0,
    churn: Annotated[
        int, typer.Option(min=0, help="Orders that change per list call.")
    ] = 1,
    switch: Annotated[
        list[str] | None,
        typer.Option("--switch", help="name=position: a fact the documents leave open."),
    ] = None,
    json: Json = False,
) -> None:
    """Serve a platform in a box, until Ctrl-C.

    Its own door is at /_sandbox/: accounts, truth, log, clock, churn, faults.
    """
    platform = _made(channel, seed, shops, orders, switch or [])
    platform.churn_per_call = churn
    _serve(platform, port, json)


def _made(
    channel: str, seed: int, shops: int, orders: int, switches: list[str]
) -> Platform:
    from ..plugins import load
    from ..sandbox.platform import SwitchError
    from ..settings import Settings

    create = load(Settings.load(Chosen.config).disabled).sandbox(channel)
    try:
        made: Platform = create(
            seed=seed, shops=shops, orders=orders, switches=_switches(switches)
        )
    except SwitchError as error:
        raise Misconfigured(f"{channel}: {error}") from None
    return made


def _serve(platform: Platform, port: int, json: bool) -> None:
    from ..sandbox.server import server

    with _listener(port) as listener:
        _tell(platform, f"http://{HOST}:{listener.getsockname()[1]}", json)
        server(platform).run(sockets=[listener])


def _listener(port: int) -> socket.socket:
    # Named TCP, or asyncio leaves Nagle's algorithm on and each answer waits 40 ms.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise Misconfigured(f"port {port}: {error.strerror}; try --port 0") from None
    return listener


def _tell(platform: Platform, url: str, json: bool) -> None:
    rows = [
        {
            "shop": a.external_id, "name": a.name, "app_key": a.app_key,
            "app_secret": a.app_secret,
        }
        for a in platform.accounts()
    ]  # fmt: skip
    if json:
        say_json({"channel": platform.channel, "url": url, "accounts": rows})
        return
    say(f"{platform.channel} in a box at {url}")
    table(rows, ("shop", "name", "app_key", "app_secret"), title="made-up accounts")
    say(f"A shop's token and further ids: {url}/_sandbox/accounts")
    complain("Ctrl-C ends it.")


def _switches(given: list[str]) -> dict[str, str]:
    for text in given:
        if "=" not in text:
            raise Misconfigured(f"--switch takes name=position, not {text!r}")
    return dict(text.split("=", 1) for text in given)
