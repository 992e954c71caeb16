"""Secrets that are none: those of platforms in a box, words from examples, typed keys."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from itertools import pairwise

from .key import MAKE, MasterKey
from .settings import Settings

EXAMPLES = re.compile(
    r"(sandbox|demo|example|sample|test|changeme|change|your|app|secret|password)"
    r"([-_ ].*)?|x+|\*+|\.+|…+|0+|1234\d*",
    re.IGNORECASE,
)
"""What stands in examples, and in our own boxes, where a secret belongs."""
LITTLE = 12
"""Fewer different bytes than this 32 of chance never have."""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def well_known(settings: Settings, keys: MasterKey | None) -> Iterator[str]:
    """What anybody could guess, as sentences that say what to do; none of them quotes it.

    Raises Misconfigured where a secret is not there.
    """
    for key in keys.every[:1] if keys else ():
        if _was_typed(key):
            yield (
                "the encryption key was typed, not made: `hub keys rotate` makes one "
                f"(elsewhere: {MAKE})"
            )
    for name in settings.apps:
        app = settings.app(name)
        for which, secret in (("app", app.secret()), ("former", app.former_secret())):
            if secret is not None and EXAMPLES.fullmatch(secret.get_secret_value()):
                yield (
                    f"[apps.{name}]: its {which} secret is one of a platform in a box or "
                    "of an example: put the platform's own there, or take the app out"
                )


def _was_typed(key: bytes) -> bool:
    """Zeros, one byte over and over, a row of numbers, readable text."""
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    return (
        len(set(key)) < LITTLE or len(steps) == 1 or all(0x20 <= one < 0x7F for one in key)
    )
