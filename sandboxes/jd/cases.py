"""Both after-sale systems as the platform's one kind of record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub_core.sandbox import Record, TruthRecord

from .applications import Applications
from .bills import Bills
from .keeper import Keeper
from .options import Options


class Cases:
    """Applications and service bills; their numbers never meet."""

    def __init__(
        self,
        options: Options,
        switches: Mapping[str, str],
        seed: int,
        now: Callable[[], float],
    ) -> None:
        self.applications = Applications(options, seed, now)
        self.bills = Bills(options, switches, seed, now)

    def heard(self, order: Record, was: Mapping[str, Any] | None) -> None:
        """An order was born (`was` None) or has changed."""
        self.applications.heard(order, was)
        self.bills.heard(order, was)

    def churn(self, account: str) -> None:
        """Something may happen in either."""
        self.applications.churn(account)
        self.bills.churn(account)

    def truth(self, account: str) -> list[TruthRecord]:
        """All cases of a shop."""
        both = (self.applications.keeper, self.bills.keeper)
        return [told for keeper in both for told in keeper.truth(account)]

    def keeper_of(self, account: str, id: str) -> Keeper:
        """Whose record that is."""
        mine = self.applications.keeper
        return mine if mine.of(account, id) is not None else self.bills.keeper
