"""The refunds of all shops: they follow the trades, and some stand beside them.

A trade's life decides when a line's refund is asked for, agreed to or paid; here each such
step becomes a version of a case. Changes of goods have a life of their own. Nothing here
draws from the dice that trades draw from.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from hub_core.sandbox import Facts, Record, TruthRecord, TruthRecordVersion, Version

from . import cases
from .cases import Case
from .shelf import Shelf
from .trade import SENT, Trade
from .world import Odds, World, trade_of

BESIDE = {
    "TAOBAO_EXCHANGE": (
        *("WAIT_SELLER_AGREE", "WAIT_BUYER_RETURN_GOODS", "WAIT_SELLER_CONFIRM_GOODS"),
        *("WAIT_SELLER_CONSIGN_GOODS", "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS"),
        "SUCCESS",
    ),
    "REPAIR": (
        *("WAIT_SELLER_AGREE", "WAIT_BUYER_RETURN_GOODS", "WAIT_SELLER_CONFIRM_GOODS"),
        *("WAIT_SELLER_CONSIGN_GOODS", "SUCCESS"),
    ),
    "RESHIPPING": ("WAIT_SELLER_AGREE", "WAIT_SELLER_CONSIGN_GOODS", "SUCCESS"),
}
"""The steps of cases that move no money (C: the order is nowhere written down)."""
FIRST_BESIDE = 390_000_000_000_000_000


def case_of(version: Version) -> Case:
    """The case in a version."""
    case: Case = version.content["case"]
    return case


class Refunds:
    """Every case with its versions. `poisoned` has (account, refund id)."""

    def __init__(
        self, world: World, switches: Mapping[str, str], odds: Odds, seed: int
    ) -> None:
        self.shelf = Shelf(lambda version: case_of(version).trade.kind)
        self.poisoned: set[tuple[str, str]] = set()
        self._world, self._switches, self._odds = world, switches, odds
        self._seed, self._rng = seed, random.Random(f"{seed}:refunds:beside")
        self._late = random.Random(f"{seed}:refunds:late")
        self._beside: list[Record] = []

    # What trades bring ------------------------------------------------------------

    def follow(self, account: str, former: Trade, after: Trade, at: float) -> Trade:
        """Note what became of the refunds of a trade; gives the trade as it then stands.

        A line asked for again may get another number: see the switch `asked_again`.
        """
        for which, (was, line) in enumerate(zip(former.lines, after.lines, strict=True)):
            if was.refund_status == line.refund_status:
                continue
            if line.refund_status == "WAIT_SELLER_AGREE":
                after = self._numbered(after, which, was.refund_id)
            self._step(account, after, which, at)
        return after

    def _numbered(self, trade: Trade, which: int, former: int | None) -> Trade:
        """The next number each time a closed case is opened anew."""
        if former is None or self._switches["asked_again"] == "same_id":
            return trade
        lines = list(trade.lines)
        lines[which] = lines[which]._replace(refund_id=former + 1)
        return trade._replace(lines=tuple(lines))

    def _step(self, account: str, trade: Trade, which: int, at: float) -> None:
        line = trade.lines[which]
        number = line.refund_id or 0
        rng = random.Random(f"{self._seed}:refund:{number}:{line.refund_status}")
        record = self.shelf.get(account, str(number))
        if record is None:
            dispute = "REFUND_AND_RETURN" if line.status in SENT else "REFUND"
            self._add(account, cases.opened(trade, which, dispute, at, number, rng))
            return
        case = case_of(record.latest)
        self._put(record, cases.moved(case, trade, line.refund_status, at, rng), at)

    # What stands beside them ------------------------------------------------------

    def populate(self, history: float) -> None:
        """A few cases without money in every shop that tells dispute types."""
        now = self._world.now()
        for seller in self._world.sellers.values():
            for _ in range(len(self._world.shelf.everything(seller.user)) // 40):
                at = now - float(int(self._rng.random() * history / 4))
                record = self._open_beside(seller.user, at)
                for _ in range(self._rng.randrange(4) if record else 0):
                    at = min(now, at + float(self._rng.randrange(600, 86_400)))
                    self._move_beside(record, at)

    def churn(self, changes: int, account: str | None) -> None:
        """Of so many happenings in the shops, one in six is also one here."""
        users = [account] if account else list(self._world.sellers)
        for _ in range(changes):
            user, at = self._rng.choice(users), self._world.now()
            if self._rng.random() > 1 / 6:
                continue
            mine = [r for r in self._beside if r.account == user]
            if mine and self._rng.random() < 0.7:
                self._move_beside(self._rng.choice(mine), at)
            else:
                self._open_beside(user, at)

    def _open_beside(self, account: str, at: float) -> Record | None:
        if not self._world.sellers[account].disputes:
            return None
        records = self._world.shelf.everything(account)[-400:]
        trade = trade_of(self._rng.choice(records).latest) if records else None
        if trade is None or trade.status not in SENT or trade.paid_at is None:
            return None
        which, number = self._rng.randrange(len(trade.lines)), len(self._beside)
        dispute = self._rng.choices(list(BESIDE), (6, 1, 3))[0]
        number = FIRST_BESIDE + number * 1_000 + int(account) % 1_000
        at = max(at, trade.sent_at or at)
        case = cases.opened(trade, which, dispute, at, number, self._rng)
        self._beside.append(self._add(account, case))
        return self._beside[-1]

    def _move_beside(self, record: Record | None, at: float) -> None:
        if record is None or at < record.latest.updated_at:
            return
        case = case_of(record.latest)
        steps = BESIDE[case.dispute]
        if case.status not in steps[:-1]:
            return
        to = steps[steps.index(case.status) + 1]
        if self._rng.random() < 0.15:
            gone = case.dispute == "TAOBAO_EXCHANGE" and case.returned_at is not None
            to = "EXCHANGE_TRANSFORM_TO_REFUND" if gone else "CLOSED"
        self._put(record, cases.moved(case, case.trade, to, at, self._rng), at)

    # Keeping ----------------------------------------------------------------------

    def _add(self, account: str, case: Case) -> Record:
        content, delay = {"case": case}, self._delay()
        at = case.created
        number = str(case.refund_id)
        return self.shelf.add(account, number, content, created_at=at, delay=delay)

    def _put(self, record: Record, case: Case, at: float) -> None:
        self.shelf.change(record, at, delay=self._delay(), case=case)

    def _delay(self) -> float:
        odds = self._odds
        late = odds.late and self._late.random() < odds.late
        return self._late.uniform(0, odds.late_by) if late else 0.0

    def poison(self, account: str, id: str, kind: str) -> None:
        """Make one refund malformed from now on. Raises ValueError if there is none."""
        record = self.shelf.get(account, id)
        if record is None:
            raise ValueError(f"no refund {id}")
        self._put(record, case_of(record.latest)._replace(poison=kind), self._world.now())
        self.poisoned.add((account, id))

    def truth(self, account: str) -> list[TruthRecord]:
        """Every case as the platform knows it."""
        disputes = self._world.sellers[account].disputes
        return [told(record, disputes) for record in self.shelf.records(account)]


def told(record: Record, disputes: bool) -> TruthRecord:
    """A case under the hub's names."""
    versions = tuple(
        TruthRecordVersion(v.updated_at, v.visible_at, facts(case_of(v), disputes))
        for v in record.versions
    )
    last = versions[-1]
    gone = record.removed_at is not None
    return TruthRecord(
        "after_sale",
        record.id,
        last.updated_at,
        last.visible_at,
        last.facts,
        gone,
        versions,
    )


def facts(case: Case, disputes: bool) -> Facts:
    """What a reader must have understood of it; `kind_raw` where `disputes` are told.

    Cases that move no money say nothing of amounts.
    """
    said: dict[str, str | int | None] = {
        "order_external_id": str(case.trade.tid),
        "line_external_id": str(case.line.oid),
        "status_raw": case.status,
    }
    if disputes:
        said["kind_raw"] = case.dispute
    if case.moves_money:
        said["requested_amount"] = case.fee
        said["refunded_amount"] = case.fee if case.status == "SUCCESS" else None
    return said
