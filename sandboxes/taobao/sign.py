"""TOP's request signature, as the platform computes it.

Every parameter sent (query and body) except `sign` itself, none of the empty ones, by
key in byte order, key and value joined without separators, UTF-8. `md5` wraps the text
in the secret on both sides; the two hmac kinds key with it and wrap nothing.
Source: "calling method" page, article 101617; paper §1, vectors V0 and T1-T5.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

METHODS = ("md5", "hmac", "hmac-sha256")


def joined(params: Mapping[str, str]) -> str:
    """The text that is signed."""
    kept = {k: v for k, v in params.items() if k != "sign" and v != ""}
    return "".join(k + kept[k] for k in sorted(kept, key=str.encode))


def signature(secret: str, params: Mapping[str, str], method: str) -> str:
    """Upper-case hex. Raises ValueError for a method TOP does not know."""
    text, key = joined(params).encode(), secret.encode()
    match method:
        case "md5":
            return hashlib.md5(key + text + key).hexdigest().upper()
        case "hmac":
            return hmac.new(key, text, hashlib.md5).hexdigest().upper()
        case "hmac-sha256":
            return hmac.new(key, text, hashlib.sha256).hexdigest().upper()
    raise ValueError(f"no sign_method {method!r}")
