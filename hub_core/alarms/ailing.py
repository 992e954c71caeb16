"""When the database itself ails: nothing can be looked up or kept, and it must be told all
the same. What is known of it lives in this process, for as long as it lasts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from ..hub import Hub
from ..store.alarms import Alarm
from .message import Letter
from .sending import send
from .trouble import Severity

ITSELF = "database"
SAID = "数据库无法读写，订单暂停读取"
NEXT = "请检查磁盘与数据库服务（hub doctor）"


@dataclass(slots=True)
class Ailment:
    """What ails one hub's database."""

    since: datetime
    gone_at: datetime | None = None
    told: dict[str, datetime] = field(default_factory=dict)


_known: WeakKeyDictionary[Hub, Ailment] = WeakKeyDictionary()


def note(hub: Hub, now: datetime, ails: bool) -> None:
    """How a look found the database."""
    known = _known.get(hub)
    if ails:
        known = known or _known.setdefault(hub, Ailment(now))
        known.gone_at = None
    elif known and known.gone_at is None:
        known.gone_at = now


def ails(hub: Hub) -> bool:
    """Whether the last look could not use the database."""
    known = _known.get(hub)
    return known is not None and known.gone_at is None


def tell(hub: Hub, now: datetime) -> tuple[int, list[str]]:
    """Send what is due of it: how many were sent, and who was not reached."""
    known = _known.get(hub)
    if known is None:
        return 0, []
    due = _new(hub, known, now) if known.gone_at is None else _over(hub, known, now)
    failed, alarm = [], _alarm(known)
    for name in due:
        letter = Letter(Severity.CRITICAL, **{_word(known): (alarm,)})
        table = hub.settings.alarms.targets[name]
        if send(hub.settings, table, letter.severity, letter.title, letter.body()):
            failed.append(name)
        elif known.gone_at is None:
            known.told[name] = now
        else:
            del known.told[name]
    if known.gone_at is not None and not known.told:
        _known.pop(hub, None)
    return len(due) - len(failed), failed


def _word(known: Ailment) -> str:
    return "new" if known.gone_at is None else "over"


def _new(hub: Hub, known: Ailment, now: datetime) -> list[str]:
    """Who has not heard of it, or not for long; what is no shop's goes to those that ask
    for no channel and no company."""
    targets = hub.settings.alarms.targets.items()
    remind = timedelta(hours=hub.settings.alarms.remind_hours)
    told = known.told
    return [
        name
        for name, table in targets
        if not (table.channels or table.companies)
        and (name not in told or (remind and now - told[name] >= remind))
    ]


def _over(hub: Hub, known: Ailment, now: datetime) -> list[str]:
    patience = timedelta(minutes=hub.settings.alarms.recover_minutes)
    if known.gone_at is None or now - known.gone_at < patience:
        return []
    known.told = {n: at for n, at in known.told.items() if n in hub.settings.alarms.targets}
    return list(known.told)


def _alarm(known: Ailment) -> Alarm:
    return Alarm(
        id=0, key=ITSELF, source=ITSELF, severity=str(Severity.CRITICAL), said=SAID,
        next=NEXT, raised_at=known.since, tell_at=known.since, since=known.since,
        gone_at=known.gone_at, closed_at=known.gone_at,
    )  # fmt: skip
