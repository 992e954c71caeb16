"""The hub's orders against the merchant console's own export, order by order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..models.words import OrderStatus
from ..store.reads import StoredOrder
from . import console
from .console import Console, Listed

ONLY_THERE, ONLY_HERE, STATE, AMOUNT, PARKED = (
    "only there", "only here", "state", "amount", "parked",
)  # fmt: skip
Words = Mapping[str, tuple[OrderStatus, ...]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One order that is not the same in both. Amounts in minor units."""

    kind: str
    external_id: str
    there: str | int | None = None
    here: str | int | None = None
    created_at: datetime | None = None


@dataclass(slots=True)
class Comparison:
    """What comparing found."""

    amount_field: str
    differences: list[Difference] = field(default_factory=list)
    same: int = 0
    there_amount: int = 0
    """Over the orders both have."""
    here_amount: int = 0
    both: int = 0
    outside: list[str] = field(default_factory=list)
    """Orders of the file that are not here, from a time that is not proved: no verdict."""
    unknown_words: Counter[str] = field(default_factory=Counter)
    """Words of the console that mean nothing to the hub: not compared."""
    unknown_amounts: int = 0
    """Orders of whose amount the platform told the hub nothing: not compared."""

    def count(self, kind: str) -> int:
        """How many differences of a kind."""
        return sum(d.kind == kind for d in self.differences)

    @property
    def ok(self) -> bool:
        """Whether all of the file was compared and nothing differs."""
        return not (self.differences or self.outside or self.unknown_words)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        kinds = (ONLY_THERE, ONLY_HERE, STATE, AMOUNT, PARKED)
        return {
            "ok": self.ok, "same": self.same, "both": self.both,
            "counts": {kind.replace(" ", "_"): self.count(kind) for kind in kinds},
            "amount_field": self.amount_field, "there_amount": self.there_amount,
            "here_amount": self.here_amount, "outside": self.outside,
            "unknown_words": dict(self.unknown_words),
            "unknown_amounts": self.unknown_amounts, "differences": self.differences,
        }  # fmt: skip


def compare(
    there: Console,
    here: Iterable[StoredOrder],
    *,
    parked: Container[str] = (),
    covered: Callable[[datetime | None], bool] = lambda at: True,
    words: Words | None = None,
) -> Comparison:
    """Every order of the file, and every one of `here` created within the file's span.

    A missing order is held against the hub where its creation is `covered`.
    """
    name = there.columns["amount"] or ""
    found = Comparison(console.AMOUNTS.get(name, "buyer_paid_amount"))
    met, span = set(), there.span
    for order in here:
        external_id = order.values["external_id"]
        if (listed := there.orders.get(external_id)) is not None:
            met.add(external_id)
            _pair(found, listed, order, words or {})
        elif span and _within(order.values["channel_created_at"], span):
            found.differences.append(_only_here(order, found.amount_field))
    for listed in there.orders.values():
        if listed.external_id not in met:
            _missing(found, listed, parked, covered)
    return found


def _within(at: datetime | None, span: tuple[datetime, datetime]) -> bool:
    return at is not None and span[0] <= at <= span[1]


def _only_here(order: StoredOrder, field: str) -> Difference:
    v = order.values
    at = v["channel_created_at"]
    return Difference(ONLY_HERE, v["external_id"], None, v["status_raw"], at)


def _missing(
    found: Comparison,
    listed: Listed,
    parked: Container[str],
    covered: Callable[[datetime | None], bool],
) -> None:
    state = " / ".join(sorted(listed.states)) or None
    id, at = listed.external_id, listed.created_at
    if id in parked:
        found.differences.append(Difference(PARKED, id, state, None, at))
    elif at is None or covered(at):
        found.differences.append(Difference(ONLY_THERE, id, state, None, at))
    else:
        found.outside.append(id)


def _pair(found: Comparison, listed: Listed, order: StoredOrder, words: Words) -> None:
    before = len(found.differences)
    found.both += 1
    known = _compare_state(found, listed, order, words)
    _compare_amount(found, listed, order)
    found.same += known and len(found.differences) == before


def _compare_state(
    found: Comparison, listed: Listed, order: StoredOrder, words: Words
) -> bool:
    """Whether the state could be compared; a difference is noted."""
    v = order.values
    ours = {v["status_raw"].casefold(), v["order_status"]}
    meant = {state: console.means(state, words) for state in listed.states}
    if not meant or any(s.casefold() in ours for s in meant):
        return True
    if any(v["order_status"] in (m or ()) for m in meant.values()):
        return True
    if unknown := [s for s, m in meant.items() if m is None]:
        found.unknown_words.update(unknown)
        return False
    said = f"{v['order_status']} ({v['status_raw']})"
    there, at = " / ".join(sorted(meant)), v["channel_created_at"]
    found.differences.append(Difference(STATE, listed.external_id, there, said, at))
    return True


def _compare_amount(found: Comparison, listed: Listed, order: StoredOrder) -> None:
    there, here = listed.amount, order.values[found.amount_field]
    if there is None:
        return
    if here is None:
        found.unknown_amounts += there != 0
        return
    matches = listed.may_be(here)
    found.here_amount += here
    found.there_amount += here if matches else there
    if not matches:
        at = order.values["channel_created_at"]
        found.differences.append(
            Difference(AMOUNT, listed.external_id, there, here, at)
        )  # fmt: skip
