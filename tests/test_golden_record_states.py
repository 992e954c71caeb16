"""Each documented word of what is no order, in each version file that reads it.

After-sale cases, products, uses of vouchers. As in `test_golden_states`, the words and
their meaning are written down from the platforms' documents; money is given back only in
the words that say so.
"""

from __future__ import annotations

from typing import Any

import pytest

from adapters.douyin_laike import after_sales_v1 as laike_cases
from adapters.douyin_laike import goods as laike_goods
from adapters.douyin_laike import redemptions_v1 as laike_uses
from adapters.jd import cases as jd_cases
from adapters.jd import goods as jd_goods
from adapters.jd import service_bills_v1 as jd_bills
from adapters.pinduoduo import cases as pdd_cases
from adapters.pinduoduo import products_v1 as pdd_goods
from adapters.taobao import after_sales_v2 as taobao_kinds
from adapters.taobao import cases as taobao_cases
from adapters.taobao import products_v1 as taobao_goods
from hub_core.models import AfterSale, Issue, Product, Redemption
from hub_core.wire import JSON
from tests.golden_words import files, read_record, rows

# Cases ---------------------------------------------------------------------------------

LAIKE_CASE = {
    "9": "merchant_review",
    "10": "merchant_review",
    "20": "refunding",
    "25": "closed_rejected",
    "30": "arbitration",
    "40": "closed_cancelled",
    "50": "closed_done",
    "59": "refunding",
}
"""refund_status: made, judged, agreed, refused, before the platform, called off, money
back, failed (which is still owed)."""
TAOBAO_CASE = {
    "WAIT_SELLER_AGREE": "merchant_review",
    "WAIT_BUYER_RETURN_GOODS": "buyer_return",
    "WAIT_SELLER_CONFIRM_GOODS": "merchant_receive",
    "SELLER_REFUSE_BUYER": "buyer_return",
    "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS": "buyer_return",
    "WAIT_SELLER_CONSIGN_GOODS": "merchant_send",
    "EXCHANGE_TRANSFORM_TO_REFUND": "refunding",
    "CLOSED": "closed_cancelled",
    "SUCCESS": "closed_done",
}
TAOBAO_KIND = {
    "REFUND": "refund_only",
    "REFUND_AND_RETURN": "return_refund",
    "TMALL_EXCHANGE": "exchange",
    "TAOBAO_EXCHANGE": "exchange",
    "REPAIR": "repair",
    "RESHIPPING": "reship",
    "OTHERS": "unknown",
}
"""dispute_type. OTHERS is a word that means nothing."""
TAOBAO_SPECIAL = ("priceProtect", "cashBack", "价保服务", "退差返现")
TAOBAO_DISPUTE = {
    **dict.fromkeys((2, 3, 4, 5, 10, 11), "arbitration"),
    **dict.fromkeys((1, 6, 7, 8, 9), "merchant_review"),
}
"""cs_status of a case that waits for the merchant."""
JD_APPLICATION = {
    "0": "merchant_review",
    "1": "refunding",
    "2": "closed_rejected",
    "3": "closed_done",
    "4": "closed_rejected",
    "5": "refunding",
    "6": "merchant_receive",
    "7": "refunding",
    "8": "merchant_review",
    "9": "refunding",
    "10": "merchant_receive",
    "11": "closed_cancelled",
}
"""status: new, approved, refused, passed by finance (the money is back), refused by it,
passed by hand, to be caught, caught, not caught, closed by force, before logistics,
withdrawn."""
JD_BILL = {
    "10000": "merchant_review",
    "10001": "merchant_review",
    "10002": "buyer_return",
    "10004": "closed_rejected",
    "10005": "merchant_receive",
    "10006": "merchant_receive",
    "10007": "merchant_receive",
    "10009": "buyer_return",
    "10010": "closed_done",
    "10011": "closed_cancelled",
    "10012": "merchant_review",
    "10013": "merchant_review",
    "10041": "refunding",
}
JD_EXPECTED = {
    "10": "return_refund",
    "11": "refund_only",
    "20": "exchange",
    "30": "repair",
    "70": "repair",
    "80": "reship",
}
PDD_CASE = {
    "2": "merchant_review",
    "3": "merchant_review",
    "4": "refunding",
    "5": "refunding",
    "6": "buyer_return",
    "7": "buyer_return",
    "8": "arbitration",
    "9": "closed_rejected",
    "10": "closed_done",
    "11": "closed_cancelled",
    "12": "closed_cancelled",
    "13": "closed_cancelled",
    "14": "merchant_review",
    "15": "buyer_return",
    "16": "closed_done",
    "17": "closed_rejected",
    "18": "buyer_return",
    "21": "merchant_review",
    "22": "buyer_return",
    "24": "closed_cancelled",
    "25": "closed_done",
    "27": "buyer_return",
    "31": "buyer_return",
    "32": "merchant_send",
    "33": "merchant_receive",
}
"""after_sales_status, which is the same word for refunds, exchanges and repairs."""
PDD_KIND = {
    "2": "refund_only",
    "3": "return_refund",
    "4": "exchange",
    "5": "reship",
    "6": "repair",
}
"""after_sales_type of the list; a single case counts from one less."""

