"""How the platform signs what it sends: webhooks and SPI requests.

What we send is not signed: a token in a header is all (see `dialect.py`).
Source: platform pages `local-life/connect/spi-signature-rules` and message push;
channel paper §4.2, §4.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def webhook_signature(secret: str, body: bytes) -> str:
    """Header `X-Douyin-Signature`: SHA-1 over the app's secret and the raw body."""
    return hashlib.sha1(secret.encode() + body).hexdigest()


def spi_signature(secret: str, query: Iterable[tuple[str, str]], body: bytes) -> str:
    """Header `x-life-sign`, sent to every app of the current platform."""
    return hashlib.sha256(_signed_text(secret, query, body)).hexdigest()


def spi_signature_of_old(secret: str, query: Iterable[tuple[str, str]], body: bytes) -> str:
    """Query parameter `sign`; apps that never migrated are sent only this one."""
    return hashlib.md5(_signed_text(secret, query, body)).hexdigest()


def _signed_text(secret: str, query: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """The secret, the decoded query sorted by key and value, then the raw body if any."""
    pairs = sorted((key, value) for key, value in query if key != "sign")
    parts = [secret.encode(), *(f"{key}={value}".encode() for key, value in pairs)]
    return b"&".join([*parts, b"http_body=" + body] if body else parts)
