"""A look: every condition is asked, and the alarms are brought to what they answer."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import DBAPIError, InterfaceError

from ..hub import Hub
from ..plugins import where_it_failed
from ..store import alarms
from ..store.holder import new_holder
from ..store.trouble import ailment
from . import ailing
from .conditions import CONDITIONS, Sight
from .life import Changes, Found, settle
from .trouble import Severity, Source, Trouble, Troubles

TURN = 120.0
"""Seconds after its last look another process takes this one's place."""
KEPT = timedelta(days=90)
"""How long closed alarms are kept."""
BREAK = timedelta(minutes=10)
"""A pause between two looks after which what is stale is reckoned from the second."""
EXTRA = "extra"
ITSELF = "look"
HOLDERS: dict[int, str] = {}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look."""

    raised: tuple[str, ...] = ()
    """Keys of alarms that are new."""
    closed: tuple[str, ...] = ()
    """Keys of those that ended."""
    open: int = 0
    elsewhere: bool = False
    """Another process looks; nothing was done."""
    ailing: str | None = None
    """What ails the database, in English: nothing could be looked at or kept."""

    @property
    def well(self) -> bool:
        """Whether the store could be read and written."""
        return self.ailing is None


def look(hub: Hub, now: datetime, extra: Iterable[Source] = ()) -> Looked:
    """Ask every condition, and keep what changed; sends nothing (`tell` does).

    `extra` are troubles somebody else has found, or callables that find them; a callable
    that fails is an alarm itself, and ends none of theirs. Pass the same ones each time:
    what is not found any more is over. Of several processes one looks.
    """
    try:
        looked = _look(hub, now, extra)
    except (DBAPIError, InterfaceError) as error:
        looked = Looked(ailing=ailment(error) or "the database cannot be used")
        log.error("alarms: %s", looked.ailing)
    ailing.note(hub, now, not looked.well)
    return looked


def _look(hub: Hub, now: datetime, extra: Iterable[Source]) -> Looked:
    with hub.store.writing() as connection:
        if not alarms.take_turn(connection, holder(), now, TURN):
            return Looked(elsewhere=True)
        former = alarms.looks(connection)
    since, at = former[alarms.LOOKS]
    since = now if now - at > BREAK else since
    sight, found = Sight(hub, now, since), Found(answered={ITSELF})
    asked = _ask(sight, found, former)
    _ask_others(found, extra)
    found.troubles = {k: (of, _placed(sight, t)) for k, (of, t) in found.troubles.items()}
    patience = timedelta(minutes=hub.settings.alarms.recover_minutes)
    with hub.store.writing() as connection:
        alarms.looked(connection, alarms.LOOKS, now, since)
        for name in asked:
            alarms.looked(connection, name, now, now)
        alarms.know(connection, hub.settings.alarms.targets, now)
        if asked:
            alarms.forget(connection, now - KEPT)
        changes = settle(connection, found, now, before=at, patience=patience)
    _log(changes)
    return Looked(changes.raised, changes.closed, changes.open)


def holder() -> str:
    """This process, by one name for all its looks."""
    return HOLDERS.setdefault(os.getpid(), new_holder())


def _ask(
    sight: Sight, found: Found, former: dict[str, tuple[datetime, datetime]]
) -> list[str]:
    """The conditions whose time has come; gives the names of the seldom ones."""
    asked = []
    for one in CONDITIONS:
        last = former.get(one.name)
        if one.every and last and sight.now - last[1] < one.every:
            continue
        if _take(found, one.name, partial(one.ask, sight)):
            found.answered.add(one.name)
        asked += [one.name] if one.every else []
    return asked


def _ask_others(found: Found, extra: Iterable[Source]) -> None:
    """What is found elsewhere ends only where all of it has answered."""
    answered = True
    for one in extra:
        if isinstance(one, Trouble):
            found.add(EXTRA, [one])
        else:
            answered &= _take(found, EXTRA, one)
    if answered:
        found.answered.add(EXTRA)


def _placed(sight: Sight, one: Trouble) -> Trouble:
    """With its shop's channel and company, by which receivers choose."""
    shop = sight.by_name.get(one.shop or "")
    if shop is None:
        return one
    channel, company = one.channel or shop.channel, one.company or shop.company
    return replace(one, channel=channel, company=company)


def _take(found: Found, source: str, ask: Callable[[], Troubles]) -> bool:
    """What a source answers; False, and a trouble of its own, where it fails itself."""
    try:
        found.add(source, list(ask()))
    except (DBAPIError, InterfaceError):
        raise
    except Exception as error:
        # Its words may quote anything: what failed and where is enough.
        name = getattr(ask, "__qualname__", source)
        log.error("alarms: %s failed: %s", name, where_it_failed(error))
        said = f"自检项目 {source} 出错，相关告警暂停更新"
        trouble = Trouble(
            key=f"look:{source}", severity=Severity.WARNING, said=said,
            next="请查看日志并反馈给开发者",
        )  # fmt: skip
        found.add(ITSELF, [trouble])
        return False
    return True


def _log(changes: Changes) -> None:
    for key in changes.raised:
        log.warning("alarm raised: %s", key)
    for key in changes.closed:
        log.info("alarm closed: %s", key)
