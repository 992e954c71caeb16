"""Ciphertext of the older kind, which the merchant's own app can read: AES by its secret.

Source: paper §7 "Local, old", with its two vectors; page local-life/develop/preparation/
decrypt (text that does not begin with `Enc.`). Clients differ in what the first block is
mixed with (C): the key's last 16 bytes, or its first 16 (switch `local_iv`).
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7


@lru_cache(maxsize=4096)
def seal(text: str, secret: str, iv: str) -> str:
    """`text` as the platform writes it; `iv` is `last` or `first`."""
    key = key_of(secret)
    first = key[16:] if iv == "last" else key[:16]
    padder = PKCS7(128).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(first)).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def key_of(secret: str) -> bytes:
    """32 bytes: a short secret between `#`, of a long one its middle."""
    given = secret.encode()
    if len(given) > 32:
        right = (len(given) - 32) // 2
        left = len(given) - 32 - right
        return given[left : left + 32]
    right = (32 - len(given)) // 2
    return b"#" * (32 - len(given) - right) + given + b"#" * right