# Products, uses ------------------------------------------------------------------------

LAIKE_ONLINE = {"1": "on_sale", "2": "off_sale", "3": "banned"}
LAIKE_DRAFT = {
    "10": "auditing",
    "12": "rejected",
    "1": "draft",
    "11": "draft",
    "20": "auditing",
    "21": "rejected",
    "22": "draft",
    "23": "rejected",
    "100": "draft",
}
"""draft_status. What has passed is a draft as long as the online list does not show it."""
LAIKE_KIND = {
    **dict.fromkeys(("1", "3", "5", "11", "12"), "voucher"),
    **dict.fromkeys(("7", "8", "13"), "service"),
    "4": "calendar",
    "15": "times_card",
}
LAIKE_USE = {"1": "redeemed", "2": "cancelled"}
TAOBAO_ITEM = {"onsale": "on_sale", "instock": "off_sale"}
JD_WARE = {
    "-1": "deleted",
    "1": "draft",
    "2": "off_sale",
    "4": "banned",
    "8": "on_sale",
    **dict.fromkeys(("513", "514", "516", "520"), "auditing"),
    "1028": "rejected",
}
JD_SKU = {"1": "on_sale", "2": "off_sale", "4": "deleted"}
PDD_ITEM = {"1": "on_sale", "0": "off_sale"}


# Reading -------------------------------------------------------------------------------

LIKE_LAIKE: JSON = {
    "after_sale_id": "7500000000000000001",
    "update_time": 1795147200,
    "total_refund_amount": 9900,
}
LIKE_TAOBAO: JSON = {
    "refund_id": "181784773340365901",
    "modified": "2026-11-20 12:00:00",
    "refund_fee": "99.00",
}
JD_LISTS = {
    "refund_applies_v1": (
        *("refundapply_querylist", "refundApplyResponse", "results", "count"),
        "apply_refund_sum",
    ),
    "refund_applies_v2": (
        *("soa_refundapply_queryPageList", "queryResult", "result", "totalCount"),
        "applyRefundSum",
    ),
}
"""How each shape wraps its list, and spells what is asked for."""


def laike(shape: str, call: str, name: str, row: JSON, **more: Any) -> Any:
    told = {"error_code": 0, "description": "", "has_more": False, "total": 1, **more}
    extra = {"error_code": 0, "description": "", "logid": "L1", "now": 1795147200}
    body = {"data": {name: [row], **told}, "extra": extra}
    return read_record("douyin_laike", shape, call, body)


def laike_case(word: str) -> AfterSale:
    row = LIKE_LAIKE | {"refund_status": int(word)}
    found = laike("after_sales_v1", "LIST", "after_sale_order_list", row)
    assert isinstance(found, AfterSale)
    return found


def laike_product(shape: str, call: str, **words: Any) -> Product:
    page = {"product_id": "7119054118261606401", "product_type": 1}
    row = {"product": page | words.pop("product", {}), **words}
    found = laike(shape, call, "products", row)
    assert isinstance(found, Product)
    return found


