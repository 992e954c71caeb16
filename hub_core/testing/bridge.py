"""A platform in a box on the other end of a client, without sockets and without waiting."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ..client import httpx
from ..sandbox import Clock as BoxClock
from ..sandbox import Platform, Request, Response
from ..sandbox.websocket import Talk

CHUNK = 65536


class VirtualClock:
    """The hub's clock (`clock.Clock`) on a box's time: sleeping moves both at once.

    `skew` is how far the hub's time of day is ahead of the platform's, in seconds.
    """

    def __init__(self, box: BoxClock, *, skew: float = 0.0) -> None:
        self.box, self.skew = box, skew

    def now(self) -> datetime:
        """The box's time, and the skew."""
        return datetime.fromtimestamp(self.box.now() + self.skew, UTC)

    def monotonic(self) -> float:
        """The box's time."""
        return self.box.now()

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        if seconds > 0:
            self.box.advance(seconds)


class _Body(httpx.SyncByteStream):
    """An answer's body as it would come: whole, in drops, or broken off."""

    def __init__(self, given: Response, clock: BoxClock, patience: float) -> None:
        self._given, self._clock, self._patience = given, clock, patience

    def __iter__(self) -> Iterator[bytes]:
        body = self._given.body
        if self._given.cut:
            yield body[: max(1, len(body) // 2)]
            raise httpx.RemoteProtocolError("the box cut the body")
        if self._given.drip:
            yield from self._drops(body)
            return
        for start in range(0, len(body), CHUNK):
            yield body[start : start + CHUNK]

    def _drops(self, body: bytes) -> Iterator[bytes]:
        pause = self._given.drip / max(1, len(body))
        for i in range(len(body)):
            if pause > self._patience:
                self._clock.advance(self._patience)
                raise httpx.ReadTimeout("the box drips too slowly")
            self._clock.advance(pause)
            yield body[i : i + 1]


class _Bridge(httpx.BaseTransport):
    def __init__(self, platform: Platform, transport_clock: BoxClock) -> None:
        self._platform, self._clock = platform, transport_clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        patience = request.extensions.get("timeout", {}).get("read") or float("inf")
        given = self._platform.handle(_asked(request))
        if given.delay > patience:
            self._clock.advance(patience)
            raise httpx.ReadTimeout("the box does not answer in time", request=request)
        self._clock.advance(given.delay)
        if given.reset:
            raise httpx.ReadError("the box hung up", request=request)
        headers = {"content-length": str(len(given.body)), **given.headers}
        body = _Body(given, self._clock, patience)
        return httpx.Response(given.status, headers=headers, stream=body)


def _asked(request: httpx.Request) -> Request:
    headers = {k.lower(): v for k, v in request.headers.items()}
    target = request.url.raw_path.decode("ascii")
    return Request(request.method, target, headers, request.read())


def platform_transport(platform: Platform) -> httpx.BaseTransport:
    """A transport for `client.open_http` that asks `platform` directly.

    Delays and drips pass in the platform's virtual time. A client on a `VirtualClock` of
    the same box sees its deadlines pass; a time-out, a cut and a hang-up become the
    exceptions httpx raises for them.
    """
    return _Bridge(platform, platform.clock)


class Refusing(Exception):
    """A platform did not let a connection in."""


class Spoken:
    """A connection to what a sandbox serves over websockets, without sockets.

    Handed to `talk` in a `Line`'s place. Raises Refusing where it is not let in.
    """

    def __init__(self, talk: Talk, address: str) -> None:
        parts = urlsplit(address)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self.request, self.open = Request("GET", target), True
        self._talk, self._said = talk, deque[str]()
        if (refusal := talk.admit(self.request)) is not None:
            raise Refusing(f"HTTP {refusal.status}")
        talk.opened(self)  # type: ignore[arg-type]
        if not self.open:
            raise Refusing("it was hung up on")

    def hear(self, text: str) -> None:
        """The client says something."""
        self._talk.heard(self, text)  # type: ignore[arg-type]

    def take(self) -> list[str]:
        """What the platform has said since."""
        said = list(self._said)
        self._said.clear()
        return said

    # What the platform does with it -----------------------------------------------------

    def say(self, text: str) -> None:
        """One text."""
        if self.open:
            self._said.append(text)

    def close(self, code: int = 1000, why: str = "") -> None:
        """Hang up."""
        self.drop()

    def drop(self) -> None:
        """Hang up without a word."""
        if self.open:
            self.open = False
            self._talk.closed(self)  # type: ignore[arg-type]
