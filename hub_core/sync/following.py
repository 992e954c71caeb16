"""What is read after the window that is being read: asked for before its turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from ..ports import Window
from .flights import Behind
from .headstart import Headstart
from .walk import SECOND

YOUNG = timedelta(seconds=30)
"""How much of the newest a first call may miss, as our clock or a slow answer has it."""

Young = Callable[[], Window | None]
"""Tells the window of what is too young to be proved, if that is read next."""
Next = Window | Young | None
"""What is read next: a closed window, or the young one, or nothing."""


@dataclass(slots=True)
class Following:
    """The headstarts of what comes next. Of a window that will be read in parts, the first
    of them has one too.

    Answers wait in memory until their window's turn: a kill costs calls and no row.
    """

    make: Callable[[Window], Headstart]
    is_closed: Callable[[Window], bool]
    cut: Callable[[Window, int], tuple[Window, ...]]
    """The parts that a window of so many rows is read in; none: it is read whole."""
    _known: dict[Window, Headstart] = field(default_factory=dict)
    _young: Headstart | None = None

    def ask(self, following: Next) -> Headstart | None:
        """Have it counted; gives that of which pages will be wanted, if any."""
        if following is None:
            return None
        if isinstance(following, Window):
            return self._ask(following)
        if self._young is None and (window := following()):
            self._young = self.make(window)
        if self._young:
            self._young.ask()
        return None

    def _ask(self, window: Window) -> Headstart | None:
        if not self.is_closed(window):
            return None
        key = asked(window)
        if key not in self._known:
            self._known[key] = self.make(key)
        one = self._known[key]
        one.ask()
        parts = self.cut(window, one.total) if one.total else ()
        return self._ask(parts[0]) if parts else one

    def own(self, window: Window) -> Headstart | None:
        """That of the closed window whose turn has come. Those of its parts are kept, and
        of what lies behind it."""
        key = asked(window)
        own = self._known.pop(key, None)
        self._drop([one for one in self._known if one.since < key.since])
        return own

    def young(self, window: Window) -> Headstart | None:
        """That of the young window, if it is as good as this one."""
        own, self._young = self._young, None
        self.drop()
        if own is None:
            return None
        is_old = window.until - own.window.until > YOUNG
        if own.window.since == window.since and not is_old:
            return own
        own.land()
        return None

    def drop(self) -> None:
        """Wait for all that is out, and forget it."""
        self._drop(list(self._known))
        if self._young:
            self._young.land()
        self._young = None

    def _drop(self, windows: list[Window]) -> None:
        for window in windows:
            self._known.pop(window).land()


@dataclass(frozen=True, slots=True)
class Then(Behind):
    """What comes behind the pages of a window."""

    following: Following
    next: Next

    def soon(self) -> None:
        """Have the next counted."""
        self.following.ask(self.next)

    def now(self, room: int) -> None:
        """Have its pages out."""
        if one := self.following.ask(self.next):
            one.fill(room)


def asked(window: Window) -> Window:
    """As the platform is asked for it: what stands at its very ends is its own."""
    return Window(window.since - SECOND, window.until + SECOND)
