"""What one order looks like on the wire."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandboxes.jd.conftest import Caller

    Open = Callable[..., Caller]

EVERYTHING = (
    "orderId,venderId,orderType,payType,orderTotalPrice,sellerDiscount,orderSellerPrice,"
    "orderPayment,freightPrice,balanceUsed,taxFee,serviceFee,orderState,orderStateRemark,"
    "orderStartTime,paymentConfirmTime,outBoundDate,orderEndTime,modified,consigneeInfo,"
    "itemInfoList,couponDetailList,invoiceInfo,invoiceEasyInfo,vatInfo,waybill,"
    "logisticsId,venderRemark,orderRemark,parentOrderId,directParentOrderId,pin,realPin,"
    "open_id_buyer,xid_buyer,returnOrder"
)
MONEY = re.compile(r"-?\d+\.\d\d")


def rows(client: Caller, name: str = "enSearch") -> Iterator[dict[str, Any]]:
    for page in range(1, 100):
        asked = {"optional_fields": EVERYTHING, "page": str(page)}
        found = client.search(name, **asked)["orderInfoList"]
        if not found:
            return
        yield from found


def fen(text: str) -> int:
    assert MONEY.fullmatch(text)
    return int(Decimal(text) * 100)


def test_every_field_documented_is_there(shop: Open) -> None:
    names = set(EVERYTHING.split(","))
    assert all(row.keys() == names for row in rows(shop()))


def test_amounts_are_yuan_text_and_add_up(shop: Open) -> None:
    kinds: Counter[str] = Counter()
    for row in rows(shop(orders=300)):
        listed = sum(fen(i["jdPrice"]) * int(i["itemTotal"]) for i in row["itemInfoList"])
        total, off = fen(row["orderTotalPrice"]), fen(row["sellerDiscount"])
        coupons = sum(fen(c["couponPrice"]) for c in row["couponDetailList"])
        kinds.update(c["couponType"] for c in row["couponDetailList"])
        assert listed == total
        assert fen(row["orderSellerPrice"]) == total - off
        extra = fen(row["freightPrice"]) + fen(row["taxFee"]) + fen(row["serviceFee"])
        taken = coupons + fen(row["balanceUsed"])
        assert fen(row["orderPayment"]) == total - taken + extra >= 0
    assert {"30", "41", "100"} <= kinds.keys()


def test_only_coupons_of_type_30_name_a_sku(shop: Open) -> None:
    for row in rows(shop(orders=200)):
        for coupon in row["couponDetailList"]:
            assert ("skuId" in coupon) is (coupon["couponType"] == "30")


def test_a_gift_stands_beside_its_main_line_with_the_same_sku(shop: Open) -> None:
    gifts = 0
    for row in rows(shop(orders=200)):
        skus = [item["skuId"] for item in row["itemInfoList"]]
        for item in row["itemInfoList"]:
            assert "id" not in item
            if item["jdPrice"] == "0.00":
                gifts += 1
                assert skus.count(item["skuId"]) > 1
    assert gifts


def test_goods_local_life_and_cash_on_delivery_are_all_there(shop: Open) -> None:
    found = list(rows(shop(orders=300, history=timedelta(days=3))))
    assert {row["orderType"] for row in found} == {"22", "75"}
    assert {row["payType"] for row in found} == {"4-在线支付", "1-货到付款"}
    codes = [row for row in found if row["orderType"] == "75"]
    assert any(row["orderState"] == "WAIT_SEND_CODE" for row in codes)
    assert all(row["waybill"] == "" for row in codes)
    waiting = [r for r in found if r["orderState"] == "WAIT_SELLER_STOCK_OUT"]
    cash = [row for row in waiting if row["payType"].startswith("1")]
    assert cash
    assert {row["paymentConfirmTime"] for row in cash} == {"0001-01-01 00:00:00"}


def test_parcels_align_with_their_carriers(shop: Open) -> None:
    groups: Counter[tuple[int, bool]] = Counter()
    for row in rows(shop(orders=300)):
        if row["waybill"]:
            parcels, carriers = row["waybill"].split("|"), row["logisticsId"].split("|")
            assert len(parcels) == len(carriers)
            groups[len(parcels), "," in row["waybill"]] += 1
    assert {(1, False), (1, True), (2, False)} <= groups.keys()


def test_children_name_a_parent_that_no_longer_exists(shop: Open) -> None:
    client = shop(orders=200)
    children = [r for r in rows(client) if r["parentOrderId"] != "0"]
    assert children
    for row in children:
        assert row["directParentOrderId"] == row["parentOrderId"]
        assert client.get(row["parentOrderId"])["apiResult"]["success"] is False


@pytest.mark.parametrize("never", ["0001", "1970", "mixed"])
def test_a_time_that_has_not_come_is_a_sentinel(shop: Open, never: str) -> None:
    seen = set()
    for row in rows(shop(switches={"never": never})):
        for name in ("paymentConfirmTime", "outBoundDate", "orderEndTime"):
            if row[name] < "1990":
                seen.add(row[name])
    both = {"0001-01-01 00:00:00", "1970-01-01 00:00:00"}
    assert seen == (both if never == "mixed" else {f"{never}-01-01 00:00:00"})


def test_some_times_may_be_iso_in_utc(shop: Open) -> None:
    plain, iso = shop(), shop(switches={"times": "some_iso"})
    for one, other in zip(rows(plain), rows(iso), strict=True):
        assert one["orderStartTime"] == other["orderStartTime"]
        match = re.fullmatch(r"(.{10})T(..)(:.{5})\.000\+0000", other["modified"])
        assert match
        assert (int(match[2]) + 8) % 24 == int(one["modified"][11:13])


@pytest.mark.parametrize(
    ("switch", "position", "name", "wanted"),
    [
        ("order_id", "text", "orderId", str),
        ("order_id", "number", "orderId", int),
        ("jd_price", "text", "itemInfoList.jdPrice", str),
        ("jd_price", "number", "itemInfoList.jdPrice", float),
        ("line_id", "present", "itemInfoList.id", int),
    ],
)
def test_types_follow_their_switches(
    shop: Open, switch: str, position: str, name: str, wanted: type
) -> None:
    row = next(rows(shop(switches={switch: position})))
    outer, _, inner = name.partition(".")
    value = row[outer][0][inner] if inner else row[outer]
    assert type(value) is wanted


def test_line_ids_are_distinct_within_an_order(shop: Open) -> None:
    for row in rows(shop(switches={"line_id": "present"})):
        numbers = [item["id"] for item in row["itemInfoList"]]
        assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize(
    ("success", "code", "wanted"),
    [("bool", "0", (True, 0)), ("text", "10100000", ("true", 10100000))],
)
def test_success_and_number_code_follow_their_switches(
    shop: Open, success: str, code: str, wanted: tuple[Any, int]
) -> None:
    client = shop(switches={"success": success, "number_code": code})
    result = client.search()["apiResult"]
    assert (result["success"], result["numberCode"]) == wanted
    assert client.search(page="0")["apiResult"]["success"] in (False, "false")


def test_pay_type_parent_objects_and_state_words_follow_their_switches(shop: Open) -> None:
    switches = {
        "pay_type": "code",
        "no_parent": "absent",
        "empty_object": "list",
        "state_words": "pinyin",
    }
    client = shop(orders=100, switches=switches)
    found = list(rows(client))
    assert {row["payType"] for row in found} == {"1", "4"}
    assert any("parentOrderId" not in row for row in found)
    assert any(row["vatInfo"] == [] for row in found)
    states = {row["orderId"]: row["orderState"] for row in found}
    assert "DengDaiChuKu" in states.values()
    truth = {t.external_id: t.status for t in client.box.truth(client.account)}
    assert all(truth[id] == word for id, word in states.items()), "truth speaks as sent"


# Receivers -------------------------------------------------------------------------------


def receivers(client: Caller, name: str) -> list[dict[str, Any]]:
    return [row["consigneeInfo"] for row in rows(client, name) if row["orderType"] == "22"]


def test_plain_receivers_are_readable_in_both_searches(shop: Open) -> None:
    client = shop(privacy="plain")
    for name in ("enSearch", "search"):
        for who in receivers(client, name):
            assert re.fullmatch(r"1700000\d{4}", who["mobile"])
            assert who["fullAddress"].endswith("室")


def test_phase_1_sends_ciphertext_beside_the_plain_text(shop: Open) -> None:
    client = shop(privacy="phase1")
    pairs = zip(receivers(client, "enSearch"), receivers(client, "search"), strict=True)
    for both, plain in pairs:
        assert both["mobile"] == plain["mobile"]
        for field in ("fullname", "mobile", "telephone", "fullAddress"):
            assert both[f"encrypt_{field}"].startswith("AA")
            assert f"encrypt_{field}" not in plain


def test_phase_2_puts_ciphertext_into_the_normal_fields(shop: Open) -> None:
    client = shop(privacy="phase2")
    for who in receivers(client, "enSearch"):
        assert all(who[f].startswith("AA") for f in ("fullname", "mobile", "fullAddress"))
        assert who["provinceId"] is None
        assert re.fullmatch(r"170\*{4}\d{4}", who["desen_mobile"])
    for who in receivers(client, "search"):
        assert "****" in who["mobile"]


def test_oaid_stands_beside_masked_text(shop: Open) -> None:
    client = shop(privacy="oaid")
    handles = [who["oaid"] for who in receivers(client, "enSearch")]
    assert all(handles)
    assert all("*" in who["fullname"] for who in receivers(client, "search"))


def test_protection_hides_every_readable_trace_of_a_buyer(shop: Open) -> None:
    plain = shop(privacy="plain")
    phones = {who["mobile"] for who in receivers(plain, "search")}
    for privacy in ("phase2", "oaid"):
        client = shop(privacy=privacy)
        text = str([list(rows(client, name)) for name in ("enSearch", "search")])
        assert not [phone for phone in phones if phone in text]


def test_pin_gives_way_to_open_ids(shop: Open) -> None:
    old = next(rows(shop(privacy="plain")))
    new = next(rows(shop(privacy="oaid")))
    assert old["pin"].startswith("jd_")
    assert "open_id_buyer" not in old
    assert new["pin"] == "000000000-000000"
    assert new["xid_buyer"].startswith("o*")


def test_each_shop_can_have_its_own_protection(shop: Open) -> None:
    box = shop(shops=3, privacy=("plain", "oaid")).box
    words = [account.settings["privacy"] for account in box.accounts()]
    assert words == ["plain", "oaid", "plain"]


def test_an_unknown_protection_is_an_error(shop: Open) -> None:
    with pytest.raises(ValueError, match="privacy is one of"):
        shop(privacy="secret")


def test_invoice_text_and_object_agree(shop: Open) -> None:
    for row in rows(shop(orders=100)):
        none = row["invoiceEasyInfo"]["invoiceType"] == "0"
        assert (row["invoiceInfo"] == "不需要开具发票") is none
        assert bool(row["vatInfo"]) is (row["invoiceEasyInfo"]["invoiceType"] == "2")
