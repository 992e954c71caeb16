"""What nobody guesses, and what comes back with it in a query."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

LONGEST = 4096
"""Bytes of a query that are looked at."""
MOST = 20
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
CODE = re.compile(r"[\x21-\x7e]{1,512}")
WORD = re.compile(r"[A-Za-z0-9_.-]{1,40}")


def new_secret() -> str:
    """256 random bits, fit to stand in a query."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> bytes:
    """SHA-256: of what nobody can guess, a slow hash would hide nothing more."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


@dataclass(frozen=True, slots=True)
class Came:
    """What a browser brought back."""

    state: str = field(repr=False)
    code: str | None = field(default=None, repr=False)
    error: str | None = None
    """The platform's word for a refusal."""


def read(query: str) -> Came | None:
    """What stands in a callback's query; None where it is none that a platform writes:
    too long, something twice, a state or a code of no such form."""
    if len(query) > LONGEST:
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST)
    except ValueError:
        return None
    given = dict(pairs)
    if len(given) != len(pairs) or not SECRET.fullmatch(given.get("state", "")):
        return None
    code = given.get("code") or None
    if code is not None and not CODE.fullmatch(code):
        return None
    refusal = given.get("error") or given.get("error_code") or None
    if refusal is not None and not WORD.fullmatch(refusal):
        refusal = "refused"
    return Came(given["state"], code, refusal)


def is_secret(text: str | None) -> bool:
    """Whether it has the form of one of ours."""
    return text is not None and SECRET.fullmatch(text) is not None
