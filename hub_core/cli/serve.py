"""`hub serve`: the hub runs by itself, and an ERP calls it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Misconfigured
from .opening import Json, opened
from .output import complain, say
from .stopping import end_now

if TYPE_CHECKING:
    from ..access import Keys
    from ..hub import Hub
    from ..sandbox import Platform

PORT = 8600
HOST = "127.0.0.1"
BUYER, KEY_NAME = "sandbox ERP", "hub serve --sandboxes"
EXTRA = ("fastapi", "dbos", "prometheus_client")
"""What of `channel-hub[serve]` it does not begin without."""
CHURN = 1
"""Orders of a box that change with each list that is read."""
SlotOption = Annotated[
    int | None,
    typer.Option(
        min=0, help="Which of several processes this is; default: the first that is free.",
        show_default=False,
    ),
]  # fmt: skip
ThreadsOption = Annotated[int, typer.Option(min=1, help="Streams read side by side.")]
FormatOption = Annotated[
    str, typer.Option("--log-format", help="Of the log on standard error: text, json.")
]
LevelOption = Annotated[
    str, typer.Option("--log-level", help="debug, info, warning or error.")
]


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(serve)


def serve(
    host: Annotated[
        str, typer.Option(help="Where to listen; beyond loopback put TLS in front.")
    ] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = PORT,
    slot: SlotOption = None,
    threads: ThreadsOption = 16,
    sandboxes: Annotated[
        bool, typer.Option("--sandboxes", help="With platforms in a box, to try it.")
    ] = False,
    log_format: FormatOption = "text",
    log_level: LevelOption = "warning",
    json: Json = False,
) -> None:
    """Read every stream of every shop in its rhythm, and answer ERPs over HTTP.

    Until Ctrl-C (or SIGTERM), which ends it within ten seconds: what is being read ends
    with its step, and is gone on with the next time. Takes channel-hub[serve].
    """
    refuse_bare(EXTRA)
    log_as(log_format, log_level)
    boxes: dict[str, Platform] | None = {} if sandboxes else None
    with opened() if boxes is None else _boxes(boxes) as hub:
        _refuse_well_known(hub, host, throwaway=boxes is not None)
        _run(hub, host, port, slot, threads, boxes, json)
    end_now()


def refuse_bare(extra: Sequence[str]) -> None:
    """Raises Misconfigured where one of these is not installed."""
    from importlib.util import find_spec

    if missing := [name for name in extra if find_spec(name) is None]:
        raise Misconfigured(
            f"{', '.join(missing)} is not installed: pip install 'channel-hub[serve]'"
        )


def _refuse_well_known(hub: Hub, host: str, *, throwaway: bool) -> None:
    """Beyond this machine nothing is served whose secrets anybody could guess."""
    from ..settings import find_key
    from ..settings.defaults import is_loopback, well_known

    if is_loopback(host):
        return
    key = None if throwaway else find_key(hub.settings)
    if said := list(well_known(hub.settings, key)):
        raise Misconfigured(
            "\n".join([*said, f"until then it serves 127.0.0.1 alone, not {host}"])
        )


def log_as(form: str, level: str) -> None:
    """Log so from now on. Raises Misconfigured for a form or a level there is not."""
    from ..service import logs

    for asked, there in ((form, logs.FORMATS), (level, logs.LEVELS)):
        if asked not in there:
            raise Misconfigured(f"no such log: {asked}; there are: {', '.join(there)}")
    logs.install(form, level)


def _run(
    hub: Hub,
    host: str,
    port: int,
    slot: int | None,
    threads: int,
    boxes: dict[str, Platform] | None,
    json: bool,
) -> None:
    from ..access import Keys
    from ..api import create
    from ..service import Front, Service
    from ..service.metrics import Metrics

    keys = Keys(hub.store, hub.clock.now)
    service = Service(hub, slot=slot, threads=threads)
    measured = Metrics(hub, service.schedules.missed).text
    front = Front(create(hub, keys, service.inbound, measured), host, port)
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: front.stop())
    with service:
        _tell(front.url, None if boxes is None else _try_out(hub, keys), json)
        _push(boxes or {}, front.url)
        front.run()
        complain("hub: stopping; what is being read ends with its step …")
    keys.close()


def _try_out(hub: Hub, keys: Keys) -> str:
    """A key for who tries it."""
    from ..access import Grants

    made = keys.create(BUYER, KEY_NAME, actor=KEY_NAME, new="system")
    grants = Grants(hub.store, hub.clock.now)
    for role in ("operator", "developer"):
        grants.grant(BUYER, role, actor=KEY_NAME, everywhere=True)
    return made.text


def _push(boxes: dict[str, Platform], url: str) -> None:
    """Boxes that push do it to this hub, where it listens on loopback."""
    near = url.replace("0.0.0.0", HOST)  # noqa: S104
    with suppress(ValueError):
        for channel, box in boxes.items():
            box.door("push_to", {"url": f"{near}/push/{channel}"})


def _tell(url: str, key: str | None, json: bool) -> None:
    if json:
        say(dumps({"url": url, **({"key": key} if key else {})}))  # one line, for a pipe
    else:
        say(f"The hub runs by itself; its API is at {url}/v1 (Ctrl-C ends it)")
        _tell_what_to_ask(url, key)
    sys.stdout.flush()  # whoever reads the address from a pipe waits for it


def _tell_what_to_ask(url: str, key: str | None) -> None:
    if key is None:
        return
    say("\nOrders of all shops, and what has changed since the beginning:\n")
    for path in ("orders?limit=3", "changes?after=0&limit=5"):
        say(f"  curl -s -H 'Authorization: Bearer {key}' '{url}/v1/{path}'")
    say(f"\nAll it can be asked: {url}/v1/openapi.json")


@contextmanager
def _boxes(boxes: dict[str, Platform]) -> Iterator[Hub]:
    from .demo.stage import SIZES, stage

    with stage(list(SIZES), 0, telling=True) as show:
        show.read_everything()
        for box in show.platforms.values():
            box.churn_per_call = CHURN
        boxes.update(show.platforms)
        complain(f"hub: four platforms in a box; settings and database in {show.folder}")
        yield show.hub
