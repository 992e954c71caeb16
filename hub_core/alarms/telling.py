"""Who is told what: worked out anew from what is stored, so that nothing is owed in memory.

A receiver that can't be reached loses nothing: what is still so is told when it can be,
and what is over by then, as over. It keeps no other from being told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError, InterfaceError

from ..errors import Misconfigured
from ..hub import Hub
from ..settings import Settings, TargetTable
from ..store import alarms
from ..store.alarms import Alarm, Target, Told
from ..store.trouble import ailment
from . import ailing
from .looking import holder
from .message import SIGN, Letter
from .sending import send
from .trouble import Severity

LATELY = timedelta(days=2)
"""How long the end of an alarm is worth telling."""
REST = (0, 0, 60, 120, 300, 600)
"""Seconds a receiver is left alone after so many failures in a row; the last stays."""

HOW = (
    'add [alarms.targets.NAME] to plugins.toml, with url = "env:NAME" naming where its '
    "address stands"
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Telling:
    """What came of telling."""

    sent: int = 0
    failed: tuple[str, ...] = ()
    """Names of receivers that were not reached."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How a message to try a receiver with ended."""

    name: str
    error: str | None


def tell(hub: Hub, now: datetime) -> Telling:
    """Send what is due. Blocks for some seconds for each receiver that does not answer.

    Where another process looks, or the store can't be used, that is left to it, and to the
    next time. Raises Misconfigured where the extra `[serve]` is missing.
    """
    sent, failed = ailing.tell(hub, now)
    if not ailing.ails(hub):
        try:
            more = _tell(hub, now)
        except (DBAPIError, InterfaceError) as error:
            log.error("alarms: %s", ailment(error) or "the database cannot be used")
        else:
            sent, failed = sent + more.sent, [*failed, *more.failed]
    return Telling(sent, tuple(failed))


def _tell(hub: Hub, now: datetime) -> Telling:
    with hub.store.reading() as connection:
        if not alarms.has_turn(connection, holder()):
            return Telling()
        there = alarms.since(connection, now - LATELY)
        told = alarms.told(connection, now - LATELY) if there else {}
        known = alarms.targets(connection)
    sent, failed = 0, list[str]()
    for name, table in hub.settings.alarms.targets.items():
        target = known.get(name)
        if target is None or _rests(target, now):
            continue
        heard = {one.id: told.get((one.id, name)) for one in there}
        letters = _letters(hub.settings, target, table, there, heard, now)
        done, error = _deliver(hub, target, table, letters, now)
        sent += done
        failed += [name] if error else []
    return Telling(sent, tuple(failed))


def try_out(settings: Settings, names: Iterable[str] = ()) -> list[Tried]:
    """Send a message to receivers (all, or those named), whatever they ask for.

    Raises Misconfigured for one there is not, and where there is none.
    """
    targets = settings.alarms.targets
    if not targets:
        raise Misconfigured(f"nobody is told of alarms yet: {HOW}")
    if strange := [name for name in names if name not in targets]:
        raise Misconfigured(f"no target {strange[0]!r}; there are: {', '.join(targets)}")
    title, body = f"【{SIGN}】告警测试", "收到本条消息，说明此接收方可以正常收到告警。"
    chosen = {name: targets[name] for name in names or targets}
    return [
        Tried(name, send(settings, table, Severity.INFO, title, body))
        for name, table in chosen.items()
    ]


def _deliver(
    hub: Hub, target: Target, table: TargetTable, letters: Iterable[Letter], now: datetime
) -> tuple[int, str | None]:
    """Send letter by letter and keep what became of each; the first failure is the last."""
    sent = 0
    for letter in letters:
        error = send(hub.settings, table, letter.severity, letter.title, letter.body())
        with hub.store.writing() as connection:
            alarms.note_sent(connection, target, now, error)
            for one in letter.alarms if error is None else ():
                alarms.note_told(connection, one, target.name, now)
        if error is not None:
            log.error("alarms: %s was not reached: %s", target.name, error)
            return sent, error
        sent += 1
    return sent, None


def _rests(target: Target, now: datetime) -> bool:
    if target.tried_at is None:
        return False
    rest = REST[min(target.failures, len(REST) - 1)]
    return now - target.tried_at < timedelta(seconds=rest)


# What is due ----------------------------------------------------------------------------


def wants(name: str, table: TargetTable, one: Alarm) -> bool:
    """Whether a receiver is told of an alarm at all. What is no shop's goes to those that
    ask for no channel and no company; that it is not reached itself, to the others."""
    if Severity(one.severity).rank < Severity(table.severity).rank:
        return False
    if one.key == f"undelivered:{name}":
        return False
    of_channel = not table.channels or one.channel in table.channels
    of_company = not table.companies or one.company in table.companies
    return of_channel and of_company


def _letters(
    settings: Settings,
    target: Target,
    table: TargetTable,
    there: Iterable[Alarm],
    heard: Mapping[int, Told | None],
    now: datetime,
) -> Iterator[Letter]:
    """One for each severity of which something is due, the worst first."""
    remind = timedelta(hours=settings.alarms.remind_hours)
    due: dict[Severity, dict[str, list[Alarm]]] = {}
    for one in there:
        word = _due(one, heard[one.id], target, now, remind)
        if word and wants(target.name, table, one):
            due.setdefault(Severity(one.severity), {}).setdefault(word, []).append(one)
    for severity in sorted(due, key=lambda s: -s.rank):
        yield Letter(severity, **{word: tuple(of) for word, of in due[severity].items()})


def _due(
    one: Alarm, told: Told | None, target: Target, now: datetime, remind: timedelta
) -> str | None:
    """`new`, `lasting` or `over`; None: nothing is owed."""
    if one.closed_at is not None:
        owed = told is not None or one.raised_at >= target.since
        ended = told is not None and told.ended
        return "over" if owed and not ended and not one.quiet else None
    if told is None:
        return "new" if now >= one.tell_at and one.gone_at is None else None
    if Severity(one.severity).rank > Severity(told.severity).rank:
        return "new"
    lasts = remind and one.gone_at is None and one.acked_at is None and not one.once
    return "lasting" if lasts and now - told.at >= remind else None
