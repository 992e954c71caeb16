"""JOS signing, as the gateway checks it.

Source: channel paper §1 "Gateway, envelope, signature".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """The sign of what was sent: every parameter but `sign`, in byte order of the names.

    Values are taken before url-encoding, so the JSON text counts byte for byte.
    """
    names = sorted((n for n in parameters if n != "sign"), key=lambda n: n.encode())
    joined = "".join(name + parameters[name] for name in names)
    text = f"{secret}{joined}{secret}"
    return hashlib.md5(text.encode()).hexdigest().upper()
