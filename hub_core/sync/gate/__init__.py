"""Between reading and storing: records that are not what their shop's were wait outside.

A record whose own amounts contradict each other is not stored. What a commit's rows have
in common and what is known of the shop's rows in that shape do not agree on is found before
any of them is stored, and an incident says what to do. Where amounts are in another unit,
rows that show it are parked, raw form and reason: an ERP would book them. A field of money,
state or identity that is gone or written otherwise stops nothing: an order that comes a day
late costs more than a field that is not told, and its raw form is kept. What few rows show,
a new word or a new field, is noted. Rows that are stored teach what is known. Where the
settings say so (`drift = "note"`), nothing is parked and all is told.

Of a large commit some rows are looked into, its last ones among them; where those surprise
in the least, all are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection

from ...store import Vault, profiles
from ...store.kinds import Kind
from ...wire import Fetched
from .profile import SUMS, Profile
from .sieve import DRIFT, Sieve, Sifted

__all__ = ["DRIFT", "Gate", "Sifted", "accept"]

GROWTH = 1.0
"""What was learned is kept at a reading's end, and before it when so much more is known,
as a share. What a killed reading had learned is learned again."""


class Gate:
    """Sifts the commits of one stream of one shop."""

    def __init__(
        self, shop_id: int, kind: Kind, vault: Vault, *, holds: bool = True
    ) -> None:
        self._shop_id, self._kind, self._vault = shop_id, kind, vault
        self._holds = holds
        self._known: dict[str, _Known] = {}

    def sift(
        self,
        connection: Connection,
        fetched: Sequence[Fetched],
        shape: str,
        call: str,
        at: datetime,
    ) -> Sifted:
        """What to store and what not, within the transaction that stores it. Where that
        does not come about, call `forget`."""
        known = self._current(connection, shape)
        profile = known.profile
        before = profile.open.copy()
        sieve = Sieve(profile, self._kind, call, at, holds=self._holds)
        done = sieve.sift(fetched)
        grown = profile.rows - known.rows >= GROWTH * known.rows
        if grown or before != profile.open:
            known.save(connection, self._shop_id, shape, at, self._vault)
        return done

    def keep(self, connection: Connection, at: datetime) -> None:
        """What was learned since it was kept last: for those that come after."""
        for shape, known in self._known.items():
            if known.profile.rows != known.rows:
                known.save(connection, self._shop_id, shape, at, self._vault)

    def forget(self) -> None:
        """What was learned since it was kept last."""
        self._known.clear()

    def _current(self, connection: Connection, shape: str) -> _Known:
        """As the store has it, if another has learned more or a person has said more."""
        version = profiles.version(connection, self._shop_id, shape)
        known = self._known.get(shape)
        if known is None or known.version != version:
            known = _Known.load(connection, self._shop_id, shape, version, self._vault)
            self._known[shape] = known
        return known


class _Known:
    """A profile, and which version of it the store has."""

    def __init__(self, profile: Profile, version: int) -> None:
        self.profile, self.version, self.rows = profile, version, profile.rows

    @classmethod
    def load(
        cls, connection: Connection, shop_id: int, shape: str, version: int, vault: Vault
    ) -> _Known:
        dumped = profiles.load(connection, shop_id, shape, vault) if version else None
        return cls(Profile.load(dumped) if dumped else Profile(), version)

    def save(
        self,
        connection: Connection,
        shop_id: int,
        shape: str,
        at: datetime,
        vault: Vault,
    ) -> None:
        found = [{"said": one.said, **asdict(one)} for one in self.profile.open]
        self.version = profiles.save(
            connection, shop_id, shape, self.profile.dump(), over=self.version,
            rows=self.profile.rows, findings=found, at=at, vault=vault,
        )  # fmt: skip
        self.rows = self.profile.rows


def accept(
    connection: Connection, shop_id: int, shape: str, at: datetime, vault: Vault
) -> list[str]:
    """Take what comes now as right: all but the sums that hold nowhere is learned anew.
    Gives what was found, in words; [] where nothing was."""
    version = profiles.version(connection, shop_id, shape)
    known = _Known.load(connection, shop_id, shape, version, vault)
    found = known.profile.open
    if found:
        sums = {one.name for one in found if one.kind == SUMS}
        known.profile = Profile(allowed=sorted({*known.profile.allowed, *sums}))
        known.save(connection, shop_id, shape, at, vault)
    return [one.said for one in found]
