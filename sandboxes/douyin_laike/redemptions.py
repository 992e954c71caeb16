"""Vouchers used at places, and uses taken back within the hour (验券, 撤销核销).

An order's voucher is used exactly when a record of it stands. A use may be taken back and
done again in the same second, at this place or another, which the order does not feel; or
a voucher was scanned by mistake and is open again. Source: paper §3.4.
"""

from __future__ import annotations

from collections.abc import Callable

from hub_core.sandbox import Clock, Record

from .bell import Bell
from .drawer import Drawer, scrambled
from .moves import Piece
from .options import Options
from .places import Places
from .sale import TIMES_CARDS, Sale

HOUR = 3600
"""How long after a use it can be taken back."""
STANDS, TAKEN_BACK = 1, 2
WAYS = (2, 2, 2, 3, 4, 1)
"""verify_type: the guest, a scan, typed by hand, the open API."""
WORDS = (3, 9)
Reopen = Callable[[str, int, Piece], bool]


class Redemptions:
    """The verify records of one merchant."""

    def __init__(
        self,
        account: str,
        number: int,
        clock: Clock,
        options: Options,
        seed: int,
        bell: Bell,
        places: Places,
    ) -> None:
        source = f"{seed}:redemptions:{number}"
        self.drawer = Drawer("redemption", account, clock, options, source, WORDS)
        self.by_voucher: dict[tuple[str, int], list[Record]] = {}
        """Records of an order's n-th voucher, oldest first."""
        self._fresh: list[Record] = []
        self._number, self._clock, self._options = number, clock, options
        self._places, self._bell = places, bell

    def use(self, sale: Sale, n: int, before: Piece, at: float) -> None:
        """The order's n-th voucher, until now in that state, is used."""
        times = sale.units[n].times
        serial = times - before.left + 1 if sale.order_type in TIMES_CARDS else None
        record = self._verify(sale, n, serial, before, at)
        again = at + 1 + self.drawer.rng.randrange(HOUR - 1)
        past = again <= self._clock.now()
        if past and self.drawer.rng.random() < self._options.cancels:
            self._redo(record, float(int(again)))

    def slip(self, sale: Sale, n: int, piece: Piece, until: float) -> None:
        """Perhaps the voucher was scanned by mistake and given back, all before `until`."""
        rng, room = self.drawer.rng, int(until - piece.at)
        if room < 60 or rng.random() >= self._options.cancels:
            return
        at = piece.at + rng.randrange(room - 30)
        serial = sale.units[n].times - piece.left + 1
        times_card = sale.order_type in TIMES_CARDS
        record = self._verify(sale, n, serial if times_card else None, piece, float(at))
        back = at + 1 + rng.randrange(min(HOUR, int(until) - at) - 1)
        self._take_back(record, float(back))

    def churn(self, reopen: Reopen) -> None:
        """A use of the last hour may be taken back: done again, or undone for good."""
        now, rng = self._clock.now(), self.drawer.rng
        redo, undo = rng.random() < self._options.cancels, rng.random() < self._options.undo
        if not (redo or undo):
            return
        self._fresh = [r for r in self._fresh if now - r.created_at < HOUR and stands(r)]
        if not self._fresh:
            return
        record = rng.choice(self._fresh)
        if undo and self._undo(record, now, reopen):
            return
        if redo:
            self._redo(record, now)

    def _undo(self, record: Record, now: float, reopen: Reopen) -> bool:
        use = record.latest.content
        if not reopen(use["sale"].order_id, use["n"], use["before"]):
            return False
        self._take_back(record, now)
        return True

    def _redo(self, record: Record, at: float) -> None:
        use = record.latest.content
        self._take_back(record, at)
        self._verify(use["sale"], use["n"], use["serial"], use["before"], at)

    def _verify(
        self, sale: Sale, n: int, serial: int | None, before: Piece, at: float
    ) -> Record:
        rng, count = self.drawer.rng, self.drawer.count + 1
        place = self._places.pick(rng)
        record = self.drawer.add(
            scrambled(75, self._number, count),
            at,
            sale=sale,
            n=n,
            serial=serial,
            before=before,
            place=place,
            served_by=self._places.name(place),
            way=rng.choice(WAYS),
            status=STANDS,
            verified=int(at),
            cancelled=0,
        )
        self.by_voucher.setdefault((sale.order_id, n), []).append(record)
        if self._clock.now() - at < HOUR:
            self._fresh.append(record)
        self._bell.voucher("verify", sale, n)
        return record

    def _take_back(self, record: Record, at: float) -> None:
        self.drawer.change(record, at, status=TAKEN_BACK, cancelled=int(at))
        use = record.latest.content
        self._bell.voucher("verify_cancel", use["sale"], use["n"])


def stands(record: Record) -> bool:
    """Whether this use counts, as the platform knows it."""
    return bool(record.latest.content["status"] == STANDS)
