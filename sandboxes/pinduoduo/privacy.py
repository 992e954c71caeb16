"""Decrypting consumer data, in full or masked.

Source: channel paper §3 "Consumer data"; official pages of pdd.open.decrypt.batch and
pdd.open.decrypt.mask.batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import cipher
from .options import Options
from .orders import Orders
from .queries import Reader, Sent
from .receivers import mask_of


class Privacy:
    """Answers both decrypting APIs."""

    def __init__(
        self, orders: Orders, options: Options, switches: Mapping[str, str]
    ) -> None:
        self.orders, self.options, self.switches = orders, options, switches
        self._reader = Reader(options, switches)

    def decrypt(
        self, account: str, sent: Sent, now: float, *, mask: bool
    ) -> dict[str, Any]:
        """At most 100 values; one that cannot be read says so in its own row."""
        rows = self._reader.rows(sent, "data_list")
        told = [self._one(account, row, now, mask) for row in rows]
        return {"data_decrypt_list": told}

    def _one(
        self, account: str, row: Mapping[str, Any], now: float, mask: bool
    ) -> dict[str, Any]:
        tag, sealed = str(row.get("data_tag", "")), str(row.get("encrypted_data", ""))
        known = self.orders.seen(account, tag, now) is not None
        opened = cipher.unseal(sealed, tag) if known else None
        echo = {"data_tag": tag, "encrypted_data": sealed}
        if opened is None:
            bad = {"error_code": self.options.decrypt_error, "error_msg": "解密失败"}
            return echo | bad | {"data_type": 0, "decrypted_data": ""}
        kind, text = opened
        good = {"error_code": 0, "error_msg": "", "data_type": kind}
        if mask:
            return echo | good | {"decrypted_data": mask_of(kind, text)}
        return echo | good | self._plain(kind, text)

    def _plain(self, kind: int, text: str) -> dict[str, Any]:
        """The text, a phone as a virtual number where switched so."""
        position = self.switches["virtual_numbers"]
        plain = {"decrypted_data": text}
        if kind != cipher.PHONE or position == "none":
            return plain | {"virtual_number_type": 0, "virtual_identify_number": ""}
        extension = text[-4:]
        if position == "joined":
            plain = {"decrypted_data": f"${text}$#{extension}#"}
        return plain | {"virtual_number_type": 1, "virtual_identify_number": extension}
