"""What somebody who can write to the database may do to the audit log.

Each knows nothing of the key, and everything else: it gives the first row that is no
longer as it was, and what happened there.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text

Row = dict[str, Any]
Planted = tuple[int, set[str]]
Act = Callable[[Connection, random.Random, int], Planted]
FIELDS = ("at", "actor", "action", "of", "details", "own", "chain")


def rows(connection: Connection) -> dict[int, Row]:
    found = connection.execute(text("SELECT * FROM audit ORDER BY seq"))
    return {row.seq: dict(row._mapping) for row in found}


def write(connection: Connection, row: Row) -> None:
    names = ("seq", *FIELDS)
    columns = ", ".join(f'"{n}"' for n in names)
    values = ", ".join(f":{n}" for n in names)
    connection.execute(text(f"INSERT INTO audit ({columns}) VALUES ({values})"), row)


def put(connection: Connection, kept: list[Row]) -> None:
    """These rows, one after the other, as if they had always been there."""
    connection.execute(text("DELETE FROM audit"))
    for seq, row in enumerate(kept, 1):
        write(connection, {**row, "seq": seq})


def move_head(connection: Connection, seq: int, chain: str) -> None:
    step = text("UPDATE audit_head SET seq = :seq, chain = :chain")
    connection.execute(step, {"seq": seq, "chain": chain})


def edited(connection: Connection, chance: random.Random, last: int) -> Planted:
    """One field of one row; a mark of the chain may come along from another row."""
    seq, name = chance.randint(1, last), chance.choice(FIELDS)
    there = rows(connection)[seq][name]
    if name in ("own", "chain"):
        new = f"{int(there[0], 16) ^ 1:x}{there[1:]}"
    elif name == "at":
        new = there.replace("2026", "2025")
    elif name == "details":
        new = chance.choice(["{}", there + " ", there.replace("x", "y", 1)])
    else:
        new = chance.choice([there + "x", there[:-1], "root"])
    step = text(f'UPDATE audit SET "{name}" = :new WHERE seq = :seq')
    connection.execute(step, {"new": new, "seq": seq})
    return seq, {"edited"}


def deleted(connection: Connection, chance: random.Random, last: int) -> Planted:
    """Some rows, the gap left open or closed; the head moved along, or not."""
    seq = chance.randint(1, last - 1)
    gone = range(seq, chance.randint(seq, min(seq + 3, last - 1)) + 1)
    left = [row for n, row in rows(connection).items() if n not in gone]
    if chance.random() < 0.5:
        step = text("DELETE FROM audit WHERE seq BETWEEN :a AND :b")
        connection.execute(step, {"a": gone[0], "b": gone[-1]})
    else:
        put(connection, left)
        if chance.random() < 0.5:
            move_head(connection, len(left), left[-1]["chain"])
    return seq, {"deleted"}


def inserted(connection: Connection, chance: random.Random, last: int) -> Planted:
    """A row nobody wrote: between others, which move up; or behind the last."""
    there = rows(connection)
    seq = chance.randint(1, last + 1)
    like = there[chance.choice([n for n in there if n not in (seq - 1, seq)])]
    new = dict(like) if chance.random() < 0.3 else {**like, "actor": "nobody"}
    if seq == last + 1 and chance.random() < 0.5:
        write(connection, {**new, "seq": seq})
        return seq, {"inserted"}
    put(
        connection,
        [*list(there.values())[: seq - 1], new, *list(there.values())[seq - 1 :]],
    )
    if chance.random() < 0.5:
        move_head(connection, last + 1, rows(connection)[last + 1]["chain"])
    return seq, {"inserted"}


def reordered(connection: Connection, chance: random.Random, last: int) -> Planted:
    """Two rows change places, with all that is theirs; or one moves to another place."""
    there = list(rows(connection).values())
    a, b = sorted(chance.sample(range(last), 2))
    if chance.random() < 0.7:
        there[a], there[b] = there[b], there[a]
    else:
        there.insert(b, there.pop(a))
    put(connection, there)
    return a + 1, {"reordered"}


def cut(connection: Connection, chance: random.Random, last: int) -> Planted:
    """The last rows; the head is left, or brought back to what is the last now."""
    seq = chance.randint(1, last)
    connection.execute(text("DELETE FROM audit WHERE seq >= :seq"), {"seq": seq})
    if chance.random() < 0.7:
        before = rows(connection).get(seq - 1, {"chain": ""})
        move_head(connection, seq - 1, before["chain"])
    return seq, {"cut"}


ACTS: tuple[Act, ...] = (edited, deleted, inserted, reordered, cut)
