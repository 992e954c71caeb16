"""Pushes taken in: checked, kept on disk, and only then acknowledged.

Nothing is done about a push here, so that it is answered within milliseconds whatever the
platform's order is worth; of one that is not genuine nothing is kept.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

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
Told = TypeVar("Told")


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
            row, thanks = self._admitted(channel, headers, body, app)
            if row is not None:
                _taken(self._committer.put(row)).result(PATIENCE)
        except Refused as refusal:
            return self._refuse(channel, refusal)
        except Exception as error:
            return self._refuse(channel, _hindered(error))
        return self._thank(channel, thanks, row)

    async def receive_async(
        self, channel: str, headers: Headers, body: bytes, app: str | None = None
    ) -> Answer:
        """The same, without holding a thread while it waits for the disk."""
        try:
            row, thanks = self._admitted(channel, headers, body, app)
            if row is not None:
                await _patiently(_taken(self._committer.put_async(row)))
        except Refused as refusal:
            return self._refuse(channel, refusal)
        except Exception as error:
            return self._refuse(channel, _hindered(error))
        return self._thank(channel, thanks, row)

    def close(self) -> None:
        """Take nothing more, and keep what was taken."""
        self._committer.close()

    # Checks, the cheap ones first --------------------------------------------------------

    def _admitted(
        self, channel: str, headers: Headers, body: bytes, app: str | None
    ) -> tuple[Row | None, bytes]:
        """What is to be kept (None: nothing), and what to answer then."""
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
        return self._row(channel, found[0], push, hint), pushes.thanks

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
        """Bodies are sealed here, in the committer's thread: to look whether there is a
        newer key may take its time."""
        cells = [inbox.cell(r["channel"], r["app"], r["body_hash"]) for r in rows]
        bodies = [row["sealed"] for row in rows]
        sealed = self._hub.store.vault.seal_all(list(zip(bodies, cells, strict=True)))
        for row, one in zip(rows, sealed, strict=True):
            row["sealed"] = one
        with self._hub.store.writing(durable=True) as connection:
            inbox.put(connection, rows)

    def _refuse(self, channel: str, refusal: Refused) -> Answer:
        known = channel if refusal.why != "channel" else ""
        self.counts[known, refusal.why] += 1
        return refusal.answer

    def _thank(self, channel: str, body: bytes, row: Row | None) -> Answer:
        self.counts[channel, "challenge" if row is None else "kept"] += 1
        return Answer(200, body)


def _taken(told: Told | None) -> Told:
    if told is None:
        raise Refused(503, "full")
    return told


async def _patiently(told: asyncio.Future[None]) -> None:
    """Until it is on disk. Raises TimeoutError where that takes too long."""
    late = told.get_loop().call_later(PATIENCE, _give_up, told)
    try:
        await told
    finally:
        late.cancel()


def _give_up(told: asyncio.Future[None]) -> None:
    if not told.done():
        told.set_exception(TimeoutError("the disk"))


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
