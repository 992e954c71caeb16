"""After-sale cases: composed ones whole, then what each word and gap means."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.taobao import after_sales_v1, after_sales_v2, cases
from adapters.taobao.dialect import Top
from hub_core.models import AfterSale, AfterSaleKind, CaseStatus, Issue, Record
from hub_core.wire import JSON, Fetched, Misread, Ref
from tests.adapters.published import AT_HAND

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "taobao"
CASES = sorted(
    f"{path.parent.name}/{path.name.removesuffix('.wire.json')}"
    for path in FOLDER.glob("after_sales_v*/*.wire.json")
)
SHAPES = [after_sales_v1, after_sales_v2]
LEAST: JSON = {"refund_id": "181784773340365901", "status": "WAIT_SELLER_AGREE"}


def golden(case: str) -> AfterSale:
    version, name = case.split("/")
    shape = import_module(f"adapters.taobao.{version}")
    body = json.loads((FOLDER / version / f"{name}.wire.json").read_text("utf-8"))
    return canonical(shape.GET.read(Top().unwrap(shape.GET, body)))


def canonical(found: Any) -> AfterSale:
    assert isinstance(found, Fetched), found
    assert isinstance(found.record, AfterSale)
    return found.record


def case(shape: Any = after_sales_v2, **given_: Any) -> AfterSale:
    return canonical(shape.GET.read({"refund": LEAST | given_}))


# Whole ---------------------------------------------------------------------------------


def test_both_shapes_have_goldens() -> None:
    assert {c.split("/")[0] for c in CASES} == {"after_sales_v1", "after_sales_v2"}


@pytest.mark.parametrize("name", CASES)
def test_a_golden_case_reads_as_it_did(
    name: str, as_json: Callable[[Record], JSON]
) -> None:
    expected = json.loads((FOLDER / f"{name}.hub.json").read_text("utf-8"))

    assert as_json(golden(name)) == expected


def test_v1_a_refund_before_shipping_gave_its_money_back() -> None:
    found = golden("after_sales_v1/refunded_before_shipping")
    (line,), (refund,) = found.lines, found.refunds

    assert found.external_id == "83477000000101"
    assert (found.kind, found.status) == ("refund_only", "closed_done")
    assert found.order_external_id == found.line_external_id == "450000000000301"
    assert found.refunded_amount == refund.amount == 118_00
    assert (line.quantity, line.sku_external_id, line.sku_code) == (
        2,
        "30004447689",
        "TX-01",
    )
    assert found.version_raw == "1384221602927"
    assert (found.completed_at, refund.succeeded_at) == (None, None)


def test_v1_a_return_on_its_way_has_given_nothing_back_yet() -> None:
    found = golden("after_sales_v1/return_on_its_way")

    assert (found.kind, found.status) == ("return_refund", "merchant_receive")
    assert (found.requested_amount, found.refunded_amount) == (29_50, None)
    assert found.refunds == ()
    assert found.return_tracking_no == "SB0000009001"
    assert found.deadline_at == datetime(2013, 11, 27, 0, 30, tzinfo=UTC)


def test_v2_an_exchange_succeeds_without_any_money() -> None:
    found = golden("after_sales_v2/exchanged")

    assert (found.kind, found.status) == ("exchange", "closed_done")
    assert (found.requested_amount, found.refunded_amount) == (None, None)
    assert (found.refunds, found.issues) == ((), ())
    assert found.completed_at == datetime(2026, 11, 18, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("shape", ["after_sales_v1", "after_sales_v2"])
def test_an_exchange_that_does_not_say_so_is_over_and_gave_nothing_back(
    shape: str,
) -> None:
    """By the document `payment` is what the seller keeps: here that is all of it."""
    found = golden(f"{shape}/exchanged_untold")

    assert (found.kind, found.status) == ("unknown", "closed_done")
    assert (found.requested_amount, found.refunded_amount) == (None, None)
    assert Issue("refunded_amount", "kind_unknown") in found.issues


@pytest.mark.parametrize("shape", SHAPES)
def test_a_return_that_does_not_say_so_gives_back_what_the_seller_does_not_keep(
    shape: Any,
) -> None:
    money = {"total_fee": "88.00", "payment": "58.00", "refund_fee": "30.00"}
    found = case(shape, status="SUCCESS", has_good_return=True, **money)

    assert (found.kind, found.refunded_amount) == (AfterSaleKind.RETURN_REFUND, 30_00)


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_given_back_is_no_refund(shape: Any) -> None:
    ended = {"status": "SUCCESS", "has_good_return": False, "refund_fee": "0.00"}

    assert case(shape, **ended, total_fee="9.00").kind is AfterSaleKind.UNKNOWN
    free = case(shape, **ended, total_fee="0.00", payment="0.00")
    assert (free.kind, free.refunded_amount) == (AfterSaleKind.REFUND_ONLY, 0)


def test_v2_a_case_the_platform_looks_at_is_in_arbitration() -> None:
    found = golden("after_sales_v2/return_in_dispute")

    assert found.status is CaseStatus.ARBITRATION
    assert found.status_raw == "SELLER_REFUSE_BUYER"
    assert (found.requested_amount, found.refunded_amount) == (199_65, None)


def test_v2_a_refund_tells_when_it_succeeded() -> None:
    found = golden("after_sales_v2/refunded_after_return")

    assert found.refunded_amount == 88_00
    assert found.refunds[0].succeeded_at == datetime(2026, 11, 20, 3, tzinfo=UTC)


# Words ---------------------------------------------------------------------------------

STATUS = {
    "WAIT_SELLER_AGREE": CaseStatus.MERCHANT_REVIEW,
    "WAIT_BUYER_RETURN_GOODS": CaseStatus.BUYER_RETURN,
    "WAIT_SELLER_CONFIRM_GOODS": CaseStatus.MERCHANT_RECEIVE,
    "SELLER_REFUSE_BUYER": CaseStatus.BUYER_RETURN,
    "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS": CaseStatus.BUYER_RETURN,
    "WAIT_SELLER_CONSIGN_GOODS": CaseStatus.MERCHANT_SEND,
    "EXCHANGE_TRANSFORM_TO_REFUND": CaseStatus.REFUNDING,
    "CLOSED": CaseStatus.CLOSED_CANCELLED,
    "SUCCESS": CaseStatus.CLOSED_DONE,
}
KIND = {
    "REFUND": AfterSaleKind.REFUND_ONLY,
    "REFUND_AND_RETURN": AfterSaleKind.RETURN_REFUND,
    "TMALL_EXCHANGE": AfterSaleKind.EXCHANGE,
    "TAOBAO_EXCHANGE": AfterSaleKind.EXCHANGE,
    "REPAIR": AfterSaleKind.REPAIR,
    "RESHIPPING": AfterSaleKind.RESHIP,
    "OTHERS": AfterSaleKind.UNKNOWN,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("word", STATUS)
def test_each_word_of_a_case_says_whose_turn_it_is(shape: Any, word: str) -> None:
    found = case(shape, status=word)

    assert (found.status, found.status_raw) == (STATUS[word], word)


@pytest.mark.parametrize("word", KIND)
def test_each_type_of_dispute_is_a_kind(word: str) -> None:
    found = case(dispute_type=word, has_good_return=True)

    assert (found.kind, found.kind_raw) == (KIND[word], word)


def test_no_word_is_read_that_stands_in_no_table_here() -> None:
    assert cases.STATUS.keys() == STATUS.keys()
    assert after_sales_v2.KIND.keys() == KIND.keys()


def test_words_newer_than_the_hub_are_unknown_and_said_so() -> None:
    found = case(
        status="WAIT_ROBOT", dispute_type="HOLOGRAM", modified="2026-11-20 00:00:00"
    )

    assert (found.status, found.status_raw) == (CaseStatus.UNKNOWN, "WAIT_ROBOT")
    assert (found.kind, found.kind_raw) == (AfterSaleKind.UNKNOWN, "HOLOGRAM")
    assert found.issues == (Issue("status", "unknown_word"), Issue("kind", "unknown_word"))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("returns", "kind"),
    [(True, "return_refund"), ("false", "refund_only"), (None, "unknown")],
)
def test_without_a_type_it_counts_whether_goods_come_back(
    shape: Any, returns: Any, kind: str
) -> None:
    assert case(shape, has_good_return=returns).kind == kind


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("word", cases.EXCHANGING)
def test_without_a_type_an_exchange_shows_in_its_status(shape: Any, word: str) -> None:
    found = case(shape, status=word, has_good_return=True)

    assert found.kind is AfterSaleKind.EXCHANGE


@pytest.mark.parametrize("word", after_sales_v2.PRICE)
def test_a_price_that_is_made_good_is_its_own_kind_and_gives_money(word: str) -> None:
    found = case(
        dispute_type="REFUND", special_refund_type=word, status="SUCCESS", refund_fee="5.00"
    )

    assert (found.kind, found.kind_raw) == (AfterSaleKind.PRICE_ADJUST, word)
    assert found.refunded_amount == 5_00


@pytest.mark.parametrize("code", cases.IN_DISPUTE)
def test_the_platforms_people_make_an_open_case_an_arbitration(code: int) -> None:
    assert case(cs_status=code).status is CaseStatus.ARBITRATION
    assert case(cs_status=str(code)).status is CaseStatus.ARBITRATION
    assert case(cs_status=code, status="SUCCESS").status is CaseStatus.CLOSED_DONE


@pytest.mark.parametrize("code", [None, 1, 6, 7, 8, 9])
def test_a_case_the_platform_is_through_with_keeps_its_own_word(code: int | None) -> None:
    assert case(cs_status=code).status is CaseStatus.MERCHANT_REVIEW


# Money ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("word", [word for word in STATUS if word != "SUCCESS"])
def test_no_money_went_back_before_success(shape: Any, word: str) -> None:
    found = case(shape, status=word, has_good_return=False, refund_fee="12.30")

    assert found.refunded_amount is None
    assert found.refunds == ()


@pytest.mark.parametrize("word", [word for word in KIND if word[:6] != "REFUND"])
def test_success_of_another_kind_is_no_fact_of_money(word: str) -> None:
    found = case(status="SUCCESS", dispute_type=word, refund_fee="12.30")

    assert found.refunded_amount is None
    assert found.refunds == ()


def test_success_of_an_unknown_kind_leaves_a_doubt() -> None:
    found = case(status="SUCCESS", dispute_type="HOLOGRAM", refund_fee="12.30")

    assert Issue("refunded_amount", "kind_unknown") in found.issues


def test_a_fraction_of_a_fen_parks_the_case_with_its_id() -> None:
    found = after_sales_v2.GET.read({"refund": LEAST | {"refund_fee": "12.345"}})

    assert isinstance(found, Misread)
    assert found.external_id == LEAST["refund_id"]
    assert "refund_fee" in found.reason


# Gaps ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_id_and_status_are_enough(shape: Any) -> None:
    found = case(shape)

    assert found.lines == ()
    assert found.order_external_id is None
    assert found.requested_amount is None
    assert Issue("channel_updated_at", "missing") in found.issues


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("field", ["refund_id", "status"])
def test_without_one_of_them_a_case_is_parked(shape: Any, field: str) -> None:
    row = {k: v for k, v in LEAST.items() if k != field}

    assert isinstance(shape.GET.read({"refund": row}), Misread)


@pytest.mark.parametrize("body", [{"refund": []}, {"refund": None}, {}])
@pytest.mark.parametrize("shape", SHAPES)
def test_an_answer_without_its_case_fails(shape: Any, body: JSON) -> None:
    with pytest.raises((KeyError, ValueError)):
        shape.GET.read(body)


@pytest.mark.parametrize("sku", ["", "颜色分类:白", "|x", "0|x", None])
def test_a_sku_without_an_id_before_the_bar_names_none(sku: str | None) -> None:
    assert case(oid=1, sku=sku).lines[0].sku_external_id is None


@pytest.mark.parametrize("exist", [False, "false"])
def test_a_timeout_that_will_not_come_is_no_deadline(exist: Any) -> None:
    limit = {"exist_timeout": exist, "timeout": "2026-11-26 00:00:00"}

    assert case(refund_remind_timeout=limit).deadline_at is None


def test_the_buyers_words_stay_in_the_sealed_record() -> None:
    found = case(desc="给我退钱", buyer_nick="nick-b", address="沙箱路1号")
    said = repr(found) + json.dumps(dict(found.ext), ensure_ascii=False)

    for secret in ("给我退钱", "nick-b", "沙箱路"):
        assert secret not in said


# What is asked for ---------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_the_details_fields_are_named_one_by_one(shape: Any) -> None:
    asked = shape.GET.parameters(external_id="1")
    named = asked["fields"].split(",")

    assert asked["refund_id"] == "1"
    assert len(named) == len(set(named)) <= 100
    assert {"refund_version", "refund_phase", "refund_remind_timeout", "desc"} <= set(named)
    assert not {"buyer_nick", "address", "alipay_no"} & set(named)
    newer = {"dispute_type", "end_time"}
    assert newer & set(named) == (newer if shape is after_sales_v2 else set())


def test_a_list_names_cases_with_the_word_for_their_state() -> None:
    row = {"refund_id": 181784773340365902, "modified": "2026-11-20 00:03:04"}
    body = {
        "refunds": {"refund": [row | {"status": "CLOSED"}, {"tid": 1}]},
        "has_next": True,
    }
    ref, nameless = after_sales_v2.LIST.read(body).items

    assert isinstance(ref, Ref)
    assert ref.external_id == "181784773340365902"
    assert ref.status_raw == "CLOSED"
    assert ref.updated_at == datetime(2026, 11, 19, 16, 3, 4, tzinfo=UTC)
    assert isinstance(nameless, Misread)


# Published, and whatever else comes ----------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@AT_HAND
def test_a_published_case_is_read(samples: Path, shape: Any) -> None:
    path = samples / "after_sales" / "special_refunds_receive_get.official.response.json"
    (inner,) = json.loads(path.read_text("utf-8")).values()
    found = canonical(shape.GET.read({"refund": inner["refunds"]["refund"][0]}))

    assert found.external_id == "83477"
    assert found.refunded_amount == 10_00
    assert found.lines[0].sku_external_id == "30004447689"
    assert found.version_raw == "1411375308927"
    special = shape is after_sales_v2
    assert found.kind == ("price_adjust" if special else "return_refund")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=5), x, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("shape", SHAPES)
@given(field=st.data(), value=anything)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_field_of_any_type_is_read_or_parked(
    shape: Any, field: Any, value: Any
) -> None:
    name = field.draw(st.sampled_from(sorted(shape.WireCase.model_fields)))
    found = shape.GET.read({"refund": LEAST | {name: value}})

    assert isinstance(found, Fetched | Misread)
