"""What can be wrong, in words: severities, kinds, and one trouble."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

NO_WAIT = timedelta(0)
UNSAFE = re.compile(r"[\s'\"$&|;<>()*?#~`\\!\[\]{}]")
NAME = 40
"""So much of a name is told."""


class Severity(StrEnum):
    """How bad it is."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """More is worse."""
        return list(Severity).index(self)


SEVERITIES = {
    Severity.INFO: "提示",
    Severity.WARNING: "警告",
    Severity.CRITICAL: "严重",
}
KINDS = {
    "token_expiring": "授权即将到期",
    "token_dead": "授权已失效",
    "refused": "平台拒绝访问",
    "stale": "读取滞后",
    "gap": "数据未读全",
    "parked": "无法识别的记录增多",
    "drift": "平台数据格式有变",
    "ban": "平台限制调用",
    "disk": "磁盘空间不足",
    "database": "数据库故障",
    "undelivered": "告警未送达",
    "look": "自检出错",
    "schedule": "定时任务未执行",
    "spi": "平台推送与问询",
    "endpoint": "推送端点已停用",
    "audit": "审计日志被改动",
    "incident": "需要关注的事件",
}
"""The kinds there are, as merchants are told of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that is wrong now, as one look finds it.

    `said` and `next` are told to people as they stand, in Chinese: short, without a
    secret, and without anything a buyer or a platform wrote.
    """

    key: str
    """What it is and of whom, the same at each look: `stale:west-lake:orders`. What is
    before the first colon is its kind."""
    severity: Severity
    said: str
    """What happened, without the shop's name."""
    next: str = ""
    """What to do: a command, or a sentence."""
    since: datetime | None = None
    """When it began, where that is known; aware."""
    shop: str | None = None
    channel: str | None = None
    company: str | None = None
    """Of the shop, where it is named and these are not."""
    wait: timedelta = NO_WAIT
    """How long it has to last before anybody is told."""
    once: bool = False
    """It happened, and does not end: nobody is told that it is over."""
    covers: tuple[str, ...] = ()
    """Keys of troubles that come of this one and are not told apart; one that ends with a
    colon means all that begin with it."""

    @property
    def kind(self) -> str:
        """`stale` of `stale:west-lake:orders`."""
        return self.key.partition(":")[0]


Troubles = Iterable[Trouble]
Source = Trouble | Callable[[], Troubles]
"""A trouble somebody else has found, or how they are found."""


def typed(command: str, *names: str) -> str:
    """A command as it is typed; names that a shell would split are quoted."""
    quoted = (shlex.quote(name) if UNSAFE.search(name) else name for name in names)
    return " ".join((command, *quoted))


def short(name: str) -> str:
    """A name on one line."""
    flat = " ".join(name.split())
    return flat if len(flat) <= NAME else f"{flat[: NAME - 1]}…"
