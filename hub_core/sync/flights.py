"""Calls made before their turn, a few at a time; what they gave is taken in turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Generic, Protocol, TypeVar

Key = TypeVar("Key")
Result = TypeVar("Result")
Given = TypeVar("Given", covariant=True)

FEW = 6
"""What comes behind these is asked for when no more than so many are left to go out: its
first call is on its way while they go."""


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


class Behind:
    """What comes behind the calls of a `Flights`."""

    def soon(self) -> None:
        """Few of them are left to go out."""

    def now(self, room: int) -> None:
        """All have gone out, and there is room for so many more."""


class Flights(Generic[Key, Result]):
    """Calls for `keys`, in this order, of which some are out before they are wanted.

    `behind` is told, at each that is taken, that what comes behind them may go out.
    """

    def __init__(
        self, abreast: Abreast, act: Callable[[Key], Result], keys: Iterable[Key]
    ) -> None:
        self._abreast, self._act = abreast, act
        self.behind = Behind()
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

    def fill(self, most: int) -> None:
        """Have so many of them out, as long as there are any."""
        while self._waiting and len(self._out) < most:
            key = self._waiting[0]
            sent = self._abreast.start(lambda key=key: self._act(key))  # type: ignore[misc]
            if sent is None:
                return
            self._out.append((self._waiting.popleft(), sent))

    def land(self) -> None:
        """Make no more, wait for those that are out and forget what they give."""
        self._waiting.clear()
        self.behind = Behind()
        while self._out:
            settled(self._out.popleft()[1])

    def _send(self) -> None:
        most = max(self._abreast.depth, 1)
        if len(self._waiting) <= FEW:
            self.behind.soon()
        self.fill(most)
        if not self._waiting and len(self._out) < most:
            self.behind.now(most - len(self._out))


def settled(call: Pending[Any]) -> None:
    """Wait for a call whose result is nobody's business any more, nor what went wrong."""
    try:
        call.result()
    except Exception:
        return
