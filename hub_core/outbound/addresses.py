"""Which addresses a webhook may be sent to. A name is looked up once, where it is connected
to, and every address it has is looked at."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from ..errors import HubError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host name; raises OSError where it has none."""
MOST = 4
"""Addresses of one name that are tried."""

NOT_PUBLIC: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "unspecified"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared by a carrier's customers"),
    ("127.0.0.0/8", "loopback"),
    ("168.63.129.16/32", "a cloud's own service"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "reserved"),
    ("192.0.2.0/24", "for documents"),
    ("192.88.99.0/24", "a relay's"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "for measurements"),
    ("198.51.100.0/24", "for documents"),
    ("203.0.113.0/24", "for documents"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::ffff:0:0/96", "an IPv4 address in another dress"),
    ("64:ff9b::/96", "an IPv4 address in another dress"),
    ("64:ff9b:1::/48", "an IPv4 address in another dress"),
    ("2001::/23", "reserved"),
    ("2001:db8::/32", "for documents"),
    ("2002::/16", "an IPv4 address in another dress"),
    ("3fff::/20", "for documents"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "private"),
    ("ff00::/8", "multicast"),
)
"""Source: the registries of special-purpose addresses,
https://www.iana.org/assignments/iana-ipv4-special-registry and
https://www.iana.org/assignments/iana-ipv6-special-registry; and
https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16"""
TOLD = [(ip_network(text), word) for text, word in NOT_PUBLIC]
GLOBAL_6 = IPv6Network("2000::/3")
"""All of IPv6 that is given out to the public."""


class Unreachable(HubError):
    """A webhook may not be sent there."""


class Unresolved(HubError):
    """A host's name has no address now."""


def system_resolve(host: str, port: int) -> list[str]:
    """The addresses this machine's own resolver gives."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Guard:
    """Gives a host's addresses if every one of them may be sent to."""

    def __init__(
        self, allow: Sequence[str], resolve: Resolve, *, public: bool = True
    ) -> None:
        self._allow = [ip_network(text) for text in allow]
        self._resolve, self._public = resolve, public

    def addresses(self, host: str, port: int) -> list[str]:
        """IPv4 first. Raises Unreachable and Unresolved without telling an address."""
        found = list(dict.fromkeys(self._found(host, port)))
        for address in found:
            if why := self._refusal(address):
                raise Unreachable(f"{host} leads to an address that is {why}")
        found.sort(key=lambda address: address.version)
        return [str(address) for address in found[:MOST]]

    def _found(self, host: str, port: int) -> list[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        try:
            said = self._resolve(host, port)
        except (OSError, UnicodeError):
            said = []
        if not said:
            raise Unresolved(f"{host} has no address now")
        return [ip_address(text) for text in said]

    def _refusal(self, address: Address) -> str | None:
        if any(address in network for network in self._allow):
            return None
        if not self._public:
            return "not in [outbound] allow, where alone http:// may go"
        for network, word in TOLD:
            if address in network:
                return f"{word}; see [outbound] allow"
        if address.version == 6 and address not in GLOBAL_6:
            return "not public; see [outbound] allow"
        return None
