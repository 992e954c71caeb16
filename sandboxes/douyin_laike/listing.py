"""Which rows an order query finds, in which order, and how many it says there are."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import NamedTuple

from .moves import State
from .options import Options
from .query import Asked
from .shelf import EVER, Key, Row, Shelf, Span, Time


class Found(NamedTuple):
    """One page: its rows in order, the count the platform gives, where the next begins."""

    rows: list[Row]
    total: int
    cursor: list[str]


class Listing:
    """Answers queries from a shelf, under one box's switches."""

    def __init__(self, switches: Mapping[str, str], options: Options, seed: int) -> None:
        self._switches, self._options = switches, options
        self._dice = random.Random(seed)
        self._counts: dict[object, tuple[float, int]] = {}
        self._kept: dict[int, tuple[object, list[Key]]] = {}
        """Each shelf's last question and its keys: pages of one walk find them again."""

    def find(self, shelf: Shelf, asked: Asked, now: float) -> Found:
        """The page that is asked for. The shelf must be settled at `now`."""
        by, _, direction = self._switches["sort"].partition("_")
        time: Time = "create" if by == "create" else "update"
        keys = self._matching(shelf, asked, time, now)
        descending = direction == "desc"
        total = self._total(shelf, asked, keys, now)
        if asked.size == 0:
            return Found([], total, [])
        if asked.by_cursor:
            page = onward(keys, asked.after, asked.size, descending)
        else:
            page = self._numbered(keys, asked, descending)
        cursor = [str(part) for part in page[-1]] if page else []
        if len(page) < asked.size and self._switches["last_cursor"] == "empty":
            cursor = []
        return Found([shelf.rows[id] for _, id in page], total, cursor)

    def _numbered(self, keys: list[Key], asked: Asked, descending: bool) -> list[Key]:
        if self._switches["ties"] == "unstable":
            keys = sorted(keys, key=lambda key: (key[0], self._dice.random()))
        if descending:
            keys = keys[::-1]
        start = (asked.number - 1) * asked.size
        return keys[start : start + asked.size]

    def _matching(self, shelf: Shelf, asked: Asked, by: Time, now: float) -> list[Key]:
        """Keys of all rows that match, ascending by the time they are sorted by."""
        spans = self._spans(asked, now)
        question = by, *spans.values(), asked.status, asked.open_id, shelf.turned
        kept = self._kept.get(id(shelf))
        if kept is None or kept[0] != question:
            keys = _within(shelf, spans, by)
            if asked.status is not None or asked.open_id is not None:
                keys = [k for k in keys if _fits(shelf, asked, k[1])]
            kept = self._kept[id(shelf)] = question, keys
        return kept[1]

    def _spans(self, asked: Asked, now: float) -> dict[Time, Span]:
        created, updated = asked.created or EVER, asked.updated or EVER
        kept = self._options.retention
        if kept is not None:
            created = max(created[0], now - kept.total_seconds()), created[1]
        return {"create": created, "update": updated}

    def _total(self, shelf: Shelf, asked: Asked, keys: list[Key], now: float) -> int:
        match self._switches["total"]:
            case "capped":
                return min(len(keys), self._options.rows_cap)
            case "lagging":
                return self._lagging(shelf, asked, keys, now)
            case _:
                return len(keys)

    def _lagging(self, shelf: Shelf, asked: Asked, keys: list[Key], now: float) -> int:
        """A count kept for `total_lag` seconds that, when made, had not yet seen what
        became visible in the `total_lag` seconds before."""
        question = (id(shelf), asked.created, asked.updated, asked.status, asked.open_id)
        made, total = self._counts.get(question, (None, 0))
        lag = self._options.total_lag
        if made is None or now - made >= lag:
            seen = now - lag
            rows = [shelf.rows[id] for _, id in keys]
            total = sum(r.record.in_place_since(r.version) <= seen for r in rows)
            if len(self._counts) > 1000:
                self._counts.clear()
            self._counts[question] = now, total
        return total


def shown_status(state: State) -> int:
    """The order_status on the wire: the state's own, or a word no document has."""
    word: int = state.get("word") or state["status"]
    return word


def _within(shelf: Shelf, spans: dict[Time, Span], by: Time) -> list[Key]:
    """Keys of the rows within both spans, ascending by `by`."""
    other: Time = "update" if by == "create" else "create"
    rows, (since, until) = shelf.rows, spans[other]
    keys = shelf.between(by, spans[by])
    if spans[other] == EVER:
        return keys
    narrow = shelf.between(other, spans[other])
    if len(narrow) * 8 > len(keys):
        return [k for k in keys if since <= rows[k[1]].at(other) <= until]
    first, last = spans[by]
    found = ((rows[id].at(by), id) for _, id in narrow)
    return sorted(key for key in found if first <= key[0] <= last)


def _fits(shelf: Shelf, asked: Asked, id: str) -> bool:
    state = shelf.rows[id].version.content
    if asked.status is not None and shown_status(state) != asked.status:
        return False
    return asked.open_id in (None, state["sale"].buyer.open_id)


def onward(keys: list[Key], after: Key | None, size: int, descending: bool) -> list[Key]:
    """The next `size` of these ascending keys behind `after`, in the list's direction."""
    if descending:
        end = len(keys) if after is None else bisect_left(keys, after)
        return keys[max(0, end - size) : end][::-1]
    start = 0 if after is None else bisect_right(keys, after)
    return keys[start : start + size]
