"""What the platform asks of the merchant's own system (SPI): signed, timed, asked again.

One address for each action. The string to sign is the secret, then each parameter of the
address but `sign` as k=v in order, then http_body=<raw body>, joined by &: SHA-256 of it
in x-life-sign, MD5 of it in the address. An answer that takes over 8 s, is not 200, not
JSON, or has a data.error_code other than 0 is none. Source: local-life/connect/
spi-signature-rules; general-capabilities/tripartite.code/create and refund.apply (how
long, how often); paper §4.4, §4.5. Switch: the unit of `timestamp` (C).
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from hub_core.sandbox import Clock, Request, Response, Send, keep_posting, poster

from .rows import JSON

PATIENCE = 8.0
"""Seconds the platform waits for an answer."""
ISSUE, REFUND, NOTICE, STATUS = "issue", "refund", "notice", "status"
ACTIONS = {
    ISSUE: "fulfilment.order.tripartite_code",
    REFUND: "fulfilment.order.refund_apply",
    NOTICE: "fulfilment.order.refund_notice",
    STATUS: "order status query",
}
"""The box's words for the actions, and the platform's."""
Heard = Callable[[JSON], bool]
"""Told a good answer's data; False where it is no answer to the question."""


@dataclass(slots=True)
class Call:
    """One question. `gaps` are the seconds until it is asked again after each failure."""

    action: str
    body: JSON
    due: float
    gaps: Sequence[float]
    heard: Heard = field(repr=False)
    over: Callable[[], bool] = field(repr=False)
    """Whether nobody is interested in an answer any more."""
    attempt: int = 0


class Spi:
    """One app's questions. `sent` and `given_up` are for tests."""

    def __init__(
        self, clock: Clock, switches: Mapping[str, str], app: tuple[str, str]
    ) -> None:
        self.lock = threading.RLock()
        """Held while anything of the box changes by an answer."""
        self.queue: list[Call] = []
        """Not asked yet, or not answered well yet."""
        self.sent: list[tuple[Call, Request, Response | None]] = []
        """Every question asked, each time, and what was answered."""
        self.given_up: list[Call] = []
        """Asked as often as is documented, and never answered well."""
        self.each_time: Callable[[], None] = _nothing
        """What else is due whenever questions are."""
        self._clock, self._switches = clock, switches
        self._key, self._secret = app
        self._count = 0

    def ask(
        self,
        action: str,
        body: JSON,
        gaps: Sequence[float],
        heard: Heard,
        over: Callable[[], bool],
        delay: float = 0.0,
    ) -> None:
        """Ask it, from `delay` seconds on."""
        with self.lock:
            due = self._clock.now() + delay
            self.queue.append(Call(action, body, due, gaps, heard, over))

    def deliver(self, send: Send) -> int:
        """Ask all that is due now, and say how much that was. `send` gets requests whose
        path is the action's word: /issue, /refund, /notice, /status."""
        due = self._take()
        for call in due:
            request = self.request(call)
            answer = send(request)
            with self.lock:
                self.sent.append((call, request, answer))
                self._answered(call, answer)
        return len(due)

    def post_to(self, urls: Mapping[str, str]) -> None:
        """From now on, in a thread: ask at these addresses of this machine, by action.
        Raises ValueError for any other machine's, or for an action there is none of."""
        if not set(urls) <= set(ACTIONS):
            raise ValueError(f"no such action; there are {sorted(ACTIONS)}")
        posts = {action: poster(url, PATIENCE) for action, url in urls.items()}

        def send(request: Request) -> Response | None:
            post = posts.get(request.path[1:])
            return post(request) if post else None

        keep_posting(lambda: self.deliver(send))

    def request(self, call: Call) -> Request:
        """The signed request."""
        self._count += 1
        unit = 1 if self._switches["spi_timestamp"] == "seconds" else 1000
        stamp = str(int(self._clock.now() * unit))
        pairs = {"client_key": self._key, "timestamp": stamp}
        body = json.dumps(call.body, ensure_ascii=False, separators=(",", ":")).encode()
        text = to_sign(self._secret, list(pairs.items()), body)
        pairs["sign"] = hashlib.md5(text).hexdigest()
        headers = {
            "content-type": "application/json",
            "x-bytedance-logid": f"02{int(self._clock.now() * 1000)}spi{self._count:029x}",
            "x-life-clientkey": self._key,
            "x-life-sign": hashlib.sha256(text).hexdigest(),
        }
        return Request("POST", f"/{call.action}?{urlencode(pairs)}", headers, body)

    def _take(self) -> list[Call]:
        with self.lock:
            self.each_time()
            now = self._clock.now()
            self.queue = [call for call in self.queue if not call.over()]
            due = sorted((c for c in self.queue if c.due <= now), key=lambda c: c.due)
            self.queue = [call for call in self.queue if call.due > now]
            return due

    def _answered(self, call: Call, answer: Response | None) -> None:
        data = _data(answer)
        if data is not None and (call.over() or call.heard(data)):
            return
        if call.attempt < len(call.gaps):
            call.due = self._clock.now() + call.gaps[call.attempt]
            call.attempt += 1
            self.queue.append(call)
        elif not call.over():
            self.given_up.append(call)

    def told(self) -> JSON:
        """How it stands."""
        waiting = [{"action": c.action, "due": c.due, "body": c.body} for c in self.queue]
        ended = {"sent": len(self.sent), "given_up": len(self.given_up)}
        return {"waiting": waiting, **ended}


def to_sign(secret: str, pairs: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """What is hashed. `pairs` are the address's parameters as decoded."""
    known = sorted((k, v) for k, v in pairs if k != "sign")
    parts = [secret, *(f"{key}={value}" for key, value in known)]
    text = "&".join(parts).encode()
    return text + b"&http_body=" + body if body else text


def _data(answer: Response | None) -> JSON | None:
    """A good answer's data."""
    if answer is None or answer.reset or answer.cut or answer.delay > PATIENCE:
        return None
    try:
        said = json.loads(answer.body) if answer.status == 200 else None
    except ValueError:
        return None
    data = said.get("data") if isinstance(said, dict) else None
    good = isinstance(data, dict) and data.get("error_code") == 0
    return data if good else None


def _nothing() -> None:
    """Nothing else is due."""
