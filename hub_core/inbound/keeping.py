"""Messages kept on disk, so that their platform may be told that they were."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..hub import Hub
from ..ports import Hint, Message
from ..store import inbox
from .answer import LARGEST
from .reception import LONGEST

UNREADABLE = "unreadable"
"""The event of a message whose own word for it is none."""


def keep(hub: Hub, channel: str, app: str, messages: Sequence[Message]) -> None:
    """Put them into the inbox, in one transaction that is on disk when this returns. One
    that is there already, under its id and naming the same, is left as it is."""
    if not messages:
        return
    rows = [_row(hub, channel, app, message) for message in messages]
    with hub.store.writing(durable=True) as connection:
        inbox.put(connection, rows)


def _row(hub: Hub, channel: str, app: str, message: Message) -> dict[str, Any]:
    hint, now = _fitting(message.hint), hub.clock.now()
    digest = _identity(message)
    body = message.body if len(message.body) <= LARGEST else b""
    return {
        "channel": channel, "app": app, "body_hash": digest,
        "sealed": hub.store.vault.seal(body, inbox.cell(channel, app, digest)),
        "event": hint.event, "kind": hint.kind, "external_id": hint.external_id,
        "account": hint.account, "message_id": hint.message_id, "event_at": hint.at,
        "wakes": ",".join(hint.wakes) or None,
        "state": inbox.WAITING, "attempts": 0, "received_at": now, "due_at": now,
        "claimed_until": 0.0,
    }  # fmt: skip


def _identity(message: Message) -> str:
    """By its id, and what it names: should a platform give an id again, what it names then
    is looked at all the same."""
    hint = message.hint
    parts = (message.id, hint.event, hint.account, hint.kind, hint.external_id)
    text = "\0".join("" if part is None else part for part in parts)
    return hashlib.sha256(b"message\0" + text.encode()).hexdigest()


def _fitting(hint: Hint) -> Hint:
    """A hint no database stumbles over. It is the platform's own word, so that what does
    not fit is left out, and the message kept."""
    if not _fits(hint.external_id) or not _fits(hint.account):
        hint = replace(hint, kind=None, external_id=None, account=None)
    if not _fits(hint.event):
        hint = replace(hint, event=UNREADABLE)
    return hint if _fits(hint.message_id) else replace(hint, message_id=None)


def _fits(text: str | None) -> bool:
    return text is None or (0 < len(text) <= LONGEST and text.isprintable())
