"""The parameters of a call, looked at the way the gateway does.

Lists come comma-joined, as JSON text, in bare brackets as the pages' curl samples have
them, or as repeated keys. Source: paper §3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from hub_core.sandbox import Request

from .envelope import BAD_PARAMETER, Refused
from .shelf import Span

Cursor = tuple[int, str]
"""The second and the id of the last row of a page."""


class Question:
    """One call's query string. Every method may raise Refused."""

    def __init__(self, request: Request, switches: Mapping[str, str]) -> None:
        self._switches = switches
        self._given: dict[str, list[str]] = {}
        for name, value in request.query():
            if value:
                self._given.setdefault(name, []).append(value)

    def text(self, name: str) -> str:
        """Its first value; empty when it was not sent."""
        return self._given.get(name, [""])[0]

    def needed(self, name: str) -> str:
        """A parameter the call can't do without."""
        if not self.text(name):
            raise Refused(BAD_PARAMETER, f"{name} is required")
        return self.text(name)

    def whole(self, name: str) -> int | None:
        """A whole number; None when it was not sent."""
        text = self.text(name)
        if not text:
            return None
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
            raise Refused(int(self._switches["bad_type"]), f"{name} should be int")
        return int(text)

    def size(self, name: str, most: int, usual: int | None = None) -> int:
        """How many rows a page may have; 0 where this box answers nothing without it."""
        size = self.whole(name)
        if size is None and usual is not None:
            return usual
        if not size:
            if self._switches["missing_page"] == "refused":
                raise Refused(BAD_PARAMETER, f"{name} is required")
            return 0
        if not 1 <= size <= most:
            raise Refused(BAD_PARAMETER, f"{name} out of range")
        return size

    def many(self, name: str, most: int = 100) -> list[str]:
        """A list in any of its spellings; empty when it was not sent."""
        found = [part for text in self._given.get(name, []) for part in _parts(text)]
        if len(found) > most:
            raise Refused(BAD_PARAMETER, f"{name}: at most {most}")
        return found

    def span(self, since: str, until: str) -> Span | None:
        """A window of seconds, both ends or none; inclusive whatever the box's ends are."""
        first, last = self.whole(since), self.whole(until)
        if first is None and last is None:
            return None
        if first is None or last is None:
            raise Refused(BAD_PARAMETER, f"{since}, {until}: both or none")
        return self.ends(first, last)

    def ends(self, first: float, last: float) -> Span:
        """These ends as an inclusive span."""
        if first > last:
            raise Refused(BAD_PARAMETER, "the window ends before it begins")
        match self._switches["window_ends"]:
            case "exclusive_end":
                return first, last - 1
            case "exclusive_start":
                return first + 1, last
            case _:
                return first, last

    def cursor(self, name: str = "cursor") -> Cursor | None:
        """After which row to go on; None from the beginning."""
        text = self.text(name)
        if text in ("", "0"):
            return None
        second, _, id = text.partition("_")
        if not (second.isdigit() and id):
            raise Refused(BAD_PARAMETER, f"{name} is not one of ours")
        return int(second), id


def spelt(key: Cursor) -> str:
    """A row's cursor as text; it means nothing to clients."""
    return f"{key[0]}_{key[1]}"


def _parts(text: str) -> list[str]:
    if text.startswith("["):
        try:
            return [str(part) for part in json.loads(text)]
        except ValueError:
            text = text.strip("[]")
    return [part for part in text.split(",") if part]