def taobao_case(shape: str, **words: Any) -> AfterSale:
    body = {"refund_get_response": {"refund": LIKE_TAOBAO | words}}
    found = read_record("taobao", shape, "GET", body)
    assert isinstance(found, AfterSale)
    return found


def taobao_item(**words: Any) -> Product:
    item = {"num_iid": 669801, "modified": "2026-11-20 12:00:00", **words}
    body = {"item_seller_get_response": {"item": item}}
    found = read_record("taobao", "products_v1", "GET", body)
    assert isinstance(found, Product)
    return found


def jd_application(shape: str, word: str) -> AfterSale:
    wrapper, part, many, count, amount = JD_LISTS[shape]
    row: JSON = {"id": 71, "status": int(word), amount: 9900}
    row |= {"applyTime": "2026-11-20 12:00:00", "apply_time": "2026-11-20 12:00:00"}
    told = {"success": True, many: [row], count: 1}
    body = {f"jingdong_pop_afs_{wrapper}_responce": {"code": "0", part: told}}
    found = read_record("jd", shape, "LIST", body)
    assert isinstance(found, AfterSale)
    return found


def jd_bill(word: str, expected: str) -> AfterSale:
    row = {"serviceId": 71, "serviceStatus": int(word), "customerExpect": int(expected)}
    row |= {"updateTime": 1795147200000}
    told = {"success": True, "totalCount": 1, "data": [row]}
    body = {"jingdong_asc_sync_list_responce": {"code": "0", "pageResult": told}}
    found = read_record("jd", "service_bills_v1", "GET", body)
    assert isinstance(found, AfterSale)
    return found


def jd_ware(word: str) -> Product:
    page = {"data": [{"wareId": 71, "wareStatus": int(word)}], "totalItem": 1}
    name = "jingdong_ware_read_searchWare4Valid_responce"
    found = read_record("jd", "products_v1", "GET", {name: {"code": "0", "page": page}})
    assert isinstance(found, Product)
    return found


def pdd_case(call: str, word: str, kind: str) -> AfterSale:
    amount = "99.00" if call == "LIST" else 9900
    row = {"id": 7381000001, "after_sales_status": int(word), "refund_amount": amount}
    row |= {"after_sales_type": int(kind), "updated_time": "2026-11-20 12:00:00"}
    page = {"refund_list": [row], "total_count": 1}
    body = {"refund_increment_get_response": page} if call == "LIST" else row
    found = read_record("pinduoduo", "after_sales_v1", call, body)
    assert isinstance(found, AfterSale)
    return found


def pdd_product(**words: Any) -> Product:
    goods = {"goods_id": 1, "sku_list": [], **words}
    body = {"goods_list_get_response": {"goods_list": [goods], "total_count": 1}}
    found = read_record("pinduoduo", "products_v1", "LIST", body)
    assert isinstance(found, Product)
    return found


def case_is(case: AfterSale, word: str, meaning: str, *, paid: bool) -> None:
    """What a word makes of a case of 99 yuan."""
    assert (case.status, case.status_raw) == (meaning, word)
    assert Issue("status", "unknown_word") not in case.issues
    assert case.refunded_amount == (9900 if paid else None)
    gone = [r for r in case.refunds if r.succeeded_at or paid]
    assert [r.amount for r in gone] == ([9900] if paid else [])


# Cases ---------------------------------------------------------------------------------


@pytest.mark.parametrize("word", LAIKE_CASE)
def test_laike_refund_words(word: str) -> None:
    found = laike_case(word)
    case_is(found, word, LAIKE_CASE[word], paid=word == "50")
    assert (Issue("status", "refund_failed") in found.issues) is (word == "59")


@pytest.mark.parametrize(
    ("shape", "word"), rows(files("taobao", "after_sales"), TAOBAO_CASE)
)
@pytest.mark.parametrize("goods", ["true", "false"])
def test_taobao_case_words(shape: str, word: str, goods: str) -> None:
    found = taobao_case(shape, status=word, has_good_return=goods)
    case_is(found, word, TAOBAO_CASE[word], paid=word == "SUCCESS")


