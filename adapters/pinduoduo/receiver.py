"""Telling a clear receiver from a masked and a sealed one.

Source: channel paper PDD §3 (consumer data), §8; the order captured in 2024.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from hub_core.models import Protection

SEALED = re.compile(r"([~$#])[^~$#]{4,}\1.*[^~$#]\1[0-9]+\1{1,2}", re.DOTALL)
"""The platform's ciphertext. Its first character parts it and tells the kind (`$` phone,
`#` id number, `~` all others): cipher and index, or index and cipher, then the version.
A virtual number (`$1xxxxxxxxxx$#1234#`) is none."""


def is_sealed(text: str | None) -> bool:
    """Whether this is ciphertext rather than a name, a phone or an address."""
    return text is not None and text[:1] in ("~", "$", "#") and bool(SEALED.fullmatch(text))


def parted(
    given: Mapping[str, str | None],
) -> tuple[dict[str, str | None], dict[str, str]]:
    """What can be shown, and what is ciphertext; each by its field."""
    ciphers = {field: text for field, text in given.items() if text and is_sealed(text)}
    shown = {field: None if field in ciphers else text for field, text in given.items()}
    return shown, ciphers


def protection(
    shown: Iterable[str | None], masks: Iterable[str | None], *, sealed: bool
) -> Protection:
    """How a receiver was given.

    Ciphertext, an empty text beside a mask, and nothing at all mean three things: to be
    decrypted by the platform, no longer to be had (shipped, or under review), never told.
    """
    readable = [text for text in shown if text]
    if any("*" not in text for text in readable):
        return Protection.CLEAR
    if sealed:
        return Protection.ENCRYPTED
    return Protection.MASKED if readable or any(masks) else Protection.ABSENT


def same_text(one: str, other: str) -> bool | None:
    """Whether two ciphertexts are of one text: by their search indexes, which are equal
    for equal texts within a shop; without them only the same ciphertext tells."""
    if one == other:
        return True
    indexes = _index(one), _index(other)
    return None if None in indexes else indexes[0] == indexes[1]


def _index(text: str) -> str | None:
    """The search index: first of a phone, second of all others; None: it has none."""
    parts = [part for part in text[1:].split(text[:1]) if part]
    if len(parts) < 3:
        return None
    return parts[0] if text[:1] == "$" else parts[1]
