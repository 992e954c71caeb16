"""Secrets and persons that are planted, and looked for where they must not be."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from ..errors import HubError, Unauthorised
from ..hub import Hub
from ..plugins import Plugins
from ..sandbox import Account
from ..wire import Fetched
from . import day
from .boxes import settled
from .finding import Finding, found
from .straight import Straight

PERSONAL = (
    "name",
    "phone",
    "telephone",
    "address",
    "buyer_note",
    "seller_note",
    "buyer_nick",
)
BAD_DAY = 0.3
"""How many calls fail: errors are where secrets get out."""
TOO_SHORT = 2


def masked(plugins: Plugins, id: str, seed: int = 4) -> Finding:
    """A bad day with every log open, the journal, errors, the `repr` of what is read."""
    session = Straight(plugins, id, settled(plugins, id, seed=seed))
    items = session.orders(20)
    places, late = _bad_day(plugins, id, seed)
    places["a repr"] = _reprs(session, items)
    tokens = [("a token", token) for token in (session.who.token, late) if token]
    planted = [*_secrets(session.account), *_persons(items), *tokens]
    wrong = [
        f"{what} stands in {place}"
        for place, text in places.items() for what, value in planted if value in text
    ]  # fmt: skip
    size = sum(map(len, places.values()))
    kinds = len({value for _, value in planted})
    return found(f"{kinds} secrets and persons, looked for in {size:,} characters", wrong)


def _secrets(account: Account) -> Iterator[tuple[str, str]]:
    named = (("app secret", account.app_secret), ("token", account.access_token))
    for name, value in (*named, ("refresh token", account.refresh_token)):
        if value:
            yield f"the {name}", value


def _persons(items: Iterable[Fetched]) -> Iterator[tuple[str, str]]:
    """What orders tell of persons in clear."""
    for item in items:
        party = item.order.party
        for name in PERSONAL if party else ():
            value = getattr(party, name)
            if value and "*" not in value and len(value) > TOO_SHORT:
                yield f"a buyer's {name}", value


def _reprs(session: Straight, items: list[Fetched]) -> str:
    """Everything a developer might print."""
    said = [repr(item) + repr(item.record) + str(item.record) for item in items]
    for asked in session.asked.values():
        made = session.channel.dialect.request(
            asked.call, asked.params, session.who, session.now()
        )
        said.append(repr(made) + repr(asked.call))
    for source in session.sources().values():
        said.append(repr(source))
    return "\n".join([*said, repr(session.who), repr(session.account)])


def _bad_day(plugins: Plugins, id: str, seed: int) -> tuple[dict[str, str], str]:
    """Logs, errors and the journal of a day on which much goes wrong; and its token."""
    errors: list[str] = []
    with (
        _listening() as logs,
        day.opened(plugins, id, seed, fault_rate=BAD_DAY) as (hub, box),
    ):
        for _ in range(6):
            for outcome in hub.sync():
                errors += _told(outcome.error) if outcome.error else []
            box.clock.advance(300)
        journal = "\n".join(map(_row, hub.journal(limit=2_000)))
        parked = "\n".join(map(repr, hub.parked()))
        token = _token(hub)
    texts = {
        "a log": logs,
        "an error": errors,
        "the journal": [journal],
        "what is parked": [parked],
    }
    return {place: "\n".join(said) for place, said in texts.items()}, token


def _token(hub: Hub) -> str:
    """Blank where the channel's calls need none."""
    try:
        return hub.lines.tokens(hub.shops()[0]).current().access_token
    except Unauthorised:
        return ""


def _told(error: HubError) -> list[str]:
    trace = "".join(traceback.format_exception(error))
    return [str(error), repr(error), trace, repr(vars(error))]


def _row(entry: Any) -> str:
    try:
        return " ".join(repr(getattr(entry, one.name)) for one in fields(entry))
    except TypeError:
        return repr(entry)


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Every record of every logger while this lasts, as a file would have it."""
    said: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(self.format(record))

    root, ear = logging.getLogger(), Ear(logging.DEBUG)
    before = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield said
    finally:
        root.removeHandler(ear)
        root.setLevel(before)
