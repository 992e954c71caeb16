"""What a message says of a change, and which changes an endpoint wants."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..errors import Misconfigured
from ..store import asks
from ..store.asks import AskEvent
from ..store.endpoints import Endpoint
from ..store.feed import Change
from ..store.kinds import KINDS
from ..store.shops import Shop

WORDS = ("created", "changed", "missing")
"""What the feed says of a record."""
QUESTION = asks.ENTITY
QUESTIONS = (QUESTION, asks.ASKED, asks.ANSWERED, asks.EXPIRING)
"""What platforms ask: told of only to endpoints that name it, for they answer."""


def check_events(events: Sequence[str]) -> tuple[str, ...]:
    """Raises Misconfigured naming what there is to be told of."""
    kinds = [kind.name for kind in KINDS.values()]
    known = {*kinds, *QUESTIONS, *(f"{kind}.{word}" for kind in kinds for word in WORDS)}
    for event in events:
        if event not in known:
            raise Misconfigured(
                f"no event {event!r}; there are: {', '.join(kinds)}, each alone or with "
                f".{', .'.join(WORDS)}; {', '.join(QUESTIONS)}"
            )
    return tuple(dict.fromkeys(events))


Event = Change | AskEvent


def kinds_of(endpoint: Endpoint) -> tuple[list[str] | None, bool]:
    """The kinds of records it is told of (None: all), and whether of questions."""
    named = {event.partition(".")[0] for event in endpoint.events}
    return sorted(named - {QUESTION}) if named else None, QUESTION in named


def is_wanted(endpoint: Endpoint, change: Event, shops: Sequence[Shop]) -> bool:
    """Whether the endpoint is to be told; all that it names must hold."""
    kind = change.kind.partition(".")[0]
    if endpoint.events and not {kind, change.kind} & set(endpoint.events):
        return False
    if endpoint.shops and change.shop not in endpoint.shops:
        return False
    of = {shop.name: shop.company for shop in shops}
    return endpoint.company is None or of.get(change.shop) == endpoint.company


def message(endpoint: str, change: Event) -> tuple[int, str, str]:
    """The change's `seq`, the message's id and its body: no more than the feed has, so
    nobody's personal data.

    The id is reckoned from endpoint and change. A database that was put back to an older
    state and gives a `seq` again, to another change, makes another id.
    """
    body = json.dumps(
        {"type": change.kind, "timestamp": _time(change.at), "data": _data(change)},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    whole = f"{endpoint}\n{body}".encode()
    return change.seq, f"msg_{hashlib.sha256(whole).hexdigest()[:32]}", body


def trial(at: datetime) -> tuple[str, str]:
    """The id and the body of a message that tells of nothing."""
    body = {"type": "hub.test", "timestamp": _time(at), "data": {}}
    return f"msg_{secrets.token_hex(16)}", json.dumps(body, separators=(",", ":"))


def _data(change: Event) -> dict[str, Any]:
    return data(change) if isinstance(change, Change) else asked(change)


def asked(event: AskEvent) -> dict[str, Any]:
    """A question as messages tell it; codes are never among it."""
    one = event.ask
    return {
        "seq": event.seq, "at": _time(event.at), "kind": event.kind, "shop": event.shop,
        "channel": event.channel, "question": one.id, "of": one.kind,
        "orders": list(one.orders), "amount": one.amount, "codes": one.codes,
        "sku": one.sku, "outer_code": one.outer_code, "verdict": one.verdict,
        "deadline_at": one.deadline_at and _time(one.deadline_at),
    }  # fmt: skip


def data(change: Change) -> dict[str, Any]:
    """A change as messages tell it: what the REST API's feed says of it, too."""
    return {
        "seq": change.seq, "at": _time(change.at), "kind": change.kind,
        "shop": change.shop, "channel": change.channel,
        "external_id": change.external_id, "uid": change.uid,
    }  # fmt: skip


def _time(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
