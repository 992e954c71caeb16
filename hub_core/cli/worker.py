"""`hub worker`: works jobs off beside a `hub serve`, or many of its like."""

from __future__ import annotations

import signal
import sys
import threading
from json import dumps

import typer

from .opening import Json, opened
from .output import complain, say
from .serve import (
    FormatOption,
    LevelOption,
    SlotOption,
    ThreadsOption,
    log_as,
    refuse_bare,
)
from .stopping import end_now

EXTRA = ("dbos",)
"""What of `channel-hub[serve]` it does not begin without."""


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(worker)


def worker(
    slot: SlotOption = None,
    threads: ThreadsOption = 16,
    log_format: FormatOption = "text",
    log_level: LevelOption = "warning",
    json: Json = False,
) -> None:
    """Read every stream of every shop in its rhythm, as `hub serve` does, without the API.

    Any number of them, on as many machines as one likes where the database is PostgreSQL,
    share the work; what one that was killed had begun, the others take up within seconds.
    Until Ctrl-C (or SIGTERM), which ends it within ten seconds. Takes channel-hub[serve].
    """
    from ..service import Service

    refuse_bare(EXTRA)
    log_as(log_format, log_level)
    ending = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ending.set())
    with opened() as hub, Service(hub, slot=slot, threads=threads) as service:
        _tell(service.slot, json)
        while not ending.wait(1.0):
            pass
        complain("hub: stopping; what is being read ends with its step …")
    end_now()


def _tell(slot: int, json: bool) -> None:
    if json:
        say(dumps({"slot": slot}))  # one line, for a pipe
    else:
        say(f"A worker at slot {slot} works jobs off (Ctrl-C ends it)")
    sys.stdout.flush()
