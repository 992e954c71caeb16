"""Sending one message: to a checked address, within a time, reading next to nothing."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from ..answers import http_date, retry_after
from ..client import httpx, open_http
from ..clock import Clock, SystemClock
from ..errors import HubError, Misconfigured, Retryable
from ..settings.tables import OutboundTable
from ..sockets import Until
from .addresses import Guard, Resolve, Unresolved, system_resolve
from .targets import Target

DEADLINE, CONNECT = 15.0, 5.0
"""Seconds for a whole attempt, and for its connection."""
BODY_CAP = 4096
"""Bytes of an answer that are read. What they say is not looked at."""
BUSY = (429, 502, 503, 504)
"""Statuses of a server that wants to be left alone for a while."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt."""

    status: int | None
    """None: no answer."""
    said: str
    seconds: float
    after: float | None = None
    """Seconds the server asked to be left alone."""

    @property
    def is_taken(self) -> bool:
        """Whether the endpoint has the message now."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_silent(self) -> bool:
        """Whether it tells of the server, not of this message."""
        return self.status is None or self.status >= 500 or self.status in BUSY


class Deadline(Until):
    """An end after which nothing is read or written, however fast it trickles."""

    def left(self) -> float:
        """Seconds until the end. Raises Retryable after it."""
        if self._end <= self._clock.monotonic():
            raise Retryable("no answer in time")
        return super().left()


class Post:
    """Sends to where `rules` let it. Thread safe."""

    def __init__(
        self,
        rules: OutboundTable,
        *,
        resolve: Resolve = system_resolve,
        clock: Clock | None = None,
        verify: ssl.SSLContext | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        self._ports: Sequence[int] = rules.ports
        self._clock, self._deadline = clock or SystemClock(), deadline
        self._guards = {
            "https": Guard(rules.allow, resolve),
            "http": Guard(rules.allow, resolve, public=False),
        }
        self._lines = {
            scheme: open_http(verify=verify or _trusted(), addresses=guard.addresses)
            for scheme, guard in self._guards.items()
        }

    def check(self, url: str) -> tuple[Target, str | None]:
        """Where a URL leads, and what is odd about that (a name without an address now).

        Raises Misconfigured saying why it may not be sent to.
        """
        target = Target.of(url, self._ports)
        try:
            self._guards[target.scheme].addresses(target.host, target.port)
        except Unresolved as error:
            return target, str(error)
        except HubError as error:
            raise Misconfigured(str(error)) from None
        return target, None

    def send(
        self, url: str, body: str, headers: Mapping[str, str], now: datetime
    ) -> Answer:
        """One attempt. Raises nothing that the other side could bring about."""
        began = self._clock.monotonic()
        try:
            status, after = self._exchange(url, body, headers, now)
        except HubError as error:
            return Answer(None, str(error), self._since(began))
        except httpx.TimeoutException:
            return Answer(None, "no answer in time", self._since(began))
        except httpx.HTTPError as error:
            said = f"the line failed: {type(error).__name__}"
            return Answer(None, said, self._since(began))
        moved = ": a redirect, which is not followed" if 300 <= status < 400 else ""
        return Answer(status, f"HTTP {status}{moved}", self._since(began), after)

    def close(self) -> None:
        """Close the connections."""
        for line in self._lines.values():
            line.close()

    def _since(self, began: float) -> float:
        return self._clock.monotonic() - began

    def _exchange(
        self, url: str, body: str, headers: Mapping[str, str], now: datetime
    ) -> tuple[int, float | None]:
        target = Target.of(url, self._ports)
        total = Deadline(self._deadline, self._clock)
        connect = Deadline(min(CONNECT, self._deadline), self._clock)
        times = {"connect": connect, "read": total, "write": total, "pool": total}
        made = httpx.Request(
            "POST", target.url, content=body.encode(), headers={
                "content-type": "application/json", "accept-encoding": "identity",
                "user-agent": "channel-hub", **headers,
            }, extensions={"timeout": times},
        )  # fmt: skip
        line = self._lines[target.scheme]
        response = line.send(made, stream=True)
        try:
            _read(response)
            told = response.headers
            server = http_date(told.get("date")) or now
            return response.status_code, retry_after(told.get("retry-after"), server)
        finally:
            response.close()
            line.cookies.clear()


@cache
def _trusted() -> ssl.SSLContext:
    """The usual authorities, or those SSL_CERT_FILE names; reading them takes its time."""
    return httpx.create_ssl_context()


def _read(response: httpx.Response) -> None:
    """A short answer is read to its end, so that the connection can be used again. The
    status counts even where the rest never comes."""
    left = BODY_CAP
    try:
        for chunk in response.iter_raw(BODY_CAP):
            left -= len(chunk)
            if left <= 0:
                return
    except (httpx.HTTPError, HubError):
        return
