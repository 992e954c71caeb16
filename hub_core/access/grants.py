"""What is granted to whom: made, taken back, and audited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ..errors import Misconfigured
from ..store import Store, access, audit, shops
from .people import named
from .principal import Granted
from .roles import KINDS, ROLES


class Grants:
    """The grants of one store. Thread safe."""

    def __init__(self, store: Store, now: Callable[[], datetime] | None = None) -> None:
        self._store, self._now = store, now or store.now

    def grant(
        self,
        person: str,
        role: str,
        *,
        actor: str,
        everywhere: bool = False,
        company: str | None = None,
        shop: str | None = None,
        kinds: Sequence[str] = (),
    ) -> Granted:
        """Grant a role: everywhere, at a company's shops, or at one shop; of all kinds of
        records, or of these alone. What is granted already is not granted twice.

        Raises Misconfigured unless just one place is named, and for names nobody has.
        """
        _refuse_unknown("role", [role], ROLES)
        _refuse_unknown("kind of records", kinds, KINDS)
        if sum((everywhere, company is not None, shop is not None)) != 1:
            raise Misconfigured("say where: one of --all, --company and --shop")
        now = self._now()
        with self._store.writing(durable=True) as connection:
            whose = named(connection, person)
            values: dict[str, Any] = {
                "role": role, "company": _company(connection, company),
                "shop_id": shops.shop_named(connection, shop).id if shop else None,
                "kinds": sorted(set(kinds)) or None,
            }  # fmt: skip
            there = access.grants(connection, person_id=whose.id)
            same = [g for g in there if all(getattr(g, k) == v for k, v in values.items())]
            if same:
                return _granted(same[0])
            made = {"person_id": whose.id, "made_at": now, **values}
            id = access.add_grant(connection, **made)
            self._audit(connection, actor, "grant.made", id, now, whose.name, values)
            return next(g for g in granted(connection, whose.id) if g.id == id)

    def ungrant(self, id: int, *, actor: str) -> Granted:
        """Take a grant back, from now on. Raises Misconfigured where there is none."""
        now = self._now()
        with self._store.writing(durable=True) as connection:
            found = [g for g in access.grants(connection, ended=True) if g.id == id]
            if not found:
                raise Misconfigured(f"no grant {id}; see `hub keys list`")
            row = found[0]
            if access.end_grant(connection, id, now):
                values = {
                    k: getattr(row, k) for k in ("role", "company", "shop_id", "kinds")
                }
                self._audit(connection, actor, "grant.ended", id, now, row.person, values)
        return replace(_granted(row), ended_at=row.ended_at or now)

    def _audit(
        self,
        connection: Connection,
        actor: str,
        action: str,
        id: int,
        at: datetime,
        person: str,
        values: dict[str, Any],
    ) -> None:
        audit.append(
            connection, self._store.vault, actor=actor, action=action, of=f"grant {id}",
            at=at, details={"person": person, **values},
        )  # fmt: skip

    def listing(self, person: str | None = None, *, ended: bool = False) -> list[Granted]:
        """Grants that hold, of all or of somebody; with `ended` those taken back, too."""
        with self._store.reading() as connection:
            whose = named(connection, person) if person else None
            of = whose.id if whose else None
            rows = access.grants(connection, person_id=of, ended=ended)
        return [_granted(row) for row in rows]


def granted(connection: Connection, person_id: int) -> list[Granted]:
    """What somebody holds, the least first."""
    found = [_granted(row) for row in access.grants_of(connection, person_id)]
    return sorted(found, key=lambda one: one.breadth)


def _granted(row: Any) -> Granted:
    kinds = None if row.kinds is None else frozenset(row.kinds)
    return Granted(
        row.id, row.person, row.role, row.company, row.shop_id, kinds,
        row.made_at, row.ended_at, row.last_used_at,
    )  # fmt: skip


def _company(connection: Connection, company: str | None) -> str | None:
    there = {s.company for s in shops.shops(connection) if s.company}
    if company is not None:
        _refuse_unknown("company", [company], sorted(there))
    return company


def _refuse_unknown(what: str, given: Sequence[str], there: Sequence[str]) -> None:
    for one in given:
        if one not in there:
            names = ", ".join(there) or "none yet"
            raise Misconfigured(f"no {what} {one!r}; there are: {names}")
