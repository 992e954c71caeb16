"""Ciphertext of buyers: opened in batches, or by the app's own secret."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from adapters.douyin_laike import local_cipher, receivers_v1
from adapters.douyin_laike.dialect import LaikeDialect
from hub_core.errors import BadRequest
from hub_core.wire import Credentials

LONG, SHORT = "abcdefghijklmnopqrstuvwxyz012345", "sandbox-secret-0001"
PHONE = "13800138000"


@pytest.mark.parametrize(
    ("secret", "iv", "text"),
    [
        (LONG, "last", "o+M2s2GKWtIsYKYIGRUGFQ=="),
        (SHORT, "last", "O5m4sXGl9tcSiIh6nVy1ig=="),
        (LONG, "first", "oL9OtzGJjVEOjo2NMpVI6g=="),
    ],
)
def test_published_ciphertext_is_opened(secret: str, iv: str, text: str) -> None:
    assert local_cipher.unseal(text, secret, iv) == PHONE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AAAA",
        "no base64!",
        "o+M2s2GKWtIsYKYIGRUGFQ==!",
        "O5m4sXGl9tcSiIh6nVy1ig==",
        "Enc.AAAA",
    ],
)
def test_what_the_secret_does_not_open_is_an_error_that_quotes_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|blocks|secret") as caught:
        local_cipher.unseal(text, "another-secret-of-the-same-merchant")
    assert not text or text not in str(caught.value)


def sealed(padded: bytes) -> str:
    """AES-256-CBC under the padded secret, its last bytes the IV (channel paper §7)."""
    key = local_cipher.key_of(SHORT)
    sealing = Cipher(algorithms.AES(key), modes.CBC(key[-16:])).encryptor()
    return b64encode(sealing.update(padded) + sealing.finalize()).decode()


def test_texts_of_any_length_are_opened() -> None:
    for text in ("x", "x" * 15, "x" * 16, "沙箱路1号"):
        spare = 16 - len(text.encode()) % 16
        padded = text.encode() + bytes([spare]) * spare
        assert local_cipher.unseal(sealed(padded), SHORT) == text


def test_what_opens_to_no_text_is_an_error_too() -> None:
    with pytest.raises(ValueError, match="secret"):
        local_cipher.unseal(sealed(b"\xff\xfe" + bytes([14]) * 14), SHORT)


def test_a_secret_longer_than_a_key_lends_its_middle() -> None:
    assert local_cipher.key_of("ab" + "x" * 32 + "c") == b"x" * 32
    assert local_cipher.key_of("a" + "x" * 32) == b"x" * 32


def test_the_platforms_own_kind_is_left_to_the_platform() -> None:
    who = Credentials("key", SHORT)
    assert LaikeDialect().unseal("Enc.AAAA", who) is None
    assert LaikeDialect().unseal("O5m4sXGl9tcSiIh6nVy1ig==", who) == PHONE


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            {"results": [{"error_code": 0, "cipher_text": "Enc.a", "plain_text": PHONE}]},
            [("Enc.a", PHONE, None)],
        ),
        ({"results": [{"is_success": True, "plain_text": PHONE}]}, [(None, PHONE, None)]),
        (
            {"decrypt_results": [{"error_code": "0", "decrypt_text": PHONE}]},
            [(None, PHONE, None)],
        ),
        (
            {"results": [{"error_code": 2190001, "plain_text": ""}]},
            [(None, None, "2190001")],
        ),
        ({"results": [{"is_success": False}]}, [(None, None, "no code")]),
    ],
)
def test_results_are_read_under_the_names_clients_know(data: Any, said: Any) -> None:
    rows = receivers_v1.DECRYPT.read(data)
    assert [(row.cipher, row.text, row.code) for row in rows] == said
    assert PHONE not in repr(rows)


def test_an_answer_without_a_list_is_none() -> None:
    with pytest.raises(ValueError, match="results"):
        receivers_v1.DECRYPT.read({"error_code": 0})


def test_more_than_fifty_are_not_asked_at_once() -> None:
    asked = {"account": "1", "texts": ("Enc.a",) * 51}
    with pytest.raises(BadRequest):
        receivers_v1.DECRYPT.parameters(**asked)
