"""POST …/common_biz/crypto/{decrypt,decrypt_mask}/batch/: ciphertext of buyers, opened.

At most 50 texts a call; the app's daily quota counts each, masked ones are free. Texts of
the older, local kind are none of this call's. Source: paper §7; pages
general-capabilities/common-capaticy/decryption-open-platform and
open-platform-decryption-desensitization; request names also as in published clients. Not
documented (C): what a result's fields are called beside error_code, error_msg and
cipher_text (switch `crypto_results`), how a spent quota is told (`crypto_spent`), how many
a day (option `decrypts_per_day`).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hub_core.sandbox import Request, Response

from .envelope import BAD_PARAMETER, BEIJING, NO_QUOTA, Refused
from .house import House
from .rows import cipher
from .shop import Shop

DECRYPT = "/goodlife/v1/open/common_biz/crypto/decrypt/batch"
MASK = "/goodlife/v1/open/common_biz/crypto/decrypt_mask/batch"
SCOPES = {
    DECRYPT: "life.capacity.open.common_biz.crypto.decrypt.batch",
    MASK: "life.capacity.open.common_biz.crypto.decrypt_mask.batch",
}
MOST = 50
NO_CIPHER, SPENT = 2100005, 2190001
"""error_code of one text; no page lists them."""


class CryptoDesk:
    """Opens what the rows of its merchants hold sealed."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._used: Counter[int] = Counter()

    def answer(self, request: Request, path: str, operation: str) -> Response:
        """One result for each text, in the order they were asked in."""
        body = _body(request)
        texts = body.get("cipher_texts")
        if not isinstance(texts, list) or not 0 < len(texts) <= MOST:
            raise Refused(BAD_PARAMETER, "cipher_texts should have 1 to 50 texts")
        shop = self._house.merchant(str(body.get("account_id", "")), request)
        results = [self._one(str(text), shop, mask=path == MASK) for text in texts]
        return self._house.envelope.good({self._name("results"): results})

    def _one(self, text: str, shop: Shop | None, *, mask: bool) -> dict[str, Any]:
        phone = _phone(text, shop) if shop else None
        if not mask and not self._take():
            return self._result(text, None, SPENT, "quota已用完")
        if phone is None:
            return self._result(text, None, NO_CIPHER, "密文不合法")
        shown = f"{phone[:3]}****{phone[-4:]}" if mask else phone
        return self._result(text, shown, 0, "")

    def _take(self) -> bool:
        """Every text counts, whatever it comes to. Raises Refused where a spent quota is
        told for the call as a whole."""
        day = int((self._house.clock.now() + BEIJING.total_seconds()) // 86_400)
        most = self._house.options.decrypts_per_day
        if most is not None and self._used[day] >= most:
            if self._house.switches["crypto_spent"] == "call":
                raise Refused(NO_QUOTA)
            return False
        self._used[day] += 1
        return True

    def _result(self, text: str, plain: str | None, code: int, said: str) -> dict[str, Any]:
        row = {"error_code": code, "error_msg": said, "cipher_text": text}
        if self._house.switches["crypto_results"] == "is_success":
            row = {"is_success": code == 0, "cipher_text": text, "error_msg": said}
        elif self._house.switches["crypto_results"] == "decrypt_results":
            return {"error_code": code, "error_msg": said, "decrypt_text": plain or ""}
        return row | {"plain_text": plain or ""}

    def _name(self, usual: str) -> str:
        other = self._house.switches["crypto_results"] == "decrypt_results"
        return "decrypt_results" if other else usual


def _phone(text: str, shop: Shop) -> str | None:
    """Whose phone it is."""
    people = (record.latest.content["sale"].buyer.person for record in shop.records)
    return next((one.phone for one in people if cipher(one.phone) == text), None)


def _body(request: Request) -> dict[str, Any]:
    try:
        body = request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(BAD_PARAMETER, "the body should be a JSON object")
    return body
