"""The connections messages come over: a websocket, by the hub's own proxy or none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from ..errors import Misconfigured, Rejected, Retryable, Throttled

PATIENCE = 10.0
"""Seconds until a connection has to stand."""
LARGEST = 4 << 20
"""Bytes of one frame."""
QUIET = logging.getLogger(f"{__name__}.frames")
QUIET.disabled = True
"""The library's own log: addresses are signed, and frames are a merchant's."""


class Connection(Protocol):
    """A connection that stands. What breaks it is raised as Retryable."""

    def send(self, text: str) -> None:
        """Send one frame."""
        ...

    def receive(self, seconds: float) -> str | None:
        """The next frame; None where none came within so many seconds."""
        ...

    def close(self) -> None:
        """End it."""
        ...


Dial = Callable[[str, str | None], Connection]
"""An address, and the proxy to go by (None: none), to a connection."""


def dial(address: str, proxy: str | None) -> Connection:
    """Connect. A proxy of the environment is not used; an HTTP one is asked to CONNECT.

    Raises Rejected where the platform answers and will not have it, Retryable where it
    can't be reached, Misconfigured where `websockets` is not installed.
    """
    try:
        from websockets import exceptions as wrong
        from websockets.sync.client import connect
    except ImportError:
        raise Misconfigured(
            "websockets is not installed: pip install 'channel-hub[serve]'"
        ) from None
    try:
        held = connect(
            address, proxy=proxy, open_timeout=PATIENCE, close_timeout=1.0,
            ping_interval=None, max_size=LARGEST, logger=QUIET,
        )  # fmt: skip
        return _Socket(held, held.__enter__())
    except wrong.InvalidStatus as refusal:
        raise _refused(refusal.response.status_code) from None
    except wrong.InvalidURI:
        raise Misconfigured("the address of the messages is no ws:// or wss://") from None
    except Exception as error:  # sockets, TLS, the proxy, the library: all are tried again
        raise Retryable(f"no connection: {type(error).__name__}") from None


def _refused(status: int) -> Rejected | Retryable:
    said = f"the platform refused the connection: HTTP {status}"
    if status == 429:
        return Throttled(said, code=str(status))
    if status == 408 or status >= 500:
        return Retryable(said, code=str(status))
    return Rejected(said, code=str(status))


class _Socket:
    def __init__(self, held: Any, made: Any) -> None:
        self._held, self._made = held, made

    def send(self, text: str) -> None:
        try:
            self._made.send(text)
        except Exception as error:
            raise Retryable(_broken(error)) from None

    def receive(self, seconds: float) -> str | None:
        try:
            frame = self._made.recv(timeout=seconds)
        except TimeoutError:
            return None
        except Exception as error:
            raise Retryable(_broken(error)) from None
        return frame if isinstance(frame, str) else ""

    def close(self) -> None:
        with suppress(Exception):
            self._held.__exit__(None, None, None)


def _broken(error: Exception) -> str:
    """The code a platform closes with, where it says one; none of its words."""
    frame = getattr(error, "rcvd", None)
    code = f" ({frame.code})" if frame is not None else ""
    return f"the connection broke: {type(error).__name__}{code}"
