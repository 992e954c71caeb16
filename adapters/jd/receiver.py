"""Telling a clear receiver from a masked and a sealed one. Source: channel paper JD §3."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from hub_core.models import Protection

SEALED = re.compile(r"AA[A-Za-z0-9+/_-]{14,}={0,2}")
"""The platform's ciphertext: base64 of a version byte, a key id and AES blocks. The
alphabet and the leading AA are as captured (B)."""


def parted(
    given: Mapping[str, str | None],
) -> tuple[Mapping[str, str | None], dict[str, str]]:
    """What can be shown, and what is the platform's ciphertext rather than a name."""
    ciphers = {
        field: text
        for field, text in given.items()
        if text is not None and text[:2] == "AA" and SEALED.fullmatch(text)
    }
    if not ciphers:
        return given, ciphers
    return {f: None if f in ciphers else t for f, t in given.items()}, ciphers


def protection(shown: Iterable[str | None], *, sealed: bool) -> Protection:
    """How a receiver was given, by what can be read of name, phones and address."""
    readable = [text for text in shown if text]
    if any("*" not in text for text in readable):
        return Protection.CLEAR
    if sealed:
        return Protection.ENCRYPTED
    return Protection.MASKED if readable else Protection.ABSENT
