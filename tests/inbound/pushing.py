"""Pushes as the documents describe them, signed here, and how somebody forges them.

Source: pages massages.push, trade.order.notify, trade.certificate.notify; channel paper
§4.1-§4.4.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hub_core.inbound import Answer, Inbound
from hub_core.sandbox import Account

CHANNEL = "douyin-laike"
SIGNATURE = "X-Douyin-Signature"
Headers = list[tuple[str, str]]
_numbers = itertools.count(1)


def sha1(secret: str, body: bytes) -> str:
    return hashlib.sha1(secret.encode() + body).hexdigest()


def push(event: str, client_key: str, content: Any, **more: Any) -> bytes:
    text = content if isinstance(content, str) else json.dumps(content)
    document = {
        "event": event, "client_key": client_key, "from_user_id": "", "content": text,
        "log_id": f"2026112012{next(_numbers):08d}",
    }  # fmt: skip
    return json.dumps({**document, **more}, ensure_ascii=False).encode()


def signed(secret: str, body: bytes, message: str = "m-1") -> Headers:
    return [
        ("Msg-Id", message),
        (SIGNATURE, sha1(secret, body)),
        ("Content-Type", "application/json"),
    ]


@dataclass
class Pusher:
    """The platform's side of one app's webhook."""

    inbound: Inbound
    account: Account
    answers: list[int] = field(default_factory=list)

    @property
    def secret(self) -> str:
        return self.account.app_secret

    def order_event(self, order_id: str, at: float, **more: Any) -> bytes:
        order = {"order_id": order_id, "account_id": self.account.external_id, **more}
        content = {"action": "pay_success", "msg_time": int(at), "order": order}
        return push("life_trade_order_notify", self.account.app_key, content)

    def certificate_event(self, action: str, order_id: str, at: float) -> bytes:
        certificate = {
            "order_id": order_id, "certificate_id": "7", "code": "secret-code",
            "account_id": self.account.external_id,
        }  # fmt: skip
        content = {"action": action, "msg_time": int(at), "certificate": certificate}
        return push("life_trade_certificate_notify", self.account.app_key, content)

    def send(self, body: bytes, message: str = "m-1", app: str | None = None) -> Answer:
        return self.raw(signed(self.secret, body, message), body, app)

    def raw(self, headers: Headers, body: bytes, app: str | None = None) -> Answer:
        answer = self.inbound.receive(CHANNEL, headers, body, app)
        self.answers.append(answer.status)
        return answer


def lengthened(digest: str, known: bytes, secret_length: int, more: bytes) -> Any:
    """From one signature, without the secret: (signature, body) of what is longer.

    SHA-1 goes on from where it stopped: `digest` is its whole state.
    """
    padding = _padding(secret_length + len(known))
    state = struct.unpack(">5I", bytes.fromhex(digest))
    done = secret_length + len(known) + len(padding)
    for block in _blocks(more + _padding(done + len(more))):
        state = _compressed(state, block)
    return struct.pack(">5I", *state).hex(), known + padding + more


def _padding(length: int) -> bytes:
    return b"\x80" + b"\0" * ((55 - length) % 64) + struct.pack(">Q", length * 8)


def _blocks(data: bytes) -> Iterable[bytes]:
    return (data[i : i + 64] for i in range(0, len(data), 64))


def _rotated(value: int, by: int) -> int:
    return ((value << by) | (value >> (32 - by))) & 0xFFFFFFFF


def _compressed(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    words = list(struct.unpack(">16I", block))
    for i in range(16, 80):
        mixed = words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16]
        words.append(_rotated(mixed, 1))
    a, b, c, d, e = state
    for i, word in enumerate(words):
        if i < 20:
            f, k = (b & c) | (~b & d), 0x5A827999
        elif i < 40:
            f, k = b ^ c ^ d, 0x6ED9EBA1
        elif i < 60:
            f, k = (b & c) | (b & d) | (c & d), 0x8F1BBCDC
        else:
            f, k = b ^ c ^ d, 0xCA62C1D6
        new = (_rotated(a, 5) + f + e + k + word) & 0xFFFFFFFF
        a, b, c, d, e = new, a, _rotated(b, 30), c, d
    return tuple((x + y) & 0xFFFFFFFF for x, y in zip(state, (a, b, c, d, e), strict=True))
