"""What an endpoint's URL must look like, before anything is asked of the network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

from ..errors import Misconfigured

LONGEST = 2000
PORTS = {"https": 443, "http": 80}
PLAIN = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without space and backslash, which readers of URLs take differently."""
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A host whose last label is one is an IPv4 address in some spelling.

Source: https://url.spec.whatwg.org/#ends-in-a-number-checker
"""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook goes, in parts that everybody reads the same."""

    scheme: str
    host: str
    """A name in lower case, or an address in its usual spelling, without brackets."""
    port: int
    path: str
    """With its query, if any."""

    @classmethod
    def of(cls, url: str, ports: Sequence[int]) -> Target:
        """Raises Misconfigured saying what is wrong with the URL."""
        if len(url) > LONGEST or not PLAIN.fullmatch(url):
            raise Misconfigured(
                f"an endpoint's URL is at most {LONGEST} printable ASCII characters, "
                "without spaces and backslashes (a Chinese host in its xn-- form)"
            )
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise Misconfigured("an endpoint's URL has no host or port like that") from None
        _refuse_parts(parts)
        return cls(
            parts.scheme,
            _host(parts.hostname or ""),
            _allowed(PORTS[parts.scheme] if port is None else port, ports),
            (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        )

    @property
    def url(self) -> str:
        """The same, written anew."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def host_of(url: str) -> str:
    """The host alone: paths and queries of webhooks may hold a key."""
    return urlsplit(url).hostname or ""


def _refuse_parts(parts: SplitResult) -> None:
    if parts.scheme not in PORTS:
        raise Misconfigured("an endpoint's URL begins with https://")
    if "@" in parts.netloc:
        raise Misconfigured("an endpoint's URL holds no user and no password")
    if parts.fragment:
        raise Misconfigured("an endpoint's URL has no #fragment")


def _allowed(port: int, ports: Sequence[int]) -> int:
    if port in ports:
        return port
    there = ", ".join(map(str, ports))
    raise Misconfigured(
        f"port {port} is none that webhooks go to ({there}); see [outbound] ports"
    )


def _host(text: str) -> str:
    try:
        if ":" in text:
            return _address6(text)
        labels = text.split(".")
        if NUMBER.fullmatch(labels[-1]):
            return str(IPv4Address(text))
    except AddressValueError:
        raise Misconfigured(
            "an endpoint's URL names an address only in its usual spelling"
        ) from None
    if len(text) > 253 or not all(map(LABEL.fullmatch, labels)):
        raise Misconfigured("an endpoint's URL names no host like that")
    return text


def _address6(text: str) -> str:
    address = IPv6Address(text)
    if address.scope_id is not None:
        raise AddressValueError
    return str(address)