@pytest.mark.parametrize(("shape", "word"), rows(("after_sales_v2",), TAOBAO_KIND))
def test_taobao_kinds_and_which_of_them_give_money_back(shape: str, word: str) -> None:
    found = taobao_case(shape, status="SUCCESS", dispute_type=word, has_good_return="true")
    assert (found.kind, found.kind_raw) == (TAOBAO_KIND[word], word)
    money = TAOBAO_KIND[word] in ("refund_only", "return_refund")
    assert found.refunded_amount == (9900 if money else None)


@pytest.mark.parametrize("word", TAOBAO_SPECIAL)
def test_taobao_special_refunds_are_of_the_price(word: str) -> None:
    found = taobao_case("after_sales_v2", status="SUCCESS", special_refund_type=word)
    assert (found.kind, found.refunded_amount) == ("price_adjust", 9900)


@pytest.mark.parametrize(
    ("shape", "word"), rows(files("taobao", "after_sales"), TAOBAO_DISPUTE)
)
def test_taobao_cases_before_the_platforms_own_people(shape: str, word: int) -> None:
    found = taobao_case(shape, status="WAIT_SELLER_AGREE", cs_status=word)
    assert found.status == TAOBAO_DISPUTE[word]
    assert taobao_case(shape, status="CLOSED", cs_status=word).status == "closed_cancelled"


@pytest.mark.parametrize(
    ("shape", "word"), rows(files("jd", "refund_applies"), JD_APPLICATION)
)
def test_jd_application_words(shape: str, word: str) -> None:
    case_is(jd_application(shape, word), word, JD_APPLICATION[word], paid=word == "3")


@pytest.mark.parametrize("word", JD_BILL)
def test_jd_bill_words(word: str) -> None:
    case_is(jd_bill(word, "10"), word, JD_BILL[word], paid=False)


@pytest.mark.parametrize("word", JD_EXPECTED)
def test_jd_bill_kinds(word: str) -> None:
    found = jd_bill("10001", word)
    assert (found.kind, found.kind_raw, found.issues) == (JD_EXPECTED[word], word, ())


@pytest.mark.parametrize(("call", "word"), rows(("LIST", "GET"), PDD_CASE))
def test_pinduoduo_case_words(call: str, word: str) -> None:
    case_is(pdd_case(call, word, "2"), word, PDD_CASE[word], paid=word == "10")


@pytest.mark.parametrize("word", PDD_KIND)
def test_pinduoduo_kinds_are_one_less_in_a_single_case(word: str) -> None:
    listed, single = pdd_case("LIST", "2", word), pdd_case("GET", "2", str(int(word) - 1))
    assert listed.kind == single.kind == PDD_KIND[word]
    assert (listed.kind_raw, single.kind_raw) == (word, str(int(word) - 1))
    assert listed.issues == single.issues == ()


# Products, uses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "word"), rows(files("douyin_laike", "products"), LAIKE_ONLINE)
)
def test_laike_online_words(shape: str, word: str) -> None:
    found = laike_product(shape, "LIST", online_status=int(word))
    assert (found.listing_status, found.listing_status_raw) == (LAIKE_ONLINE[word], word)
    assert found.issues == ()


@pytest.mark.parametrize(
    ("shape", "word"), rows(files("douyin_laike", "products"), LAIKE_DRAFT)
)
def test_laike_draft_words(shape: str, word: str) -> None:
    found = laike_product(shape, "DRAFTS", draft_status=int(word))
    assert (found.listing_status, found.listing_status_raw) == (LAIKE_DRAFT[word], word)
    assert found.issues == ()


@pytest.mark.parametrize(
    ("shape", "word"), rows(files("douyin_laike", "products"), LAIKE_KIND)
)
def test_laike_product_types(shape: str, word: str) -> None:
    told = {"product": {"product_type": int(word)}}
    found = laike_product(shape, "LIST", online_status=1, **told)
    assert (found.kind, found.kind_raw, found.issues) == (LAIKE_KIND[word], word, ())


