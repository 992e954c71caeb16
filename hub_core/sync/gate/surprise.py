"""How surprising what came is, held against what was counted before, in nats.

A score of 12 is what chance brings once in 160,000 times. Rows of one answer have much in
common, so that what not every row had before must be missed far longer than that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from .sums import SUMS_HELD
from .tree import EACH, Node

SURE, HARDLY = 12.0, 30.0
"""Scores beyond which it is no chance: of what all rows had, of what most had."""
ALWAYS = 0.98
ENOUGH = 5
"""So many times a thing was seen before anything is held against it."""
OFTEN = 0.2
"""What fewer rows had is missed by nobody."""
SUMS_TRUSTED = 20
"""That a sum holds is trusted as if so many times more rows had shown it."""
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surprise:
    """One thing that is not as it was."""

    path: Path
    kind: str
    """`gone`, `form`, `word`, `new`, `unit`."""
    score: float
    """As a share of what is no chance any more: 1 and more is none."""
    rows: int
    """In so many places."""
    grave: bool
    before: str = ""
    now: str = ""

    @property
    def key(self) -> str:
        """What tells it from others, from one commit to the next."""
        return " ".join((self.kind, ".".join(self.path), self.now))


def unlikely(few: int, of: int, share: float) -> float:
    """How surprising it is that `few` of `of` are what `share` of all were, in nats; 0 for
    as many or more (Chernoff's bound)."""
    if of == 0 or few >= share * of:
        return 0.0
    part = few / of
    gain = part * math.log(part / share) if part else 0.0
    return of * (gain + (1 - part) * math.log((1 - part) / (1 - share)))


def missing(known: Node, now: Node, path: Path = ()) -> Iterator[Surprise]:
    """Fields that had values and have none now, within one state of records."""
    if known.objects >= ENOUGH and now.objects:
        for name, kid in known.kids.items():
            if name != EACH:
                yield from _missed(known, kid, now, (*path, name))
    for name, kid in known.kids.items():
        if name in now.kids:
            yield from missing(kid, now.kids[name], (*path, name))


def _missed(known: Node, kid: Node, now: Node, path: Path) -> Iterator[Surprise]:
    mine = now.kids.get(path[-1])
    share = (kid.seen + 1) / (known.objects + 2)
    few, of = mine.seen if mine else 0, now.objects
    if share < OFTEN or few >= of * share:
        return
    most = SURE if kid.seen >= ALWAYS * known.objects else HARDLY
    score = unlikely(few, of, min(share, known.objects / (known.objects + 1))) / most
    if score > 0:
        told = "silent" if mine and mine.keys > mine.seen else "gone"
        yield Surprise(path, "gone", score, of - few, kid.is_grave(), "", told)


def turned(known: Node, now: Node, path: Path = ()) -> Iterator[Surprise]:
    """Forms and words that there were none of, fields that are new; in whatever state."""
    if known.seen >= ENOUGH:
        yield from _new_forms(known, now, path)
    for name, kid in now.kids.items():
        if name in known.kids:
            yield from turned(known.kids[name], kid, (*path, name))
        elif known.objects >= ENOUGH and kid.seen and now.objects:
            never = 1 - 1 / (known.objects + 2)
            score = unlikely(now.objects - kid.seen, now.objects, never) / SURE
            yield Surprise((*path, name), "new", score, kid.seen, kid.is_grave())


def _new_forms(known: Node, now: Node, path: Path) -> Iterator[Surprise]:
    """A form is new where hardly any new one was to be expected: of many that were seen
    once each there are more."""
    once = sum(1 for count in known.forms.values() if count == 1)
    usual = max(known.forms, key=lambda made: known.forms[made], default="")
    for made, count in now.forms.items():
        had = known.forms.get(made, 0)
        if had * 50 > known.seen:
            continue
        seen = known.seen * (SUMS_TRUSTED if SUMS_HELD in path else 1)
        seldom = (max(had, once) + 1) / (seen + 2)
        score = unlikely(now.seen - count, now.seen, 1 - seldom) / SURE
        kind = "word" if made.startswith("word ") and usual.startswith("word ") else "form"
        if score > 0 and (had == 0 or kind == "form"):
            yield Surprise(path, kind, score, count, now.sort.grave, usual, made)
    if now.sort.money or SUMS_HELD in path:
        yield from _lost_forms(known, now, path)


def _lost_forms(known: Node, now: Node, path: Path) -> Iterator[Surprise]:
    """Amounts that are never written as many were: whole numbers alone, where there were
    decimals. Sums that hold far more seldom than they did."""
    sums = SUMS_HELD in path
    for made, count in known.forms.items():
        share, few = count / (known.seen + 2), now.forms.get(made, 0)
        if share >= OFTEN and now.seen and (sums or not few):
            score = unlikely(few, now.seen, share) / (2 * HARDLY if sums else HARDLY)
            if score > 0:
                other = max(now.forms, key=lambda one: now.forms[one])
                kind = "word" if sums else "form"
                yield Surprise(
                    path, kind, score, now.seen, True, made, f"no {made}: {other}"
                )
