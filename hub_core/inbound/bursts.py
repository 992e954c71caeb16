"""Pushes that need no call: what they name was read since, or its list is about to.

A list gives a hundred records for one call; a push by its id gives one. Where many wait
for one shop its list is hastened, and they wait for it together. What it has brought is
done; what it has passed over is asked for by id, as is what waits for too long.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from ..errors import HubError
from ..hub import Hub
from ..store import crowds, streams
from ..store.inbox import Of
from ..store.kinds import KINDS
from ..store.shops import Shop
from .named import CLOCKS, Named, is_news, pause

MANY = 20
"""Records of one kind that pushes name of one shop, and nobody has fetched yet, beyond
which its list is cheaper: to read it anew takes two to ten calls, by what it overlaps."""
PATIENCE = timedelta(minutes=5)
"""How long a push waits for a list, which is read every minute where nothing is set. Half
of when somebody is told of pushes that wait."""
BEHIND = timedelta(minutes=15)
"""How far behind a list is that will not come to what was just pushed in that time."""
FRESH = timedelta(seconds=10)
"""A list that was read since then is not hastened: it would be read without a pause."""
CONFIRMED = 2_000
"""Pushes of one shop looked at together."""

Wakes = set[tuple[str, str]]


class Bursts:
    """One claim's view of what its pushes wait for."""

    def __init__(self, hub: Hub, claim: str, now: datetime) -> None:
        self._hub, self._claim, self._now = hub, claim, now

    # What is there ---------------------------------------------------------------------

    def recognise(self, named: Sequence[Named]) -> None:
        """Mark those there whose record was fetched after the last push that names it."""
        by_kind: dict[str, list[Named]] = {}
        for record in named:
            by_kind.setdefault(str(record.of.kind), []).append(record)
        for kind, records in by_kind.items():
            shops = sorted({shop.id for r in records for shop in r.shops})
            with self._hub.store.reading() as connection:
                for shop in shops:
                    mine = [r for r in records if any(s.id == shop for s in r.shops)]
                    ids = sorted({r.id for r in mine})
                    found = crowds.fetched(connection, kind, [shop], ids)
                    for record in mine:
                        at = found.get(record.id)
                        record.there |= at is not None and not is_news(record.told_at, at)

    # What is left to lists -------------------------------------------------------------

    def leave(self, named: Sequence[Named]) -> tuple[int, Wakes]:
        """Leave to their lists those with many beside them. Gives how many pushes, of this
        claim or none, turned out to be done, and what is to be read: the lists, and what
        the pushes that are done wake."""
        groups: dict[Of, list[Named]] = {}
        for record in named:
            if record.of.account is not None and len(record.shops) == 1:
                groups.setdefault(record.of, []).append(record)
        if not groups:
            return 0, set()
        with self._hub.store.reading() as connection:
            found = crowds.crowds(connection, groups, MANY)
        done, wake = 0, Wakes()
        for of in found:
            (shop,) = groups[of][0].shops
            more, woken = self._leave(of, shop, groups[of])
            done, wake = done + more, wake | woken
        return done, wake

    def _leave(self, of: Of, shop: Shop, records: Sequence[Named]) -> tuple[int, Wakes]:
        stood = self._stands(of, shop)
        if stood is None:
            return 0, set()
        since, wake = stood
        done, woken = self._confirm(of, shop, {i for r in records for i in r.ids})
        for record in records:
            first = min(one.received_at for one in record.pushes)
            tried = any(one.attempts for one in record.pushes)
            record.late = first <= since
            record.left = not record.late and not tried
        if left := [r for r in records if r.left]:
            self._put_off(of, left, since)
        return done, woken | ({(shop.name, str(of.kind))} if wake else set())

    def _stands(self, of: Of, shop: Shop) -> tuple[datetime, bool] | None:
        """What came up to then the list has had its chance to bring, and whether it is to
        be read at once. None where it will bring nothing."""
        stream = self._list(of, shop)
        if stream is None:
            return None
        with self._hub.store.reading() as connection:
            so_far = streams.progress(connection, shop.id, stream)
        if so_far.cursor_at is None or self._now - so_far.cursor_at > BEHIND:
            return None
        passed = so_far.cursor_at - CLOCKS
        since = max(passed, self._now - PATIENCE)
        read = so_far.last_ok_at
        return since, read is None or self._now - read >= FRESH

    def _list(self, of: Of, shop: Shop) -> str | None:
        """The list that tells of what changes, if it is read by itself."""
        if of.kind not in KINDS or shop.state != "active":
            return None
        try:
            listed = self._hub.listed(shop)
        except HubError:
            return None
        first = next((one.stream for one in listed if one.kind == of.kind), None)
        if first is None or first.is_snapshot:
            return None
        poll, _ = self._hub.settings.rhythm(shop.channel, first.name, shop.name)
        return None if poll == 0 else first.name

    def _confirm(self, of: Of, shop: Shop, taken: set[int]) -> tuple[int, Wakes]:
        """Those of the others that are there are done, without each being claimed."""
        with self._hub.store.writing() as connection:
            found = crowds.brought(connection, self._claim, of, shop.id, CONFIRMED)
            there = {
                one.id: one.wakes
                for one in found
                if one.id not in taken and not is_news(one.received_at, one.fetched_at)
            }
            crowds.confirm(connection, list(there), self._now)
        return len(there), {(shop.name, kind) for wakes in there.values() for kind in wakes}

    def _put_off(self, of: Of, left: Sequence[Named], since: datetime) -> None:
        oldest = min(one.received_at for record in left for one in record.pushes)
        due = self._now + pause(oldest, self._now)
        with self._hub.store.writing() as connection:
            crowds.put_off(
                connection, self._claim, of, due,
                said="its list is to bring it, with many others", since=since,
            )  # fmt: skip
