"""Signing a TOP request.

Source: TOP "calling method" page, article 101617; channel paper §1, vectors V0, T1-T5.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from hub_core.errors import Misconfigured

METHODS = ("md5", "hmac", "hmac-sha256")


def signature(params: Mapping[str, str], secret: str, method: str) -> str:
    """Upper-case hex over every parameter sent but `sign` itself, in byte order of keys.

    Values are what they are before url-encoding; empty ones are neither sent nor signed.
    md5 wraps the text in the secret; the two hmacs use it as key alone.
    """
    pairs = sorted((k.encode(), v.encode()) for k, v in params.items() if v and k != "sign")
    text, key = b"".join(k + v for k, v in pairs), secret.encode()
    if method == "md5":
        return hashlib.md5(key + text + key).hexdigest().upper()
    if method == "hmac":
        return hmac.new(key, text, hashlib.md5).hexdigest().upper()
    if method == "hmac-sha256":
        return hmac.new(key, text, hashlib.sha256).hexdigest().upper()
    raise Misconfigured(f"sign_method is one of {', '.join(METHODS)}, not {method!r}")
