"""Ciphertext of the older kind, which the app's own secret opens: AES-256-CBC, PKCS #7.

The key is the secret between `#` up to 32 bytes, or its middle 32. The first block is mixed
with the key's last 16 bytes; some clients use its first 16 (C: fact `local_iv`).
Source: page local-life/develop/preparation/decrypt; channel paper §7, with vectors.
"""

from __future__ import annotations

import base64
import binascii

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ONLINE = "Enc."
"""How ciphertext begins that only the platform opens."""
SIZE = 32
BLOCK = 16
LOCAL_IV = "local_iv"
LAST, FIRST = "last", "first"


def unseal(text: str, secret: str, iv: str = LAST) -> str:
    """The text in clear. Raises ValueError, quoting nothing, where the key opens it not."""
    key = key_of(secret)
    try:
        sealed = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
    if not sealed or len(sealed) % BLOCK:
        raise ValueError("no whole blocks")
    first = key[:BLOCK] if iv == FIRST else key[-BLOCK:]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(first)).decryptor()
    return _unpadded(decryptor.update(sealed) + decryptor.finalize())


def key_of(secret: str) -> bytes:
    """32 bytes of a secret of any length; an odd byte more goes to the left."""
    given = secret.encode()
    spare = abs(SIZE - len(given))
    right = spare // 2
    left = spare - right
    if len(given) > SIZE:
        return given[left : left + SIZE]
    return b"#" * left + given + b"#" * right


def _unpadded(padded: bytes) -> str:
    """Without its padding. A wrong key leaves none, or bytes that are no text."""
    count = padded[-1]
    if not 1 <= count <= BLOCK or padded[-count:] != bytes([count]) * count:
        raise ValueError("the secret does not open it")
    try:
        return padded[:-count].decode()
    except UnicodeDecodeError:
        raise ValueError("the secret does not open it") from None
