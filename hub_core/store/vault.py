"""Encryption at rest: AES-256-GCM, bound to the cell it stands in.

A sealed value is key id (4 bytes), nonce (12), ciphertext and tag; the additional data is
table, row and column, so a value copied into another row does not open.
"""

from __future__ import annotations

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ..errors import Misconfigured


class Vault:
    """Seals and opens with one 32-byte master key."""

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            raise Misconfigured("the encryption key must be 32 bytes")
        self._aead = AESGCM(_derive(master, b"seal"))
        self._index = _derive(master, b"blind-index")
        self._audit = _derive(master, b"audit")
        self.key_id = _derive(master, b"key-id")[:4]

    @property
    def fingerprint(self) -> str:
        """Names the key without telling it; kept in the database."""
        return self.key_id.hex()

    def seal(self, value: bytes, cell: str) -> bytes:
        """Encrypt for `cell` ("table/column/row")."""
        nonce = os.urandom(12)
        return self.key_id + nonce + self._aead.encrypt(nonce, value, cell.encode())

    def open(self, sealed: bytes, cell: str) -> bytes:
        """Decrypt. Raises Misconfigured for a wrong key or a value moved from its cell."""
        if sealed[:4] != self.key_id:
            raise Misconfigured(
                f"sealed with key {sealed[:4].hex()}, not {self.fingerprint}"
            )
        try:
            return self._aead.decrypt(sealed[4:16], sealed[16:], cell.encode())
        except InvalidTag:
            raise Misconfigured(
                f"{cell.split('/')[0]}: a sealed value does not open"
            ) from None

    def blind(self, value: str) -> str:
        """A keyed hash for exact-match search and joins (hex, 128 bits)."""
        return hmac.digest(self._index, value.encode(), "sha256").hex()[:32]

    def sign(self, value: bytes) -> bytes:
        """A keyed hash under the audit log's own key: 32 bytes."""
        return hmac.digest(self._audit, value, "sha256")


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(SHA256(), 32, b"channel-hub/" + purpose).derive(master)
