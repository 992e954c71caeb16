"""Calls made before their turn, a few at a time; what they gave is taken in turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Generic, Protocol, TypeVar

Key = TypeVar("Key")
Result = TypeVar("Result")
Given = TypeVar("Given", covariant=True)


class Pending(Protocol[Given]):
    """A call that is out."""

    @property
    def ended(self) -> bool:
        """Whether it has come back."""
        ...

    def result(self) -> Given:
        """Wait for what it gave, which then counts as the caller's own newest call;
        raises what it raised."""
        ...


class Abreast(Protocol):
    """Where calls are made side by side."""

    @property
    def depth(self) -> int:
        """How many calls like the caller's newest are worth having out at once. 0: the
        next is best made when it is wanted."""
        ...

    @property
    def paced(self) -> bool:
        """Whether the platform's limit leaves time to store between two calls."""
        ...

    def start(self, act: Callable[[], Result]) -> Pending[Result] | None:
        """Make a call. None: too many are out, and it was not made."""
        ...


class Flights(Generic[Key, Result]):
    """Calls for `keys`, in this order, of which some are out before they are wanted."""

    def __init__(
        self,
        abreast: Abreast,
        act: Callable[[Key], Result],
        keys: Iterable[Key],
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """`then` is called once, when all have gone out and there is room for more."""
        self._abreast, self._act, self._then = abreast, act, then
        self._waiting = deque(keys)
        self._out = deque[tuple[Key, Pending[Result]]]()

    @property
    def late(self) -> bool:
        """Whether the next has to be waited for."""
        return bool(self._out) and not self._out[0][1].ended

    def take(self, key: Key) -> Result | None:
        """What the call for this key gave; None where it is not the next that is out.
        Raises what it raised."""
        self._send()
        if self._out:
            return self._out.popleft()[1].result() if self._out[0][0] == key else None
        if not self._waiting or self._waiting[0] != key:
            return None
        return self._act(self._waiting.popleft())  # others have taken all the room

    def land(self) -> None:
        """Make no more, wait for those that are out and forget what they give."""
        self._waiting.clear()
        self._then = _nothing
        while self._out:
            _settled(self._out.popleft()[1])

    def _send(self) -> None:
        most = max(self._abreast.depth, 1)
        while self._waiting and len(self._out) < most:
            key = self._waiting[0]
            sent = self._abreast.start(lambda key=key: self._act(key))  # type: ignore[misc]
            if sent is None:
                return
            self._out.append((self._waiting.popleft(), sent))
        if not self._waiting and len(self._out) < most:
            then, self._then = self._then, _nothing
            then()


def _nothing() -> None: ...


def _settled(call: Pending[Any]) -> None:
    """Whatever went wrong with it is nobody's business any more."""
    try:
        call.result()
    except Exception:
        return
