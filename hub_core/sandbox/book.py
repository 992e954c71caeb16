"""The platform's rows: every version an order ever had, and when each became visible."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Version:
    """One state of a record. `updated_at` is what the platform stamps on it."""

    content: dict[str, Any]
    updated_at: float
    visible_at: float


@dataclass(slots=True)
class Record:
    """One order (or any other row) with its history, oldest version first."""

    id: str
    account: str
    created_at: float
    versions: list[Version] = field(default_factory=list)
    removed_at: float | None = None

    @property
    def latest(self) -> Version:
        """The newest version, visible or not yet."""
        return self.versions[-1]

    def in_place_since(self, version: Version) -> float:
        """When a reader first saw it at this version's time of change: edits that leave
        that time alone do not move it."""
        alike = [v for v in self.versions if v.updated_at == version.updated_at]
        return min(v.visible_at for v in alike)

    def visible(self, now: float) -> Version | None:
        """The version a reader sees at `now`; None before the first shows or once removed.

        Versions become visible in the order they were made.
        """
        if self.removed_at is not None and now >= self.removed_at:
            return None
        for version in reversed(self.versions):
            if version.visible_at <= now:
                return version
        return None


class Book:
    """All records of one platform, by account.

    `told` hears of each record that was added, changed or removed: for a platform that
    tells its clients.
    """

    def __init__(self) -> None:
        self.told: Callable[[Record], None] | None = None
        self._records: dict[str, dict[str, Record]] = {}

    def add(
        self,
        account: str,
        id: str,
        content: dict[str, Any],
        *,
        created_at: float,
        updated_at: float | None = None,
        delay: float = 0.0,
    ) -> Record:
        """A new record, visible `delay` seconds after its `updated_at`."""
        if id in self._records.setdefault(account, {}):
            raise ValueError(f"{id} exists already")
        stamp = created_at if updated_at is None else updated_at
        record = Record(id, account, created_at)
        record.versions.append(Version(content, stamp, stamp + delay))
        self._records[account][id] = record
        self._tell(record)
        return record

    def change(
        self,
        record: Record,
        at: float,
        *,
        delay: float = 0.0,
        bump: bool = True,
        **fields: Any,
    ) -> Version:
        """A new version with `fields` replaced, made at `at`.

        It shows `delay` seconds later, never before the version it replaces. Without
        `bump` it keeps the old `updated_at`: a change that leaves no trace in time.
        """
        old = record.latest
        stamp = at if bump else old.updated_at
        visible = max(at + delay, old.visible_at)
        content = copy.deepcopy(old.content) | fields
        record.versions.append(Version(content, stamp, visible))
        self._tell(record)
        return record.versions[-1]

    def remove(self, record: Record, at: float) -> None:
        """Hide the record from every list and lookup from `at` on."""
        record.removed_at = at
        self._tell(record)

    def _tell(self, record: Record) -> None:
        if self.told is not None:
            self.told(record)

    def get(self, account: str, id: str) -> Record | None:
        """The record, whether or not it can be seen yet."""
        return self._records.get(account, {}).get(id)

    def records(self, account: str) -> list[Record]:
        """All records of an account, in the order they were added."""
        return list(self._records.get(account, {}).values())

    def visible(self, account: str, now: float) -> Iterator[tuple[Record, Version]]:
        """What a reader could see at `now`, in no promised order."""
        for record in self._records.get(account, {}).values():
            version = record.visible(now)
            if version is not None:
                yield record, version
