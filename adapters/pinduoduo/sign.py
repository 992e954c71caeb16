"""Pinduoduo's signature: MD5 over every parameter that is sent, the secret at both ends.

Source: channel paper PDD §1: the official call guide's example (vector V0), and P1 to P3,
computed by two third-party clients.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def sign(secret: str, sent: Mapping[str, str]) -> str:
    """Sign exactly what is sent; upper-case hex.

    Names in ASCII order, values as UTF-8 before URL encoding. Of an object or a list the
    JSON text is signed, so it has to be the very text sent.
    """
    joined = "".join(name + sent[name] for name in sorted(sent) if name != "sign")
    return hashlib.md5(f"{secret}{joined}{secret}".encode()).hexdigest().upper()
