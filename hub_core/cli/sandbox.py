"""`hub sandbox`: a platform in a box, served on loopback."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import Misconfigured
from .opening import Chosen
from .output import say, table


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
) -> None:
    """Serve a platform in a box. Its own door is at /_sandbox/: accounts, truth, log,
    clock, churn, faults."""
    from ..plugins import load
    from ..sandbox.server import server
    from ..settings import Settings

    create = load(Settings.load(Chosen.config).disabled).sandbox(channel)
    platform = create(
        seed=seed, shops=shops, orders=orders, switches=_switches(switch or [])
    )
    platform.churn_per_call = churn
    say(f"{channel} in a box at http://127.0.0.1:{port}  (Ctrl-C ends it)")
    rows = [
        {
            "shop": a.external_id,
            "name": a.name,
            "app_key": a.app_key,
            "app_secret": a.app_secret,
        }
        for a in platform.accounts()
    ]
    table(rows, ("shop", "name", "app_key", "app_secret"), title="made-up accounts")
    server(platform, port).run()


def _switches(given: list[str]) -> dict[str, str]:
    for text in given:
        if "=" not in text:
            raise Misconfigured(f"--switch takes name=position, not {text!r}")
    return dict(text.split("=", 1) for text in given)
