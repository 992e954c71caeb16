"""What people are told, in Chinese: one message for all that one look brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..store.alarms import Alarm
from .conditions.sight import clock
from .trouble import KINDS, SEVERITIES, Severity, short

FIRST = 10
"""So many are named; of more it is told how many there are."""
BYTES = 2000
"""企业微信 takes 2048 bytes of text, title and all; nobody is told more.

Source: https://developer.work.weixin.qq.com/document/path/91770
"""
SIGN = "channel-hub"
"""Stands in each message: a bot that asks for a keyword can be given this one."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What one receiver is told at once, of one severity."""

    severity: Severity
    new: tuple[Alarm, ...] = ()
    lasting: tuple[Alarm, ...] = ()
    over: tuple[Alarm, ...] = ()

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """All it speaks of."""
        return (*self.new, *self.lasting, *self.over)

    @property
    def title(self) -> str:
        """The first line."""
        parts = [("新告警", self.new), ("仍未恢复", self.lasting), ("已恢复", self.over)]
        counts = "，".join(f"{word} {len(of)}" for word, of in parts if of)
        return f"【{SIGN}】{SEVERITIES[self.severity]}：{counts}"

    def body(self) -> str:
        """The rest: as many by name as a message has room for."""
        room = BYTES - len(self.title.encode()) - 2
        for named in range(FIRST, 0, -1):
            text = "\n".join(_parts(self, named))
            if len(text.encode()) <= room:
                return text
        return text.encode()[:room].decode(errors="ignore")


def _parts(letter: Letter, named: int) -> Iterator[str]:
    groups = [("新告警", letter.new), ("仍未恢复", letter.lasting), ("已恢复", letter.over)]
    there = [(word, of) for word, of in groups if of]
    for word, of in there:
        if len(there) > 1:
            yield f"{word}："
        yield from _lines(of, max(named, 1))
        named -= len(of)


def _lines(of: Sequence[Alarm], room: int) -> Iterator[str]:
    """Counts by kind where there are many, then the first."""
    if len(of) > room:
        counts = Counter(KINDS.get(one.kind, one.kind) for one in of)
        yield "；".join(f"{name} {n} 项" for name, n in counts.most_common())
    for one in of[:room]:
        yield _line(one)
    if len(of) > room:
        yield f"另有 {len(of) - room} 项，见 hub alarms list"


def _line(one: Alarm) -> str:
    whose = f"{short(one.shop)}：" if one.shop else ""
    if one.closed_at is not None:
        end = clock(one.gone_at or one.closed_at)
        return f"· {whose}{one.said}（{clock(one.began)} 至 {end}）"
    since = f"（自 {clock(one.since)}）" if one.since else ""
    then = f"\n  → {one.next}" if one.next else ""
    return f"· {whose}{one.said}{since}{then}"
