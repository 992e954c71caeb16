"""Pushes taken in: checked, kept on disk, and only then acknowledged.

Nothing is done about a push here, so that it is answered within milliseconds whatever the
platform's order is worth; of one that is not genuine nothing is kept.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from ..errors import HubError
from ..hub import Hub
from ..ports import Hint, Pushed, Pushes
from ..store import inbox
from ..wire import Credentials, strict_json
from .answer import Answer, Headers, Refused, pushed, said
from .callers import Callers
from .committer import Committer

PATIENCE = 4.0
"""Seconds to wait for the disk: platforms hang up after five."""
LONGEST = 200
UNFIT = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What reading a push that is not as documented may raise."""
Row = dict[str, Any]


class Reception:
    """Takes in what platforms push. Thread safe; knows of no web framework."""

    def __init__(self, hub: Hub, callers: Callers, **committing: Any) -> None:
        self._hub, self._callers = hub, callers
        self._committer: Committer[Row] = Committer(self._write, **committing)
        self._known: dict[str, Pushes] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        """(channel, what became of it) of every request since this process began."""

    def receive(
        self, channel: str, headers: Headers, body: bytes, app: str | None = None
    ) -> Answer:
        """Take one request in; 200 once it is on disk. Blocks for that long."""
        try:
            told, thanks = self._admitted(channel, headers, body, app)
            if told is not None:
                told.result(PATIENCE)
        except Refused as refusal:
            return self._refuse(channel, refusal)
        except Exception as error:
            return self._refuse(channel, _hindered(error))
        return self._thank(channel, thanks, told)

    async def receive_async(
        self, channel: str, headers: Headers, body: bytes, app: str | None = None
    ) -> Answer:
        """The same, without holding a thread while it waits for the disk."""
        try:
            told, thanks = self._admitted(channel, headers, body, app)
            if told is not None:
                await asyncio.wait_for(asyncio.wrap_future(told), PATIENCE)
        except Refused as refusal:
            return self._refuse(channel, refusal)
        except Exception as error:
            return self._refuse(channel, _hindered(error))
        return self._thank(channel, thanks, told)

    def close(self) -> None:
        """Take nothing more, and keep what was taken."""
        self._committer.close()

    # Checks, the cheap ones first --------------------------------------------------------

    def _admitted(
        self, channel: str, headers: Headers, body: bytes, app: str | None
    ) -> tuple[Future[None] | None, bytes]:
        """What will be told when it is kept (None: there is nothing to keep), and what to
        answer then."""
        pushes = self._pushes(channel)
        push = pushed(headers, body)
        if self._committer.is_full:
            raise Refused(503, "full")
        found = self._signer(pushes, channel, push, app)
        who = found or next(self._callers.of(channel, app))
        unfit = Refused(400, "form") if found else Refused(401, "signature")
        try:
            document = strict_json(push.body)
            trial = pushes.challenge(document, found is not None, who[1])
            if trial is not None:
                return None, said(trial)
            if found is None:
                raise unfit
            hint = _fitting(pushes.hint(document, push, who[1]))
        except UNFIT:
            raise unfit from None
        told = self._committer.put(self._row(channel, found[0], push, hint))
        if told is None:
            raise Refused(503, "full")
        return told, pushes.thanks

    def _pushes(self, channel: str) -> Pushes:
        if channel not in self._known:
            try:
                if not self._hub.plugins.can(channel, "pushes"):
                    raise Refused(404, "channel")
                self._known[channel] = self._hub.plugins.pushes(channel)
            except HubError:
                raise Refused(404, "channel") from None
        return self._known[channel]

    def _signer(
        self, pushes: Pushes, channel: str, push: Pushed, app: str | None
    ) -> tuple[str, Credentials] | None:
        for name, who in self._callers.of(channel, app):
            if pushes.genuine(push, who):
                self._callers.proved(name, who)
                return name, who
        return None

    # Keeping -----------------------------------------------------------------------------

    def _row(self, channel: str, app: str, push: Pushed, hint: Hint) -> Row:
        digest, now = hashlib.sha256(push.body).hexdigest(), self._hub.clock.now()
        return {
            "channel": channel, "app": app, "body_hash": digest, "sealed": push.body,
            "event": hint.event, "kind": hint.kind, "external_id": hint.external_id,
            "account": hint.account, "message_id": hint.message_id, "event_at": hint.at,
            "wakes": ",".join(hint.wakes) or None,
            "state": inbox.WAITING, "attempts": 0, "received_at": now, "due_at": now,
            "claimed_until": 0.0,
        }  # fmt: skip

    def _write(self, rows: Sequence[Row]) -> None:
        """Bodies are sealed here, in the committer's thread: nobody waits for it alone."""
        store = self._hub.store
        for row in rows:
            place = inbox.cell(row["channel"], row["app"], row["body_hash"])
            row["sealed"] = store.vault.seal(row["sealed"], place)
        with store.writing(durable=True) as connection:
            inbox.put(connection, rows)

    def _refuse(self, channel: str, refusal: Refused) -> Answer:
        known = channel if refusal.why != "channel" else ""
        self.counts[known, refusal.why] += 1
        return refusal.answer

    def _thank(self, channel: str, body: bytes, told: Future[None] | None) -> Answer:
        self.counts[channel, "challenge" if told is None else "kept"] += 1
        return Answer(200, body)


def _hindered(error: Exception) -> Refused:
    """Whatever it was, the sender is to come again: nothing is acknowledged."""
    return Refused(503, "settings" if isinstance(error, HubError) else "disk")


def _fitting(hint: Hint) -> Hint:
    """A hint no database stumbles over. What is not signed is left out where it does not
    fit. Raises ValueError where an id is longer than any, or no text for people."""
    if not all(_fits(x) for x in (hint.event, hint.external_id, hint.account)):
        raise ValueError("no id")
    return hint if _fits(hint.message_id) else replace(hint, message_id=None)


def _fits(text: str | None) -> bool:
    return text is None or (0 < len(text) <= LONGEST and text.isprintable())
