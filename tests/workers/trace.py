"""What really happened, told by others than the hub: the database's own triggers say who
wrote what of which shop, the platform who asked it for which shop and when."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import psycopg

TRIGGERS = """
CREATE TABLE trace (
    id bigserial PRIMARY KEY,
    at double precision DEFAULT extract(epoch FROM clock_timestamp()),
    who text DEFAULT current_setting('application_name'),
    what text, shop bigint, said text
);
CREATE FUNCTION trace_stream() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (NEW.lease_epoch, NEW.lease_holder) IS DISTINCT FROM
       (OLD.lease_epoch, OLD.lease_holder) THEN
        INSERT INTO trace (what, shop, said)
        VALUES ('lease', NEW.shop_id, NEW.lease_holder);
    END IF;
    IF NEW.cursor_at IS DISTINCT FROM OLD.cursor_at THEN
        INSERT INTO trace (what, shop) VALUES ('cursor', NEW.shop_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER trace AFTER UPDATE ON stream FOR EACH ROW EXECUTE FUNCTION trace_stream();
CREATE FUNCTION trace_schedule() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO trace (what, shop, said) VALUES ('done', NEW.shop_id, NEW.error);
    RETURN NULL;
END $$;
CREATE TRIGGER trace AFTER UPDATE OF done_at ON schedule FOR EACH ROW
    EXECUTE FUNCTION trace_schedule();
CREATE FUNCTION trace_rows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO trace (what, shop) SELECT DISTINCT TG_TABLE_NAME, shop_id FROM written;
    RETURN NULL;
END $$;
"""
ROWS = ("orders", "coverage", "feed")
"""Tables whose every writing is traced."""
PID = re.compile(r"channel-hub (\d+) ")
AFTERTHOUGHT = 3.0
"""Seconds in which one that wakes may ask on, of what it was reading as it fell asleep: it
has not heard yet that this is another's."""


def install(connection: psycopg.Connection[Any]) -> None:
    connection.execute(TRIGGERS)
    for table in ROWS:
        for verb in ("INSERT", "UPDATE"):
            connection.execute(
                f"CREATE TRIGGER trace_{verb} AFTER {verb} ON {table} "
                "REFERENCING NEW TABLE AS written FOR EACH STATEMENT "
                "EXECUTE FUNCTION trace_rows()"
            )


@dataclass(frozen=True)
class Event:
    """A row of the trace; `pid` of whoever wrote it."""

    at: float
    pid: int
    what: str
    shop: int
    said: str | None

    @property
    def holder(self) -> int | None:
        """Whose the lease is from now on."""
        return None if self.said is None else int(self.said.split(":")[1])


def read(connection: psycopg.Connection[Any]) -> list[Event]:
    """In the order of the locks: whoever writes of a shop has locked its stream first."""
    rows = connection.execute("SELECT at, who, what, shop, said FROM trace ORDER BY id")
    return [
        Event(at, int(found[1]) if (found := PID.match(who)) else 0, what, shop, said)
        for at, who, what, shop, said in rows
    ]


def by_shop(events: Sequence[Event]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    for one in events:
        found[one.shop].append(one)
    return found


def written_without_lease(events: Sequence[Event]) -> list[Event]:
    """What was written of a shop by another than who had its lease."""
    wrong = []
    for told in by_shop(events).values():
        holder: int | None = None
        for one in told:
            if one.what == "lease":
                holder = one.holder
            elif one.what in (*ROWS, "cursor") and one.pid != holder:
                wrong.append(one)
    return wrong


def being_read(events: Sequence[Event], at: float) -> dict[int, int]:
    """Shop to the process that had its lease at a moment."""
    found: dict[int, int] = {}
    for one in events:
        if one.at > at:
            break
        if one.what == "lease":
            found.pop(one.shop, None)
            if one.holder is not None:
                found[one.shop] = one.holder
    return found


def resumed(
    events: Sequence[Event], shop: int, pid: int, after: float, since: float
) -> float | None:
    """Seconds since then until somebody had the shop's lease anew or went on writing, or
    whoever had it (`pid`) came to a good end: it may have had nothing left to write.

    Only what is told after `after` counts.
    """
    for one in events:
        went_on = one.what in (*ROWS, "cursor")
        went_on |= one.what == "lease" and one.holder is not None
        went_on |= one.what == "done" and one.said is None and one.pid == pid
        if one.shop == shop and one.at > after and went_on:
            return one.at - since
    return None


def given_back(events: Sequence[Event], shop: int, after: float, until: float) -> bool:
    """Whether the shop's reading came to its own end in between."""
    return any(
        one.shop == shop and one.what == "lease" and one.holder is None
        for one in events
        if after < one.at <= until
    )


# The platform's side --------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One call a platform was asked, by which worker, from when to when."""

    worker: int
    shop: str
    begin: float
    end: float


@dataclass
class Life:
    """What was done to a worker: when it ended, and when it was asleep."""

    ended: list[float] = field(default_factory=list)
    slept: list[tuple[float, float]] = field(default_factory=list)

    def cut(self, one: Asked) -> Asked:
        """Until when it really waited for the answer."""
        ends = [t for t in (*self.ended, *(a for a, _ in self.slept)) if one.begin <= t]
        return replace(one, end=min([one.end, *ends]))

    def has_just_woken(self, at: float) -> bool:
        return any(wake <= at <= wake + AFTERTHOUGHT for _, wake in self.slept)


def at_once(
    asked: Sequence[Asked], lives: dict[int, Life]
) -> tuple[list[tuple[Asked, Asked]], int]:
    """Pairs of calls for one shop that two workers made at the same time; and how many
    there were besides of those that had just woken."""
    shops: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        shops[one.shop].append(lives[one.worker].cut(one))
    wrong, afterthoughts = [], 0
    for calls in shops.values():
        for first, second in _overlapping(sorted(calls, key=lambda c: c.begin)):
            if any(lives[c.worker].has_just_woken(c.begin) for c in (first, second)):
                afterthoughts += 1
            else:
                wrong.append((first, second))
    return wrong, afterthoughts


def _overlapping(calls: Sequence[Asked]) -> Iterator[tuple[Asked, Asked]]:
    for first, second in pairwise(calls):
        if first.worker != second.worker and second.begin < first.end:
            yield first, second
