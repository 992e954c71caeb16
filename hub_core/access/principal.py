"""Who asks, and what they may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..store.shops import Shop
from .refusals import NotAllowed
from .roles import KINDS, MATRIX, ROLES, kind_of


@dataclass(frozen=True, slots=True)
class Granted:
    """A role somebody has, and where: at all shops, a company's, or one."""

    id: int
    person: str
    role: str
    company: str | None = None
    shop_id: int | None = None
    kinds: frozenset[str] | None = None
    """None: of all kinds, and what is of none."""
    made_at: datetime | None = None
    ended_at: datetime | None = None
    last_used_at: datetime | None = None

    @property
    def is_everywhere(self) -> bool:
        """At all shops, those to come included."""
        return self.company is None and self.shop_id is None

    def covers(self, permission: str, shop: Shop | None, kind: str | None) -> bool:
        """Whether it allows this there; without a shop: for all shops at once."""
        of_kind = self.kinds is None or kind in self.kinds
        return self.role in MATRIX[permission] and of_kind and self._reaches(shop)

    def _reaches(self, shop: Shop | None) -> bool:
        if self.is_everywhere or shop is None:
            return self.is_everywhere
        if self.company is not None and shop.company != self.company:
            return False
        return self.shop_id in (None, shop.id)

    @property
    def breadth(self) -> tuple[int, int]:
        """How much it gives: the least that serves is the one that counts as used."""
        where = 2 if self.is_everywhere else 1 if self.shop_id is None else 0
        return ROLES.index(self.role), where


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a key let in. What they may is as it was when the key was checked: ask anew
    with every request."""

    person: str
    """Of whom the key is: to be compared where two persons are needed."""
    person_id: int
    kind: str
    """`person` or `system`."""
    prefix: str
    """What of the key may be shown."""
    grants: tuple[Granted, ...]
    """Those that hold, the least first."""
    note: Callable[[int], None] = field(default=lambda grant: None, repr=False)
    """Is told which grant was made use of."""

    @property
    def actor(self) -> str:
        """As it stands in the audit log."""
        return f"{self.person} ({self.prefix})"

    def may(
        self, permission: str, shop: Shop | None = None, kind: str | None = None
    ) -> bool:
        """Whether this may be done at a shop; without one: at all, those to come included.

        `kind` (`orders` …) where the permission's noun does not name it. KeyError for a
        permission there is none of.
        """
        kind = kind_of(permission) or kind
        for grant in self.grants:
            if grant.covers(permission, shop, kind):
                self.note(grant.id)
                return True
        return False

    def require(
        self, permission: str, shop: Shop | None = None, kind: str | None = None
    ) -> None:
        """Raises NotAllowed where it may not be done."""
        if not self.may(permission, shop, kind):
            raise NotAllowed(permission, sorted(MATRIX[permission], key=ROLES.index))

    def shops(
        self, every: Sequence[Shop], permission: str, kind: str | None = None
    ) -> list[Shop]:
        """Those of the shops at which this may be done."""
        return [shop for shop in every if self.may(permission, shop, kind)]

    def kinds(self, permission: str, shop: Shop | None = None) -> list[str]:
        """The kinds of records of which this may be done there."""
        own = kind_of(permission)
        return [k for k in ((own,) if own else KINDS) if self.may(permission, shop, k)]
