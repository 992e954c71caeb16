"""`hub sandbox`: a platform in a box, served on loopback."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Misconfigured
from .opening import Chosen, Json
from .output import complain, say, say_json, table

if TYPE_CHECKING:
    from ..sandbox import Platform

HOST = "127.0.0.1"
SwitchOption = Annotated[
    list[str] | None,
    typer.Option("--switch", help="name=position: a fact the documents leave open."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="name=value: what kind of shops it has."),
]
group = typer.Typer(help="Platforms in a box.", no_args_is_help=True)


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.add_typer(group, name="sandbox")


@group.command()
def serve(
    channel: Annotated[str, typer.Argument(help="Which platform: see `hub plugins`.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 8700,
    shops: Annotated[int, typer.Option(min=1, max=1000)] = 1,
    orders: Annotated[int, typer.Option(min=0, help="Per shop.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed, the same shops.")] = 0,
    churn: Annotated[
        int, typer.Option(min=0, help="Orders that change per list call.")
    ] = 1,
    switch: SwitchOption = None,
    option: SetOption = None,
    json: Json = False,
) -> None:
    """Serve a platform in a box, until Ctrl-C.

    Its own door is at /_sandbox/: accounts, truth, log, clock, churn, faults. To read it:
    `hub init --sandbox CHANNEL=URL` in an empty folder.
    """
    platform = made(
        channel, orders=orders, switches=switch or (), options=option or (), seed=seed,
        shops=shops,
    )  # fmt: skip
    platform.churn_per_call = churn
    _serve(platform, port, json)


def made(
    channel: str,
    *,
    orders: int,
    switches: Sequence[str] = (),
    options: Sequence[str] = (),
    seed: int = 0,
    shops: int = 1,
) -> Platform:
    """A box. Raises Misconfigured for a switch or option it does not have."""
    from ..plugins import load
    from ..sandbox.platform import SwitchError
    from ..settings import Settings

    create = load(Settings.load(Chosen.config).disabled).sandbox(channel)
    turned, chosen = _pairs("--switch", switches), _pairs("--set", options)
    try:
        box: Platform = create(
            seed=seed, shops=shops, orders=orders, switches=turned, **chosen
        )
        box.accounts()
    except SwitchError as error:
        raise Misconfigured(str(error)) from None
    except (TypeError, ValueError) as error:
        if not chosen:
            raise
        said = " ".join(f"{k}={v}" for k, v in chosen.items())
        raise Misconfigured(f"{channel}: --set {said}: {error}") from None
    return box


def _serve(platform: Platform, port: int, json: bool) -> None:
    from ..sandbox.server import server

    with _listener(port) as listener:
        _tell(platform, f"http://{HOST}:{listener.getsockname()[1]}", json)
        sys.stdout.flush()  # whoever reads the address from a pipe waits for it
        server(platform).run(sockets=[listener])


def _listener(port: int) -> socket.socket:
    # Named TCP, or asyncio leaves Nagle's algorithm on and each answer waits 40 ms.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    try:
        listener.bind((HOST, port))
        listener.listen()  # who reads the address may connect at once
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
    say(f"To read it, in an empty folder: hub init --sandbox {platform.channel}={url}")
    complain("Ctrl-C ends it.")


def _pairs(name: str, given: Sequence[str]) -> dict[str, str]:
    for text in given:
        if "=" not in text:
            raise Misconfigured(f"{name} takes name=value, not {text!r}")
    return dict(text.split("=", 1) for text in given)
