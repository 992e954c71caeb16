"""Encryption at rest: AES-256-GCM, bound to the cell it stands in.

A sealed value is key id (4 bytes), nonce (12), ciphertext and tag; the additional data is
table, row and column, so a value copied into another row does not open. Several keys may be
known: the first seals, all open, each value names its own.
"""

from __future__ import annotations

import hmac
import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ..errors import HubError, Misconfigured

log = logging.getLogger(__name__)

ID = 4
"""Bytes of a key's id, with which each sealed value begins."""
NONCE = 12
LOOK = 1.0
"""Seconds for which nobody looks whether there are other keys now."""

Source = Callable[[bool], Sequence[bytes] | None]
"""Where the master keys come from, newest first; None: they are as they were. Asked with
True where a value was sealed with a key that is not known."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A key of the audit log that signed until there was a newer one."""

    until: int
    """The last row it signed."""
    key: bytes


class Vault:
    """Seals with the newest of its 32-byte master keys, opens with any. Thread safe."""

    def __init__(self, *masters: bytes, source: Source | None = None) -> None:
        self._source, self._look_at = source, 0.0
        self._ring = _Ring(masters)
        self.index = derived(masters[0], "blind-index")
        self._audit = derived(masters[0], "audit")
        self.marks: tuple[Mark, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Names the key that seals without telling it; kept in the database."""
        return self._ring.newest.hex()

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Names of all keys that are known, the newest first."""
        return tuple(id.hex() for id in self._ring.ciphers)

    def known(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """The same, looked up anew where one that is wanted is not among them."""
        self.look(missing=not set(wanted) <= set(self.fingerprints))
        return self.fingerprints

    def derive(self, fingerprint: str, purpose: str) -> bytes:
        """The key for one purpose that a known master key has."""
        return derived(self._ring.masters[bytes.fromhex(fingerprint)], purpose)

    def equip(self, index: bytes, audit: bytes, marks: Sequence[Mark]) -> None:
        """Take up what outlives a change of the master key: see `keyring`."""
        self.index, self._audit, self.marks = index, audit, tuple(marks)

    def seal(self, value: bytes, cell: str) -> bytes:
        """Encrypt for `cell` ("table/column/row")."""
        (sealed,) = self.seal_all([(value, cell)])
        return sealed

    def seal_all(self, values: Sequence[tuple[bytes, str]]) -> list[bytes]:
        """Encrypt each for its cell; chance is asked for once, as that lets other threads
        in."""
        self.look()
        ring, chance = self._ring, os.urandom(NONCE * len(values))
        id, cipher = ring.newest, ring.ciphers[ring.newest]
        nonces = [chance[at : at + NONCE] for at in range(0, len(chance), NONCE)]
        return [
            id + nonce + cipher.encrypt(nonce, value, cell.encode())
            for nonce, (value, cell) in zip(nonces, values, strict=True)
        ]

    def open(self, sealed: bytes, cell: str) -> bytes:
        """Decrypt. Raises Misconfigured for a wrong key or a value moved from its cell."""
        id = sealed[:ID]
        self.look(missing=id not in self._ring.ciphers)
        cipher = self._ring.ciphers.get(id)
        if cipher is None:
            here = " or ".join(self.fingerprints)
            raise Misconfigured(f"sealed with key {id.hex()}, not {here}")
        try:
            return cipher.decrypt(sealed[ID : ID + 12], sealed[ID + 12 :], cell.encode())
        except InvalidTag:
            raise Misconfigured(
                f"{cell.split('/')[0]}: a sealed value does not open"
            ) from None

    def blind(self, value: str) -> str:
        """A keyed hash for exact-match search and joins (hex, 128 bits)."""
        return hmac.digest(self.index, value.encode(), "sha256").hex()[:32]

    def sign(self, value: bytes, seq: int) -> bytes:
        """A keyed hash under the audit log's own key, for the row `seq`: 32 bytes."""
        older = (mark.key for mark in self.marks if seq <= mark.until)
        return hmac.digest(next(older, self._audit), value, "sha256")

    # Keys that came while we run --------------------------------------------------------

    def look(self, *, missing: bool = False) -> None:
        """Take up other keys where the source has some, once in a while."""
        if self._source is None:
            return
        now = time.monotonic()
        if missing or now >= self._look_at:
            self._look_at = now + LOOK
            self._take(self._source, missing)

    def _take(self, source: Source, missing: bool) -> None:
        """One that can't be read changes nothing; one of strangers must not seal."""
        try:
            masters = source(missing)
        except HubError as error:
            log.warning("the keys stay as they were: %s", error)
            return
        if masters is None:
            return
        ring = _Ring(masters)
        if not ring.ciphers.keys() & self._ring.ciphers.keys():
            raise Misconfigured(
                f"the encryption keys were replaced by others ({ring.newest.hex()}), "
                f"{self.fingerprint} is not among them: put it back, or start the hub anew"
            )
        self._ring = ring


class _Ring:
    """Keys by their ids, the newest first."""

    def __init__(self, masters: Sequence[bytes]) -> None:
        if not masters or any(len(master) != 32 for master in masters):
            raise Misconfigured("the encryption key must be 32 bytes")
        self.masters = {key_id(master): master for master in masters}
        self.newest = key_id(masters[0])
        self.ciphers = {
            id: AESGCM(derived(master, "seal")) for id, master in self.masters.items()
        }


def key_id(master: bytes) -> bytes:
    """Names a key without telling it."""
    return derived(master, "key-id")[:ID]


def derived(master: bytes, purpose: str) -> bytes:
    """The key for one purpose: from one, no other follows."""
    info = f"channel-hub/{purpose}".encode()
    return HKDFExpand(SHA256(), 32, info).derive(master)
