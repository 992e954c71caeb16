"""A key's text, and the address it comes from."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
import secrets
from collections.abc import Iterable

from ..errors import Misconfigured

SHAPE = re.compile(r"(hub_[a-z2-7]{8})_[a-z2-7]{40}")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def new_text() -> str:
    """A key: `hub_`, 40 random bits to find it by, `_`, and 200 that nobody guesses."""
    return f"hub_{_letters(5)}_{_letters(25)}"


def _letters(size: int) -> str:
    return base64.b32encode(secrets.token_bytes(size)).decode().lower()


def prefix_of(text: str) -> str | None:
    """What of a key may be shown; None for what is no key."""
    found = SHAPE.fullmatch(text)
    return found[1] if found else None


def hash_of(text: str) -> bytes:
    """SHA-256: of a text that nobody can guess, a slow hash would hide nothing more."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def address_of(text: str | None) -> Address | None:
    """The address; an IPv4 one in IPv6's dress is that IPv4 one. None: it has none."""
    try:
        found = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def source_of(address: Address | None) -> str:
    """Whom wrong keys are counted against: an address, in IPv6 its /64, which is one
    subscriber's."""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(address), 64), strict=False))
    return str(address or "none")


def networks(texts: Iterable[str]) -> list[str]:
    """Networks as they are kept. Raises Misconfigured for what is none, or has bits of a
    host: it may be a slip."""
    return [_network(text) for text in texts]


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError:
        pass
    try:
        meant = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise Misconfigured(
            f"{text!r} is no address or network: write 192.0.2.7, 192.0.2.0/24 or "
            "2001:db8::/48"
        ) from None
    raise Misconfigured(f"{text!r} is an address within a network: write {meant}")


def is_within(address: Address | None, allowed: Iterable[str]) -> bool:
    """Whether the address is of one of these networks; none given: it is."""
    nets = [ipaddress.ip_network(one) for one in allowed]
    if not nets:
        return True
    return address is not None and any(address in net for net in nets)
