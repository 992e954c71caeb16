"""JD's signature: MD5 over every parameter that is sent, the secret at both ends.

Source: channel paper JD §1 (official SDKs), vectors J1 to J3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def sign(secret: str, sent: Mapping[str, str]) -> str:
    """Sign exactly what is sent; upper-case hex.

    Names in byte order, so `360buy_param_json` comes first; values before URL encoding,
    as UTF-8. The JSON text signed has to be the very text sent.
    """
    joined = "".join(name + sent[name] for name in sorted(sent) if name != "sign")
    return hashlib.md5(f"{secret}{joined}{secret}".encode()).hexdigest().upper()
