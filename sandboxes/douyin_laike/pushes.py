"""What the platform posts to the app's one address (webhooks): signed, queued, repeated.

Not guaranteed, not ordered, perhaps twice: the pages say so themselves. An answer that
takes over 5 s is none; of repeats only their number is documented.
Source: local-life/develop/OpenAPI/preparation/massages.push (headers, body, challenge),
local-life/connect/webhooks (no promise), dop/develop/webhooks/summarize (5 s, repeats,
signature, the lost subscription); bodies as captured 2023 and 2024.
"""

from __future__ import annotations

import hashlib
import json
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hub_core.sandbox import Clock, Request, Response, Send, keep_posting, poster

from .options import Options
from .rows import JSON

PATIENCE = 5.0
"""Seconds the platform waits for an answer."""
CHALLENGE = 12345
EMPTY = ""


@dataclass(frozen=True, slots=True)
class Push:
    """One request to be made, or made again, at `due` (epoch seconds)."""

    request: Request
    event: str
    happened: float
    due: float
    attempt: int = 1


class Pushes:
    """One app's pushes. Nothing is pushed before an address was verified.

    Chance has a source of its own, so that what happens in the box never depends on it.
    """

    def __init__(
        self,
        clock: Clock,
        switches: Mapping[str, str],
        options: Options,
        app: tuple[str, str],
        seed: int,
    ) -> None:
        self.on = False
        self.queue: list[Push] = []
        """Not sent yet, or not answered well yet."""
        self.lost: list[Push] = []
        """Never sent, by `Options.push_loss`."""
        self.given_up: list[Push] = []
        """Sent as often as is documented, and never answered well."""
        self.delivered = 0
        self._clock, self._switches, self._options = clock, switches, options
        self._key, self._secret = app
        self._rng = random.Random(f"{seed}:pushes")
        self._lock, self._count, self._failed = threading.RLock(), 0, 0

    # The address ----------------------------------------------------------------------

    def challenge(self) -> Request:
        """What is posted when an address is saved."""
        asked: JSON | str = {"challenge": CHALLENGE}
        if self._switches["push_challenge"] == "text":
            asked = json.dumps(asked)
        own = self._switches["push_challenge_key"] == "app"
        said = {"event": "verify_webhook", "client_key": self._key if own else EMPTY}
        request = self._signed(_text({**said, "content": asked}))
        if self._switches["push_challenge_sign"] == "signed":
            return request
        bare = {k: v for k, v in request.headers.items() if k != "x-douyin-signature"}
        return replace(request, headers=bare)

    def subscribe(self, send: Send) -> bool:
        """Verify an address; from then on what happens is pushed. False: not verified."""
        self.on = self.on or _is_challenge(send(self.challenge()))
        self._failed = 0
        return self.on

    # What happens ---------------------------------------------------------------------

    def tell(self, event: str, entity: str, content: JSON, user: str = "") -> None:
        """Something happened now: `entity` and the action make its Msg-Id."""
        if not self.on:
            return
        with self._lock:
            self._count += 1
            now, chance = self._clock.now(), self._rng.random
            request = self._request(event, entity, content, user)
            for late in self._times():
                due = now + self._options.push_delay + late
                push = Push(request, event, now, due)
                lost = chance() < self._options.push_loss
                (self.lost if lost else self.queue).append(push)

    def _times(self) -> list[float]:
        """How late each of its deliveries is, besides what all are."""
        chance, spread = self._rng.random, self._options.push_spread
        times = [chance() * spread]
        if chance() < self._options.push_twice:
            times.append(chance() * max(spread, 30.0))
        return times

    def _request(self, event: str, entity: str, content: JSON, user: str) -> Request:
        own = f":{self._count}" if self._switches["push_msg_id"] == "event" else ""
        action = content.get("action", content.get("status", ""))
        id = _hex(f"{event}:{entity}:{action}{own}")
        told = {name: self._retyped(value) for name, value in content.items()}
        text = self._switches["push_content"] == "text"
        body: JSON = {
            "event": event,
            "client_key": self._key,
            "from_user_id": user,
            "content": _text(told).decode() if text else told,
            "log_id": f"02{int(self._clock.now() * 1000)}fdbddc{self._count:032x}",
        }
        if self._switches["push_msg_id_place"] == "both":
            body["msg_id"] = id
        return self._signed(_text(body), {"msg-id": id})

    def _retyped(self, value: object) -> object:
        """The content with its ids as numbers, where the box writes them so."""
        if self._switches["push_ids"] == "strings":
            return value
        if isinstance(value, dict):
            return {k: self._retyped(v) for k, v in value.items()}
        return int(value) if isinstance(value, str) and value.isdigit() else value

    def _signed(self, body: bytes, headers: Mapping[str, str] | None = None) -> Request:
        sign = hashlib.sha1(self._secret.encode() + body).hexdigest()
        spelt = sign.upper() if self._switches["push_signature"] == "upper" else sign
        fixed = {"content-type": "application/json", "x-douyin-signature": spelt}
        return Request("POST", "/", {**fixed, **(headers or {})}, body)

    # Delivery -------------------------------------------------------------------------

    def take(self) -> list[Push]:
        """All that are due now, first due first. Each must be `answered`."""
        with self._lock:
            now = self._clock.now()
            due = sorted((p for p in self.queue if p.due <= now), key=lambda p: p.due)
            self.queue = [p for p in self.queue if p.due > now]
            return due

    def answered(self, push: Push, answer: Response | None) -> None:
        """Done, or to be sent once more, or given up."""
        with self._lock:
            if self._is_good(answer):
                self.delivered, self._failed = self.delivered + 1, 0
            elif push.attempt < self._attempts:
                due = self._clock.now() + self._options.push_retry_gap
                self.queue.append(replace(push, due=due, attempt=push.attempt + 1))
            else:
                self.given_up.append(push)
                self._tire()

    def deliver(self, send: Send) -> int:
        """Send all that are due now, and say how many those were."""
        due = self.take()
        for push in due:
            self.answered(push, send(push.request))
        return len(due)

    def post_to(self, url: str) -> None:
        """From now on, in a thread: verify this address, then send all that is due.
        Raises ValueError for an address that is not this machine's."""
        send = poster(url, PATIENCE)
        keep_posting(lambda: self.deliver(send) if self.on else self.subscribe(send))

    def told(self) -> JSON:
        """How it stands: what waits, and what became of the rest."""
        waiting = [_shown(push) for push in self.queue]
        ended = {"lost": len(self.lost), "given_up": len(self.given_up)}
        return {"on": self.on, "waiting": waiting, "delivered": self.delivered, **ended}

    @property
    def _attempts(self) -> int:
        return 4 if self._switches["push_repeats"] == "three_more" else 3

    def _is_good(self, answer: Response | None) -> bool:
        if answer is None or answer.reset or answer.cut or answer.delay > PATIENCE:
            return False
        if answer.status != 200 or self._switches["push_answer"] == "status":
            return answer.status == 200
        said = _decoded(answer)
        data = said.get("data") if isinstance(said, dict) else None
        return isinstance(data, dict) and data.get("error_code") == 0

    def _tire(self) -> None:
        self._failed += 1
        enough = self._options.push_tires_after
        if enough is not None and self._failed >= enough:
            self.on = False


def _shown(push: Push) -> JSON:
    request = push.request
    wire = {"headers": dict(request.headers), "body": request.body.decode()}
    return {"event": push.event, "due": push.due, "attempt": push.attempt, **wire}


def _is_challenge(answer: Response | None) -> bool:
    if answer is None or answer.status != 200 or answer.delay > PATIENCE:
        return False
    said = _decoded(answer)
    back = said.get("challenge") if isinstance(said, dict) else None
    return type(back) is int and back == CHALLENGE


def _decoded(answer: Response) -> object:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _text(value: JSON) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
