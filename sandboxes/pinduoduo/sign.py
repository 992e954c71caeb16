"""POP signing, as the gateway checks it.

Source: channel paper §1 "Gateway, envelope, signature".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """The sign of what was sent: every parameter but `sign`, in byte order of the names.

    Values count before any url-encoding; what is no text counts as its JSON.
    """
    names = sorted((n for n in parameters if n != "sign"), key=lambda n: n.encode())
    joined = "".join(name + parameters[name] for name in names)
    return hashlib.md5(f"{secret}{joined}{secret}".encode()).hexdigest().upper()
