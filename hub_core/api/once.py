"""Writes are done once for their `Idempotency-Key`: given again, the first answer is given
again. What is done below has keys of its own, so that a worker's end in the middle of it
does no harm either: the next one that asks goes on with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel

from ..access import Audit, Principal
from ..hub import Hub
from ..store import answers
from ..store.answers import Former
from .problems import Refused

WAIT = timedelta(seconds=120)
"""How long a request may be worked on before another takes it up."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done, as the audit log has it: before it is done, once for its key."""

    action: str
    """`stock.set` …"""
    of: str
    details: dict[str, Any] = field(default_factory=dict)
    """Ids, names and numbers; nothing of a buyer."""


Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$",
        description="Of this very write; given again, it does nothing and is answered so.",
    ),
]  # fmt: skip


def once(
    hub: Hub,
    who: Principal,
    request: Request,
    key: str,
    body: BaseModel,
    deed: Deed | None,
    act: Callable[[], Any],
    *,
    once_only: str | None = None,
) -> Response:
    """The answer of `act`, or the one there is. Raises Refused for a key that was used for
    another request, and while the same is being worked on.

    `deed`: None where `act` writes the audit log itself. `once_only`: a field that is not
    kept, and null when the answer is given again.
    """
    caller, now = f"{who.kind} {who.person_id}", hub.clock.now()
    text = f"{request.method} {request.url.path} {body.model_dump_json()}"
    asked = hashlib.sha256(text.encode()).digest()
    with hub.store.writing(durable=True) as connection:
        former = answers.begin(connection, caller, key, asked, now)
        if former is None and deed is not None:
            Audit.of(hub.store, hub.settings).append(
                connection, actor=who.actor, action=deed.action, of=deed.of,
                details={**deed.details, "key": key},
            )  # fmt: skip
        elif former is not None and former.request_hash != asked:
            raise Refused(
                409, "key_used", "this Idempotency-Key was used for another request"
            )
        elif former is not None and former.status is None:
            _refuse_busy(former, now)
            answers.again(connection, caller, key, now)
    if former is not None and former.status is not None:
        return _answer(former.body or "", former.status, repeated=True)
    found = jsonable_encoder(act())
    kept = found if once_only is None else {**found, once_only: None}
    with hub.store.writing(durable=True) as connection:
        answers.end(connection, caller, key, 200, _text(kept))
    return _answer(_text(found), 200, repeated=False)


def _text(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False)


def _refuse_busy(former: Former, now: Any) -> None:
    left = former.begun_at + WAIT - now
    if left > timedelta(0):
        raise Refused(
            409, "in_progress", "the same request is being worked on",
            headers={"Retry-After": str(max(1, min(5, int(left.total_seconds()))))},
        )  # fmt: skip


def _answer(body: str, status: int, *, repeated: bool) -> Response:
    headers = {"Idempotency-Replayed": "true"} if repeated else {}
    return Response(body, status, headers, media_type="application/json")
