"""Decrypting: what comes back, masked or in full, and how often it may be asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sandboxes.pinduoduo.receivers import person

if TYPE_CHECKING:
    from tests.sandboxes.pinduoduo.conftest import Caller

    Open = Callable[..., Caller]

FIELDS = {"receiver_name": 5, "receiver_phone": 6, "address": 7, "receiver_address": 8}


def opened(shop: Open, **options: Any) -> tuple[Caller, dict[str, Any]]:
    """A shop, and an order of it whose receiver is ciphertext."""
    client = shop(**({"history": timedelta(hours=1)} | options))
    return client, next(o for o in client.every().values() if o["receiver_name"])


def decrypt(client: Caller, rows: list[dict[str, str]], mask: str = "") -> dict[str, Any]:
    return client.call(f"pdd.open.decrypt{mask}.batch", data_list=rows)


def asked(order: dict[str, Any], tag: str = "") -> list[dict[str, str]]:
    sn = tag or order["order_sn"]
    return [{"data_tag": sn, "encrypted_data": order[name]} for name in FIELDS]


@pytest.mark.parametrize("form", ["searchable", "bare"])
def test_the_receiver_can_be_read(shop: Open, form: str) -> None:
    client, order = opened(shop, switches={"cipher": form})
    rows = decrypt(client, asked(order))["data_decrypt_list"]
    record = client.box.book.get(client.account, order["order_sn"])
    assert record is not None
    who = person(record.latest.content["person"])
    towns = f"{who.province}{who.city}{who.district}"
    plain = [who.name, who.phone, towns + who.address, who.address]
    assert [row["decrypted_data"] for row in rows] == plain
    assert [row["data_type"] for row in rows] == list(FIELDS.values())
    assert {row["error_code"] for row in rows} == {0}
    assert [row["encrypted_data"] for row in rows] == [order[name] for name in FIELDS]


def test_masked_data_is_what_the_order_shows(shop: Open) -> None:
    client, order = opened(shop)
    rows = decrypt(client, asked(order), ".mask")["data_decrypt_list"]
    assert rows[0]["decrypted_data"] == order["receiver_name_mask"]
    assert rows[1]["decrypted_data"] == order["receiver_phone_mask"]
    assert "沙箱路" not in str(rows)


def test_ciphertext_belongs_to_its_order_and_shop(shop: Open) -> None:
    client, order = opened(shop, shops=2)
    another = next(t.external_id for t in client.box.truth(client.account)
                   if t.external_id != order["order_sn"])  # fmt: skip
    rows = decrypt(client, asked(order, another))["data_decrypt_list"]
    assert {row["error_code"] for row in rows} == {50001}
    assert {row["decrypted_data"] for row in rows} == {""}
    client.box.clock.advance(10)
    client.shop = 1
    rows = decrypt(client, asked(order))["data_decrypt_list"]
    assert {row["error_code"] for row in rows} == {50001}


@pytest.mark.parametrize("text", ["", "nonsense", "~AgAAAA==~abcd~1~", "~AgAAA~x~", "$"])
def test_what_is_no_ciphertext_says_so_in_its_row(shop: Open, text: str) -> None:
    client, order = opened(shop)
    rows = [{"data_tag": order["order_sn"], "encrypted_data": text}, *asked(order)]
    codes = [r["error_code"] for r in decrypt(client, rows)["data_decrypt_list"]]
    assert codes == [50001, 0, 0, 0, 0]


def test_outside_the_cloud_one_call_in_ten_seconds(shop: Open) -> None:
    client, order = opened(shop)
    assert "data_decrypt_list" in decrypt(client, asked(order))
    assert decrypt(client, asked(order))["error_code"] == 52101
    assert "data_decrypt_list" in decrypt(client, asked(order), ".mask")
    client.box.clock.advance(9)
    assert decrypt(client, asked(order))["error_code"] == 52101
    client.box.clock.advance(1)
    assert "data_decrypt_list" in decrypt(client, asked(order))


def test_in_the_cloud_many(shop: Open) -> None:
    client, order = opened(shop, in_cloud=True)
    answers = [decrypt(client, asked(order)) for _ in range(20)]
    assert all("data_decrypt_list" in answer for answer in answers)


@pytest.mark.parametrize("count", [0, 101])
def test_a_call_takes_one_to_a_hundred_values(shop: Open, count: int) -> None:
    client, order = opened(shop, in_cloud=True)
    row = asked(order)[0]
    assert decrypt(client, [row] * count)["error_code"] == 10000
    assert len(decrypt(client, [row] * 100)["data_decrypt_list"]) == 100


@pytest.mark.parametrize("position", ["none", "split", "joined"])
def test_phones_may_be_virtual(shop: Open, position: str) -> None:
    client, order = opened(shop, switches={"virtual_numbers": position})
    row = decrypt(client, asked(order)[1:2])["data_decrypt_list"][0]
    extension = row["virtual_identify_number"]
    assert row["virtual_number_type"] == int(position != "none")
    assert bool(extension) is (position != "none")
    joined = row["decrypted_data"].endswith(f"$#{extension}#")
    assert joined is (position == "joined")
