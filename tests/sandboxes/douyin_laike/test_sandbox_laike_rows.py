"""What an order looks like on the wire, in each shape and dialect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from sandboxes.douyin_laike.poison import KINDS

if TYPE_CHECKING:
    from .conftest import Caller, Laike

NEW_IN_2023 = {
    "receipt_amount",
    "discount_amount",
    "discounts",
    "sub_order_amount_infos",
    "order_sale_info",
    "merchant_info",
}
KNOWN_STATUSES = {100, 101, 200, 201, 1}
KNOWN_ITEM_STATUSES = {10, 20, 100, 101, 200, 201, 300, 301, 400, 401}


def catering(caller: Caller) -> Caller:
    caller.path = "/goodlife/v1/akte/order/query/"
    return caller


# Shapes ----------------------------------------------------


def test_the_2023_shape_has_the_newer_money(laike: Laike) -> None:
    for row in laike().everything():
        assert row.keys() >= NEW_IN_2023
        assert row["merchant_info"]["account_id"].startswith("70")


def test_the_2022_shape_has_the_old_money_only(laike: Laike) -> None:
    for row in laike(shape="2022").everything():
        assert not row.keys() & NEW_IN_2023
        assert {"original_amount", "pay_amount", "payment_discount"} <= row.keys()
        assert "phone_encrypt" not in row["contacts"][0]


def test_shapes_are_chosen_per_shop(laike: Laike) -> None:
    settings = [{"shape": "2023"}, {"shape": "2022"}, {"business": "catering"}]
    caller = laike(shops=3, settings=settings)
    newer, older, food = caller.box.accounts()
    assert older.settings == {"shape": "2022", "business": "general"}
    assert "receipt_amount" in caller.orders(account_id=newer.external_id)[0]
    assert "receipt_amount" not in caller.orders(account_id=older.external_id)[0]
    assert caller.orders(account_id=food.external_id) == []
    assert "goods" in catering(caller).orders(account_id=food.external_id)[0]


def test_the_catering_twin_has_goods_and_its_own_names(laike: Laike) -> None:
    caller = catering(laike(business="catering"))
    data = caller.data()
    assert data["search_after"].keys() == {"size", "cursor", "all_cursor"}
    for row in data["orders"]:
        assert not {"sku_id", "products", "pay_amount", "room_id", "count"} & row.keys()
        assert row["amount_info"]["pay_amount"] == row["order_pay_amount"]
        assert row["attribute_info"].keys() == {"room_id"}
        assert row["poi"].keys() >= {"intention_poi_id", "intention_poi_name"}
        assert row["has_donated_items"] is False
        for sub in row["sub_order_amount_infos"]:
            assert {"sku_id", "sub_sku_id", "sub_coupon_pay_amount"} <= sub.keys()
        for certificate in row["certificate"]:
            assert {"sku_id", "origin_certificate_id", "is_donated_item"} <= (
                certificate.keys()
            )
        assert sum(good["count"] for good in row["goods"]) == len(row["certificate"])


def test_the_catering_cursor_continues_the_walk(laike: Laike) -> None:
    caller = catering(laike(business="catering"))
    first = caller.data(page_size=50)
    cursor = ",".join(first["search_after"]["cursor"])
    second = caller.orders(page_size=50, cursor=cursor)
    assert second == caller.orders(page_size=50, page_num=2)


@pytest.mark.parametrize(
    ("position", "rows", "code"),
    [("empty", 0, 0), ("answered", 20, 0), ("refused", None, 2100007)],
)
def test_the_other_businesss_query_follows_the_switch(
    laike: Laike, position: str, rows: int | None, code: int
) -> None:
    for business, turn in (("catering", False), ("general", True)):
        caller = laike(business=business, switches={"other_endpoint": position})
        data = (catering(caller) if turn else caller).ask()["data"]
        assert data["error_code"] == code
        assert len(data.get("orders", [])) == (rows or 0)


def test_in_2022_one_query_served_catering_too(laike: Laike) -> None:
    caller = laike(business="catering", shape="2022")
    row = caller.orders()[0]
    assert row["amount_info"]["pay_amount"] == row["pay_amount"]


# Kinds ----------------------------------------------------


def test_there_are_orders_of_every_kind(laike: Laike) -> None:
    rows = laike(orders=400).everything()
    assert {row["order_type"] for row in rows} == {21, 31, 41, 51, 60, 70, 100}
    assert {row["order_status"] for row in rows} == KNOWN_STATUSES
    pieces = [c for row in rows for c in row["certificate"]]
    assert {c["item_status"] for c in pieces} == KNOWN_ITEM_STATUSES
    assert max(len(row["certificate"]) for row in rows) == 4
    assert max(len(row["products"]) for row in rows) > 1


def test_delivered_orders_name_receiver_and_delivery(laike: Laike) -> None:
    for shape in ("2022", "2023"):
        rows = laike(shape=shape).everything()
        for row in rows:
            delivered = row["order_type"] == 41
            assert delivered == ("delivery_info" in row) == ("receiver_info" in row)
            if delivered:
                assert row["poi"]["poi_id"]
                assert row["products"][0]["commodities"][0]["items"]
                assert re.fullmatch(
                    r"1\d\d\*{4}\d{4}", row["receiver_info"]["receiver_phone"]
                )


def test_a_privacy_number_comes_only_when_asked_for(laike: Laike) -> None:
    caller = laike()
    for asked in (True, False):
        rows = caller.everything(get_secret_number=str(asked).lower())
        receivers = [row["receiver_info"] for row in rows if "receiver_info" in row]
        assert receivers
        assert all(("secret_number" in r) == asked for r in receivers)


def test_buyers_are_masked_and_encrypted(laike: Laike) -> None:
    for row in laike().everything():
        (contact,) = row["contacts"]
        assert re.fullmatch(r"170\*{4}\d{4}", contact["phone"])
        assert contact["name"][1:] == "*" * (len(contact["name"]) - 1)
        assert contact["phone_encrypt"].startswith("Enc.")


# Money ----------------------------------------------------


def test_the_documented_identities_hold(laike: Laike) -> None:
    for row in laike().everything():
        paid, subs = row["pay_amount"], row["sub_order_amount_infos"]
        assert row["original_amount"] - row["discount_amount"] == paid
        for name in ("origin", "pay", "receipt", "discount"):
            order = row["original_amount" if name == "origin" else f"{name}_amount"]
            assert sum(sub[f"{name}_amount"] for sub in subs) == order
        for part in (row, *subs):
            total = sum(d["discount_amount"] for d in part["discounts"])
            assert total == part["discount_amount"]


def test_the_payment_discount_may_stand_beside_the_others(laike: Laike) -> None:
    rows = laike(switches={"payment_discount": "beside"}).everything()
    assert any(row["payment_discount"] for row in rows)
    for row in rows:
        off = row["discount_amount"] + row["payment_discount"]
        assert row["original_amount"] - off == row["pay_amount"]


def test_an_unpaid_order_may_show_no_pay_amount(laike: Laike) -> None:
    unpaid = [r for r in laike().everything() if r["pay_time"] == 0]
    assert all(r["pay_amount"] > 0 for r in unpaid)
    caller = laike(switches={"unpaid_amount": "zero"})
    assert all(bool(r["pay_amount"]) == bool(r["pay_time"]) for r in caller.everything())
    paid = {t.external_id: t.paid for t in caller.box.truth(caller.root)}
    assert all(paid[r["order_id"]] == r["pay_amount"] for r in caller.everything())


def test_refunded_vouchers_say_how_much_and_when(laike: Laike) -> None:
    pieces = [c for row in laike().everything() for c in row["certificate"]]
    refunded = [c for c in pieces if c["item_status"] == 301]
    assert refunded
    assert all(c["refund_amount"] > 0 < c["refund_time"] for c in refunded)
    assert all(c["refund_amount"] == 0 for c in pieces if c["item_status"] != 301)


def test_a_voucher_has_an_id_once_it_is_issued(laike: Laike) -> None:
    for row in laike(orders=400).everything():
        for piece in row["certificate"]:
            issued = piece["item_status"] not in (10, 20, 101) and row["order_type"] != 41
            assert bool(piece["certificate_id"]) == issued
            assert len(piece["order_item_id"]) == 27


def test_a_used_voucher_is_401_or_1(laike: Laike) -> None:
    for position, absent in (("401", 1), ("1", 401)):
        rows = laike(switches={"used_as": position}).everything()
        statuses = {c["item_status"] for row in rows for c in row["certificate"]}
        assert int(position) in statuses
        assert absent not in statuses


# Dialects ----------------------------------------------------


def test_ids_are_text_and_amounts_and_times_numbers_as_documented(laike: Laike) -> None:
    row = laike().orders()[0]
    assert type(row["order_id"]) is str
    assert type(row["pay_amount"]) is type(row["update_order_time"]) is int


def test_64_bit_values_may_all_be_text(laike: Laike) -> None:
    for row in laike(switches={"i64": "strings"}).everything():
        assert type(row["pay_amount"]) is type(row["update_order_time"]) is str
        assert type(row["certificate"][0]["refund_time"]) is str
        assert type(row["order_status"]) is int


def test_64_bit_ids_may_be_numbers_beyond_2_to_the_53(laike: Laike) -> None:
    for row in laike(switches={"i64": "numbers"}).everything():
        assert type(row["order_id"]) is int
        assert row["order_id"] > 2**53
        assert type(row["certificate"][0]["certificate_id"]) is int
        assert type(row["certificate"][0]["order_item_id"]) is str


def test_times_may_be_milliseconds(laike: Laike) -> None:
    seconds = laike().everything()
    millis = laike(switches={"times": "milliseconds"}).everything()
    for one, other in zip(seconds, millis, strict=True):
        assert other["update_order_time"] == one["update_order_time"] * 1000
        assert other["pay_time"] == one["pay_time"] * 1000


def test_windows_are_asked_in_seconds_either_way(laike: Laike) -> None:
    caller = laike(orders=10, switches={"times": "milliseconds"})
    span = {"create_order_start_time": 0, "create_order_end_time": caller.now}
    assert len(caller.orders(**span)) == 10


# New words, new fields, poison ----------------------------------------------------


def test_new_words_are_statuses_no_document_has(laike: Laike) -> None:
    caller = laike(new_words=0.2)
    rows = caller.everything()
    new = [row for row in rows if row["order_status"] not in KNOWN_STATUSES]
    assert 10 < len(new) < 100
    told = {t.external_id: t.status for t in caller.box.truth(caller.root)}
    assert all(told[row["order_id"]] == str(row["order_status"]) for row in rows)
    word = new[0]["order_status"]
    assert new[0]["order_id"] in [r["order_id"] for r in caller.orders(order_status=word)]


def test_new_fields_are_in_every_part(laike: Laike) -> None:
    plain, newer = laike().data(), laike(new_fields=True).data()
    for old, new in zip(plain["orders"], newer["orders"], strict=True):
        assert new.keys() - old.keys() == {"settle_mode_v3"}
        assert new["certificate"][0].keys() - old["certificate"][0].keys()
    assert newer.keys() - plain.keys() == {"list_version"}


def spoilt(row: dict[str, Any], kind: str) -> bool:
    match kind:
        case "no_id":
            return "order_id" not in row
        case "no_status":
            return "order_status" not in row
        case "no_update_time":
            return "update_order_time" not in row
        case "status_object":
            return isinstance(row["order_status"], dict)
        case "amount_absurd":
            return bool(row["pay_amount"] > 2**63)
        case "certificates_text":
            return isinstance(row["certificate"], str)
        case "updated_1995":
            return bool(row["update_order_time"] == 788_918_400)
        case "time_text":
            return isinstance(row["update_order_time"], str)
        case _:
            return not str(row["pay_amount"]).isdecimal()


@pytest.mark.parametrize("kind", KINDS)
def test_a_poisoned_row_is_malformed_and_its_neighbours_are_not(
    laike: Laike, kind: str
) -> None:
    caller = laike(orders=10)
    before = caller.orders()
    victim = before[3]["order_id"]
    caller.box.poison(caller.root, victim, kind)
    after = caller.orders()
    assert caller.box.poisoned == {(caller.root, victim)}
    assert spoilt(after[3], kind)
    assert after[:3] + after[4:] == before[:3] + before[4:]
    truth = next(t for t in caller.box.truth(caller.root) if t.external_id == victim)
    assert truth.paid == before[3]["pay_amount"]
    assert truth.status == str(before[3]["order_status"])
    assert truth.updated_at == caller.now


def test_poison_by_chance_is_known_to_the_box(laike: Laike) -> None:
    caller = laike(poison=0.2)
    assert 15 < len(caller.box.poisoned) < 80
    bad = {id for _, id in caller.box.poisoned}
    for row in caller.everything():
        if row.get("order_id") not in bad | {None}:
            assert row["order_status"] in KNOWN_STATUSES


def test_an_unknown_poison_or_order_is_named(laike: Laike) -> None:
    caller = laike(orders=1)
    with pytest.raises(ValueError, match="no poison arsenic"):
        caller.box.poison(caller.root, "1", "arsenic")
    with pytest.raises(ValueError, match="no order 1"):
        caller.box.poison(caller.root, "1")
