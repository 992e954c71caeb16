"""The master key is changed while the hub runs: a new one is put before the former, all
that was sealed is sealed anew, and then the former is put away.

Every step can be killed and taken again. Both keys open until the end, so that nobody who
reads is in the way, and a process that meets a value of a key it does not know looks into
the key's file again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select

from .errors import Misconfigured
from .hub import Hub
from .settings import MasterKey, find_key
from .settings.key import MAKE, may_write, new_key, replace_keys
from .store import Store, audit, keyring, resealing, rotation
from .store.vault import LOOK, key_id

REST = timedelta(hours=1)
"""How long after a change the former key stays: what was sealed just before it is written
by then, and every process has looked for keys."""

PASSES = 5
"""How often all of it is gone through at most, while others go on sealing with the former
key because they have not looked yet."""

OnBatch = Callable[[Counter[str]], None]


@dataclass(slots=True)
class Rotation:
    """How a change of the master key stands."""

    key: str
    """The one that seals, by its fingerprint."""
    former: tuple[str, ...]
    """Those that are there beside it, newest first."""
    made: bool = False
    """Whether the key was made just now."""
    since: datetime | None = None
    """When it took over; None: it was the database's first."""
    resealed: dict[str, int] = field(default_factory=dict)
    """Values that were sealed anew just now, by table."""
    left: dict[str, dict[str, int]] = field(default_factory=dict)
    """Values that are sealed with another key, by key and table."""
    shut: list[str] = field(default_factory=list)
    """Values that no key here opens, by table and key."""

    @property
    def is_done(self) -> bool:
        """Whether the newest key opens all there is."""
        return not self.left

    @property
    def values_left(self) -> int:
        """How many values are sealed with another key."""
        return sum(sum(counted.values()) for counted in self.left.values())

    @property
    def drop_at(self) -> datetime | None:
        """From when on a former key may be put away; None: it may not, or there is none."""
        if not self.former or not self.is_done:
            return None
        return self.since + REST if self.since else None


def rotate(
    hub: Hub,
    *,
    actor: str,
    size: int = resealing.BATCH,
    on_batch: OnBatch = lambda done: None,
) -> Rotation:
    """Put a new key before the one there is, or go on with a change that was begun, and
    seal with it all that is sealed with another.

    Raises Misconfigured, saying what to do, where there is one key alone and the hub can't
    write the place it comes from.
    """
    store = hub.store
    found, made = _with_a_new_one(hub)
    store.vault.look(missing=True)
    with store.writing(durable=True) as connection:
        rotation.begin(connection, store.vault, actor=actor, at=hub.clock.now())
    resealed = reseal(store, size=size, on_batch=on_batch)
    told = standing(hub, found)
    for _ in range(PASSES):
        if told.values_left <= len(resealed.shut):
            break
        time.sleep(LOOK)  # by then those who write have looked for the new key, too
        again = reseal(store, size=size)
        resealed = resealing.Resealed(resealed.done + again.done, again.shut)
        told = standing(hub, found)
    if told.is_done:
        with store.writing(durable=True) as connection:
            rotation.finish(connection, store.vault)
    told.made, told.resealed, told.shut = made, dict(resealed.done), resealed.shut
    return told


def reseal(
    store: Store,
    *,
    size: int = resealing.BATCH,
    on_batch: OnBatch = lambda done: None,
) -> resealing.Resealed:
    """Go through all that is not sealed with the newest key, some rows at a time."""

    def read(query: Select[Any]) -> Sequence[Row[Any]]:
        with store.reading() as connection:
            return connection.execute(query).all()

    found = resealing.Resealed()
    for batch in resealing.batches(read, store.vault, size):
        if batch.rows:
            with store.writing() as connection:
                resealing.write(connection, batch)
        found.done[batch.column.table.name] += len(batch.rows)
        found.shut += batch.shut
        on_batch(found.done)
    return found


def standing(hub: Hub, found: MasterKey | None = None) -> Rotation:
    """How it stands, nothing being done."""
    ids = [key_id(key).hex() for key in (found or find_key(hub.settings)).every]
    with hub.store.reading() as connection:
        known = keyring.facts(connection)
        left = resealing.left(connection, hub.store.vault)
    return Rotation(
        ids[0],
        tuple(ids[1:]),
        since=keyring.since(known),
        left={key: dict(counted) for key, counted in left.items()},
    )


def put_away(hub: Hub, key: str, *, actor: str) -> Rotation:
    """Take a former key, by its fingerprint, out of the file: from then on it opens nothing
    here, backups made before the change among it.

    Raises Misconfigured where something is sealed with it, or the change is too young.
    """
    store, found = hub.store, find_key(hub.settings)
    _refuse_needed(hub, standing(hub, found), key)  # takes its time: nobody waits for it
    with store.writing(durable=True) as connection:
        audit.locked_head(connection)
        if found.file is None or not may_write(found):
            raise Misconfigured(
                f"nothing needs {key} any more, but {found.source} can't be written from "
                "here: take the line away there"
            )
        kept = [one for one in found.every if key_id(one).hex() != key]
        replace_keys(found.file, found.every, kept)
        audit.append(
            connection, store.vault, actor=actor, action="encryption_key.put_away",
            of=f"encryption key {key}", at=hub.clock.now(),
        )  # fmt: skip
    return standing(hub)


def _refuse_needed(hub: Hub, told: Rotation, key: str) -> None:
    if key not in told.former:
        there = ", ".join(told.former) or "none"
        raise Misconfigured(f"there is no former key {key}; former ones here: {there}")
    with hub.store.reading() as connection:
        needed = keyring.needed(keyring.facts(connection))
    if told.left or key in needed:
        raise Misconfigured(f"something is still sealed with {key}: hub keys rotate")
    if told.drop_at and hub.clock.now() < told.drop_at:
        raise Misconfigured(
            f"{told.key} took over at {told.since:%Y-%m-%d %H:%M} UTC, and what others "
            "sealed before may not be written yet: again after "
            f"{told.drop_at:%Y-%m-%d %H:%M} UTC"
        )


def _with_a_new_one(hub: Hub) -> tuple[MasterKey, bool]:
    """The keys, of which the newest is to take over; made where there is one alone."""
    found = find_key(hub.settings)
    if found.former:
        return found, False
    if found.file is None or not may_write(found):
        raise Misconfigured(_by_hand(found))
    with hub.store.writing(durable=True) as connection:
        audit.locked_head(connection)  # of two at once one makes it
        found = find_key(hub.settings)
        if found.former or found.file is None:
            return found, False
        replace_keys(found.file, found.every, (new_key(), *found.every))
    return find_key(hub.settings), True


def _by_hand(found: MasterKey) -> str:
    return (
        f"the key comes from {found.source}, which can't be written from here. Make a key "
        f"({MAKE}), put it there as the first line before the former one (in a variable: "
        "before it, parted by a comma), start every process of the hub anew, then run "
        "`hub keys rotate` again. Where several processes run, put it behind the former "
        "one first, and before it once all of them know it"
    )
