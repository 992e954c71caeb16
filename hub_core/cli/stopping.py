"""Ctrl-C while shops are read: each ends with the window it is at; a second one ends all.

Readers run in threads, which an interrupt does not reach: they are told at their next
step. Either way nothing is lost: what is committed stays, the rest is read next time.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import HubError
from .failing import STOPPED
from .output import complain

if TYPE_CHECKING:
    from ..pull import OnStep, Outcome


class Stopped(HubError):
    """Reading was stopped by a person."""


class Stop:
    """Whether somebody wants to stop."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self, signum: int, frame: FrameType | None) -> None:
        """A signal's handler: once to stop soon, twice to stop at once."""
        if self.asked:
            complain("hub: stopped at once; what was committed stays")
            os._exit(STOPPED)
        self.asked = True
        complain("hub: stopping with the window being read; Ctrl-C again: at once")

    def check(self) -> None:
        """Raises KeyboardInterrupt where the commands' own thread may stop."""
        if self.asked:
            raise KeyboardInterrupt

    def after(self, on_step: OnStep | None) -> OnStep:
        """`on_step`, and the end of a reading that should stop."""

        def told(shop: str, stream: str, step: Any) -> None:
            if on_step is not None:
                on_step(shop, stream, step)
            if self.asked:
                raise Stopped("stopped; run the command again to go on")

        return told


def end_now(code: int = 0) -> NoReturn:
    """End a process that has closed all it had open, without taking Python itself apart,
    which takes longer than many a command. Threads of the engine may wait for what other
    processes do with a job that was theirs: nobody waits for them."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # who reads it may have left
            stream.flush()
    os._exit(code)


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Take Ctrl-C for the time being."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGINT, stop.ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def were_stopped(outcomes: Sequence[Outcome]) -> bool:
    """Whether a reading ended because somebody wanted it to."""
    return any(isinstance(o.error, Stopped) for o in outcomes)
