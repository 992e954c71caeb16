"""Ciphertext in the platform's form, of a cipher made up here: it can be read again.

Source: channel paper §3 "Consumer data" (separators, parts, data_type numbers).
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

NAME, PHONE, FULL_ADDRESS, DETAIL_ADDRESS = 5, 6, 7, 8
"""data_type of a decrypted value."""
MARK = b"\x02\x00\x00\x00"
"""Every ciphertext begins with it: `AgAAAA` once written."""


@lru_cache(maxsize=1 << 15)
def seal(kind: int, text: str, tag: str, shop: str, *, searchable: bool) -> str:
    """`text` for the order `tag`. Equal indexes mean equal text within a shop."""
    plain = text.encode()
    check = hashlib.sha256(plain).digest()[:4]
    body = bytes(a ^ b for a, b in zip(check + plain, _stream(kind, tag), strict=False))
    sealed = base64.b64encode(MARK + bytes([kind]) + body).decode()
    index = _index(kind, text, shop)
    match kind == PHONE, searchable:
        case True, True:
            return f"${index}${sealed}$1$$"
        case True, False:
            return f"${sealed}$1$"
        case False, True:
            return f"~{sealed}~{index}~1~~"
        case _:
            return f"~{sealed}~1~"


def unseal(text: str, tag: str) -> tuple[int, str] | None:
    """data_type and plaintext; None for what was not sealed for that order."""
    parts = [p for p in text[1:].split(text[:1] or "~") if p.startswith("AgAAAA")]
    try:
        raw = base64.b64decode(parts[0], validate=True) if parts else b""
    except ValueError:
        return None
    if len(raw) < 9 or not raw.startswith(MARK):
        return None
    opened = bytes(a ^ b for a, b in zip(raw[5:], _stream(raw[4], tag), strict=False))
    if hashlib.sha256(opened[4:]).digest()[:4] != opened[:4]:
        return None
    return raw[4], opened[4:].decode()


def _index(kind: int, text: str, shop: str) -> str:
    digest = hashlib.sha256(f"{shop}:{kind}:{text}".encode()).digest()
    return base64.b64encode(digest[:9]).decode()


def _stream(kind: int, tag: str, size: int = 256) -> bytes:
    blocks = (hashlib.sha256(f"{kind}:{tag}:{n}".encode()).digest() for n in range(9))
    return b"".join(blocks)[:size]