@pytest.mark.parametrize("word", LAIKE_USE)
def test_laike_words_of_a_use(word: str) -> None:
    row = {"verify_id": "7500000000000000011", "verify_time": 1795147200, "cursor": "1"}
    row |= {"status": int(word), "cancel_time": 1795147300 if word == "2" else 0}
    found = laike("redemptions_v1", "LIST", "records_v2", row)
    assert isinstance(found, Redemption)
    assert (found.status, found.status_raw) == (LAIKE_USE[word], word)
    assert (found.cancelled_at is not None) is (word == "2")
    assert found.issues == ()


@pytest.mark.parametrize("word", TAOBAO_ITEM)
def test_taobao_words_of_an_item(word: str) -> None:
    found = taobao_item(approve_status=word)
    assert (found.listing_status, found.listing_status_raw) == (TAOBAO_ITEM[word], word)
    assert (found.skus[0].status, found.issues) == (TAOBAO_ITEM[word], ())


def test_taobao_items_off_for_a_violation_are_banned() -> None:
    found = taobao_item(approve_status="instock", violation=True)
    assert (found.listing_status, found.listing_status_raw) == ("banned", "instock")
    assert taobao_item(approve_status="onsale", violation=True).listing_status == "on_sale"


@pytest.mark.parametrize("word", JD_WARE)
def test_jd_words_of_a_ware(word: str) -> None:
    found = jd_ware(word)
    assert (found.listing_status, found.listing_status_raw) == (JD_WARE[word], word)
    assert Issue("listing_status", "unknown_word") not in found.issues


@pytest.mark.parametrize("word", JD_SKU)
def test_jd_words_of_a_sku(word: str) -> None:
    row = jd_goods.WireSku.model_validate({"skuId": 72, "status": int(word)})
    assert jd_goods.read_sku(row, None).status == JD_SKU[word]


@pytest.mark.parametrize("word", PDD_ITEM)
def test_pinduoduo_words_of_a_product(word: str) -> None:
    sku = {"sku_id": 2, "is_sku_onsale": int(word)}
    found = pdd_product(is_onsale=int(word), sku_list=[sku])
    assert (found.listing_status, found.listing_status_raw) == (PDD_ITEM[word], word)
    assert (found.skus[0].status, found.issues) == (PDD_ITEM[word], ())


# Whole ---------------------------------------------------------------------------------


def test_no_word_is_read_that_stands_in_no_table_here() -> None:
    assert laike_cases.STATUS.keys() == LAIKE_CASE.keys()
    assert laike_goods.ONLINE.keys() == LAIKE_ONLINE.keys()
    assert laike_goods.DRAFT.keys() == LAIKE_DRAFT.keys()
    assert laike_goods.KIND.keys() == LAIKE_KIND.keys()
    assert laike_uses.STATUS.keys() == LAIKE_USE.keys()
    assert taobao_cases.STATUS.keys() == TAOBAO_CASE.keys()
    assert taobao_kinds.KIND.keys() == TAOBAO_KIND.keys()
    assert set(taobao_kinds.PRICE) == set(TAOBAO_SPECIAL)
    assert taobao_goods.LISTING.keys() == TAOBAO_ITEM.keys()
    assert jd_cases.STATES.keys() == JD_APPLICATION.keys()
    assert jd_bills.STATES.keys() == JD_BILL.keys()
    assert jd_bills.KINDS.keys() == JD_EXPECTED.keys()
    assert jd_goods.LISTING.keys() == JD_WARE.keys()
    assert jd_goods.SKU_LISTING.keys() == JD_SKU.keys()
    assert pdd_cases.STATUS.keys() == PDD_CASE.keys()
    assert pdd_cases.LISTED.keys() == PDD_KIND.keys()
    assert {str(int(w) + 1) for w in pdd_cases.DETAILED} == PDD_KIND.keys()
    assert pdd_goods.LISTING.keys() == PDD_ITEM.keys()
