"""Opening ciphertext of the Laike box, and the kind that an app reads by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub_core.sandbox import Request
from sandboxes.douyin_laike.local_cipher import seal
from sandboxes.douyin_laike.rows import cipher

PATH = "/goodlife/v1/open/common_biz/crypto/decrypt/batch/"
MASK = "/goodlife/v1/open/common_biz/crypto/decrypt_mask/batch/"
LONG, SHORT = "abcdefghijklmnopqrstuvwxyz012345", "sandbox-secret-0001"


@pytest.mark.parametrize(
    ("secret", "iv", "text"),
    [
        (LONG, "last", "o+M2s2GKWtIsYKYIGRUGFQ=="),
        (SHORT, "last", "O5m4sXGl9tcSiIh6nVy1ig=="),
        (LONG, "first", "oL9OtzGJjVEOjo2NMpVI6g=="),
    ],
)
def test_local_ciphertext_is_as_published(secret: str, iv: str, text: str) -> None:
    assert seal("13800138000", secret, iv) == text


def opened(caller: Any, *texts: str, path: str = PATH) -> Any:
    asked = {"account_id": caller.root, "cipher_texts": list(texts)}
    sent = Request("POST", path, caller.headers, json.dumps(asked).encode())
    return json.loads(caller.box.handle(sent).body)["data"]


def phone(caller: Any) -> str:
    shop = next(iter(caller.box.shops.values()))
    return str(shop.records[0].latest.content["sale"].buyer.person.phone)


def test_ciphertext_of_a_buyer_opens_and_any_other_does_not(laike: Any) -> None:
    caller = laike(orders=20)
    mine = phone(caller)
    good, bad = opened(caller, cipher(mine), "Enc.AAAA")["results"]
    assert (good["error_code"], good["plain_text"]) == (0, mine)
    assert bad["error_code"] != 0
    assert bad["plain_text"] == ""


def test_masked_text_is_free_and_hides_the_middle(laike: Any) -> None:
    limited = laike(orders=20, decrypts_per_day=1)
    mine = phone(limited)
    for _ in range(3):
        (row,) = opened(limited, cipher(mine), path=MASK)["results"]
        assert row["plain_text"] == f"{mine[:3]}****{mine[-4:]}"
    (row,) = opened(limited, cipher(mine))["results"]
    assert row["plain_text"] == mine


def test_a_spent_quota_ends_with_the_day_in_beijing(laike: Any) -> None:
    limited = laike(orders=20, decrypts_per_day=1)
    text = cipher(phone(limited))
    first, second = opened(limited, text, text)["results"]
    assert (first["error_code"], second["error_code"]) == (0, 2190001)
    limited.box.clock.advance(86_400)
    limited.log_in()
    assert opened(limited, text)["results"][0]["error_code"] == 0
