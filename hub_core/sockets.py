"""What httpx leaves open: one end in time for a whole call, which address a name leads to,
and logs without queries."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from .clock import Clock

Addresses = Callable[[str, int], Sequence[str]]
"""The addresses a host may be reached at; raises where it may not be."""

log = logging.getLogger(__name__)


class Until(float):
    """A time-out that knows the end of the whole call, so that later reads get less."""

    _clock: Clock
    _end: float

    def __new__(cls, seconds: float, clock: Clock) -> Until:
        """`seconds` from now on `clock`."""
        made = super().__new__(cls, seconds)
        made._clock, made._end = clock, clock.monotonic() + seconds
        return made

    def left(self) -> float:
        """Seconds until the end; never quite none, which would mean not to wait at all."""
        return max(self._end - self._clock.monotonic(), 0.001)


def _left(timeout: float | None) -> float | None:
    return timeout.left() if isinstance(timeout, Until) else timeout


class _Stream:
    """A socket whose every read and write ends with the call, not a time-out later."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._inner.read(max_bytes, timeout=_left(timeout))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=_left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *args: Any, timeout: float | None = None, **more: Any) -> _Stream:
        return _Stream(self._inner.start_tls(*args, timeout=_left(timeout), **more))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Sockets:
    """What opens connections, wrapped so that they know a call's end."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **more: Any
    ) -> _Stream:
        """As the wrapped one, in the time that is left."""
        return _Stream(self._inner.connect_tcp(host, port, timeout=_left(timeout), **more))

    def connect_unix_socket(
        self, *args: Any, timeout: float | None = None, **more: Any
    ) -> _Stream:
        """As the wrapped one, in the time that is left."""
        stream = self._inner.connect_unix_socket(*args, timeout=_left(timeout), **more)
        return _Stream(stream)

    def sleep(self, seconds: float) -> None:
        """As the wrapped one."""
        self._inner.sleep(seconds)


class Checked(Sockets):
    """Connects to what `addresses` gives, and to nothing else: a name is asked for once, so
    that what was looked at is what is connected to."""

    def __init__(self, inner: Any, addresses: Addresses) -> None:
        super().__init__(inner)
        self._addresses = addresses

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **more: Any
    ) -> _Stream:
        """To the first that answers, each in its share of the time."""
        found = self._addresses(host, port)
        for n, address in enumerate(found[:-1]):
            left = _left(timeout)
            share = None if left is None else left / (len(found) - n)
            try:
                return super().connect_tcp(address, port, timeout=share, **more)
            except Exception as error:
                log.debug("%s did not answer: %s", address, type(error).__name__)
        return super().connect_tcp(found[-1], port, timeout=timeout, **more)


class NoQuery(logging.Filter):
    """httpx logs each URL at INFO; on some platforms its query holds token and sign."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: the record is kept, its URLs lose their queries."""
        if isinstance(record.args, tuple):
            record.args = tuple(map(_bare_url, record.args))
        return True


def _bare_url(arg: object) -> object:
    return arg.copy_with(query=None) if hasattr(arg, "copy_with") else arg
