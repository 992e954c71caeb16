"""What the platform asks (SPI), as its pages have it, and what each answer has to say.

Source: paper §4.4-§4.6 and §10; pages tripartite.code/create, refund.apply, refund.notice,
order.query/status_query, group-buy-solution/order-refund/refund-spi and
comprehensive/store-pickup/…/merchant-refund. A refund that nobody answers is granted after
24 h with codes of a third party (refund.apply), after 72 h else (the order page's hint);
codes have ten minutes (create). `error_code` 100 means "ask again", other codes are not
read (§4.5). The numbers of a refund's `result` are configuration (C).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import connectors.douyin_laike as laike
from hub_core.errors import Misconfigured
from hub_core.ports import Pushed, Question, Standing, Verdict
from hub_core.wire import JSON, Credentials
from tests.adapters.douyin_laike.test_laike_sign import SECRET

KEY, ORDER = "awsandbox0001", "1000000000000000001"
ASKS = laike.hub_asks()
PENDING, AGAIN, AGREED, REFUSED = (
    Verdict.PENDING, Verdict.AGAIN, Verdict.AGREED, Verdict.REFUSED,
)  # fmt: skip
HEARD = {"error_code": 0, "description": "success"}


def app(**facts: str) -> Credentials:
    return Credentials(KEY, SECRET, options=facts)


def asked(route: str, document: JSON, **facts: str) -> Question:
    return ASKS.question(route, document, app(**facts))


def said(question: Question, verdict: Verdict, *codes: str, **facts: str) -> JSON:
    """The `data` of an answer; a refusal has a reason."""
    reason = "已核销" if verdict is REFUSED else None
    answer = ASKS.decision(question, verdict, reason, app(**facts), codes)
    assert set(answer) == {"data"}
    data: JSON = answer["data"]
    return data


# Refunds -------------------------------------------------------------------------------

CODED = {"certificate_id": "21", "code": "A1"}
BARE = {"certificate_id": "11", "code": ""}
REFUND = {"order_id": ORDER, "after_sale_id": 7600000000000000001, "refund_amount": 9900}


@pytest.mark.parametrize(
    ("route", "hours"), [("refund-review", 24), ("takeout-refund-review", 72)]
)
def test_a_refund_waits_for_its_hours(route: str, hours: int) -> None:
    found = asked(route, {**REFUND, "certificates": [CODED, BARE]})
    assert found == Question(
        kind=route.replace("-", "_"),
        key="7600000000000000001",
        order_external_ids=(ORDER,),
        amount=9900,
        limit=timedelta(hours=hours),
        case_external_id="7600000000000000001",
        verdict=PENDING,
        voucher_external_ids=("11", "21"),
        uncoded=("11",),
    )


def test_the_hours_are_configuration() -> None:
    facts = {"refund_review_hours": "12", "takeout_refund_review_hours": "48"}
    assert asked("refund-review", REFUND, **facts).limit == timedelta(hours=12)
    assert asked("takeout-refund-review", REFUND, **facts).limit == timedelta(hours=48)


@pytest.mark.parametrize(
    ("told", "amount"),
    [
        ({"refund_amount": 9900}, 9900),
        ({"refund_amount": 0}, 0),
        ({"refund_amount": 9900, "refund_fee": 1, "delivery_fee": 2}, 9900),
        ({"refund_fee": 900, "delivery_fee": 100}, 1000),
        ({"refund_fee": 900}, 900),
        ({"delivery_fee": 100}, None),
        ({}, None),
        ({"refund_amount": "9900"}, 9900),
    ],
)
def test_a_refund_is_of_so_many_fen(told: JSON, amount: int | None) -> None:
    assert asked("refund-review", {"order_id": ORDER, **told}).amount == amount


def test_a_case_has_two_names_and_else_its_order_and_vouchers() -> None:
    def key(**more: Any) -> tuple[str, str | None]:
        found = asked("refund-review", {"order_id": ORDER, **more})
        return found.key, found.case_external_id

    assert key(after_sale_id="7") == key(biz_uniq_key="7") == ("7", "7")
    assert key(after_sale_id="7", biz_uniq_key="8") == ("7", "7")
    one, other = key(certificates=[CODED]), key(certificates=[BARE])
    assert one[1] is other[1] is None
    assert len({one[0], other[0], key()[0]}) == 3
    assert key(certificates=[CODED, BARE]) == key(certificate=[BARE, CODED])


@pytest.mark.parametrize(
    ("verdict", "result"), [(PENDING, 0), (AGREED, 1), (REFUSED, 2), (AGAIN, None)]
)
def test_a_refund_is_answered_by_a_number(verdict: Verdict, result: int | None) -> None:
    data = said(asked("refund-review", REFUND), verdict)
    if result is None:
        assert (data["error_code"], "result" in data) == (100, False)
        return
    reason = {"reason": "已核销"} if verdict is REFUSED else {}
    assert data == {**HEARD, "result": result, **reason}
    numbered = said(asked("refund-review", REFUND), verdict, refund_review_results="1, 2,3")
    assert numbered["result"] == result + 1


def test_who_refuses_gives_a_code_to_each_voucher_that_has_none() -> None:
    question = asked("refund-review", {**REFUND, "certificates": [CODED, BARE]})
    data = said(question, REFUSED, "B1")
    assert data["certificates"] == [{"certificate_id": "11", "code": "B1"}]
    assert "certificates" not in said(question, REFUSED)
    assert "certificates" not in said(question, AGREED, "B1")
    assert ASKS.decision(question, REFUSED, None, app())["data"]["reason"] == ""


@pytest.mark.parametrize(
    ("amount", "verdict"),
    [(5000, AGREED), (1, AGREED), (5001, PENDING), (0, PENDING), (None, PENDING)],
)
def test_small_refunds_are_granted_where_configuration_says_so(
    amount: int | None, verdict: Verdict
) -> None:
    document = {"order_id": ORDER} | ({} if amount is None else {"refund_amount": amount})
    most = {"refund_review_agree_up_to_fen": "5000"}
    assert asked("refund-review", document, **most).verdict is verdict
    assert asked("refund-review", document).verdict is PENDING
    held = asked("refund-review", document, refund_review="ask_again")
    assert held.verdict is AGAIN


# Codes ---------------------------------------------------------------------------------

SKU = {"sku_id": 1800000000000000001, "third_sku_id": "TEA-1"}
ISSUE = {"order_id": ORDER, "count": 2, "sku": SKU}
NAMED = [{"certificate_id": "31"}, {"certificate_id": 32}]


def test_codes_are_asked_for_with_ten_minutes() -> None:
    assert asked("issue-codes", ISSUE) == Question(
        kind="code_issue",
        key=ORDER,
        order_external_ids=(ORDER,),
        limit=timedelta(minutes=10),
        verdict=PENDING,
        codes=2,
        sku_external_id="1800000000000000001",
        outer_code="TEA-1",
    )
    facts = {"code_issue_minutes": "5", "code_issue": "ask_again"}
    found = asked("issue-codes", ISSUE, **facts)
    assert (found.limit, found.verdict) == (timedelta(minutes=5), AGAIN)


@pytest.mark.parametrize("field", ["certificates", "certificate_info_list"])
def test_vouchers_that_are_named_count(field: str) -> None:
    found = asked("issue-codes", {**ISSUE, "count": 9, field: NAMED})
    assert (found.codes, found.voucher_external_ids) == (2, ("31", "32"))
    assert said(found, AGREED, "A", "B") == {
        **HEARD,
        "result": 1,
        "certificates": [
            {"certificate_id": "31", "code": "A"},
            {"certificate_id": "32", "code": "B"},
        ],
    }


def test_what_is_bought_stands_in_its_own_place_or_beside() -> None:
    flat = asked("issue-codes", {"order_id": ORDER, "count": 1, **SKU})
    assert (flat.sku_external_id, flat.outer_code) == ("1800000000000000001", "TEA-1")
    both = {"order_id": ORDER, "count": 1, "sku_id": "1", "third_sku_id": "2", "sku": SKU}
    assert asked("issue-codes", both).outer_code == "TEA-1"
    bare = asked("issue-codes", {"order_id": ORDER, "count": 1})
    assert (bare.sku_external_id, bare.outer_code) == (None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"count": n} for n in (0, -1, 501, None, "two")),
        {"certificates": [NAMED[0], NAMED[0]]},
        {"certificates": [{"code": "x"}]},
        {"order_id": ""},
        {"order_id": None},
    ],
)
def test_nobody_asks_for_codes_without_telling_how_many(wrong: JSON) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        asked("issue-codes", {**ISSUE, **wrong})


@pytest.mark.parametrize("count", [1, 500])
def test_so_many_codes_may_be_asked_for(count: int) -> None:
    assert asked("issue-codes", {**ISSUE, "count": count}).codes == count


def test_codes_that_are_there_are_given_in_a_list_and_none_are_failed_or_issuing() -> None:
    question = asked("issue-codes", ISSUE)
    assert said(question, AGREED, "A", "B") == {**HEARD, "result": 1, "codes": ["A", "B"]}
    assert said(question, PENDING) == {**HEARD, "result": 0}
    assert said(question, REFUSED) == {**HEARD, "result": 2, "fail_reason": "已核销"}
    unsaid = ASKS.decision(question, REFUSED, None, app())["data"]
    assert unsaid == {**HEARD, "result": 2, "fail_reason": ""}
    assert said(question, AGAIN)["error_code"] == 100


# Notices and standings -----------------------------------------------------------------


def notice(*results: int | None, **more: Any) -> Question:
    rows = [
        {"certificate_id": str(n + 1), "code": f"C{n + 1}", "audit_result": result}
        for n, result in enumerate(results)
    ]
    return asked("refund-notice", {"order_id": ORDER, "notice_list": rows, **more})


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ((1,), AGREED),
        ((1, 1), AGREED),
        ((1, 2), REFUSED),
        ((2,), REFUSED),
        ((None,), REFUSED),
    ],
)
def test_a_notice_tells_what_was_decided_elsewhere(
    results: tuple[int | None, ...], verdict: Verdict
) -> None:
    found = notice(*results, after_sale_id=7)
    assert (found.kind, found.key, found.verdict) == ("refund_notice", "7", verdict)
    assert found.order_external_ids == (ORDER,)
    assert found.voucher_external_ids == tuple(str(n + 1) for n in range(len(results)))
    assert found.cancelled == tuple(f"C{n + 1}" for n in range(len(results)))
    assert found.limit is None
    assert said(found, AGREED) == said(found, AGAIN) == HEARD


def test_a_notice_closes_what_was_asked_by_any_name() -> None:
    def key(*ids: str) -> str:
        vouchers = [{"certificate_id": id, "code": "C"} for id in ids]
        document = {"order_id": ORDER, "certificates": vouchers}
        return asked("refund-review", document).key

    closed = notice(1, 1).closes
    assert set(closed) == {key("1", "2"), key("1"), key("2")}
    assert len(closed) == 3
    assert notice(1, after_sale_id="7").closes == ("7", key("1"))


@pytest.mark.parametrize("rows", [[], None, [{"code": "C"}], "1"])
def test_a_notice_of_nothing_is_none(rows: Any) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        asked("refund-notice", {"order_id": ORDER, "notice_list": rows})


def test_orders_stand_by_their_ids() -> None:
    ids = [ORDER, 1000000000000000002, ORDER]
    question = asked("order-status", {"order_ids": ids, "scene": 1})
    assert question.order_external_ids == (ORDER, "1000000000000000002")
    assert (question.kind, question.key, question.limit) == ("order_status", "", None)
    counted = {"vouchers": 3, "redeemed": 2, "refunded": 1}
    known = [
        Standing(external_id=ORDER, uid="u1", status_raw="201", **counted),
        Standing(external_id="2", uid="u2", status_raw="WORD", **counted),
        Standing(external_id="3", uid="u3", status_raw=None, **counted),
    ]
    quantities = {"total_quantity": 3, "used_quantity": 2, "refund_quantity": 1}
    told = ASKS.standings(question, known)["data"]
    assert {k: told[k] for k in HEARD} == HEARD
    assert told["result"] == {
        ORDER: {
            "order_id": ORDER, "out_order_id": "u1", "order_status": 201, **quantities,
        },
        "2": {"order_id": "2", "out_order_id": "u2", **quantities},
        "3": {"order_id": "3", "out_order_id": "u3", **quantities},
    }  # fmt: skip


@pytest.mark.parametrize("count", [0, 101])
def test_a_hundred_orders_stand_at_most(count: int) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        asked("order-status", {"order_ids": [str(n + 1) for n in range(count)]})
    assert asked("order-status", {"order_ids": ["1"] * 100}).order_external_ids == ("1",)


# Whose it is ---------------------------------------------------------------------------

BODY = '{"order_id":"1000000000000000001","action":"测试"}'.encode()
SIGNED = "7c430f01e4ada6837dd0e0c80e35e5497e5a7285901d389b4e831ac197401b95"
OLD = "8a566bb25e35b9fb9360fc2a8c48f8ab"
QUERY = "client_key=awsandbox0001&timestamp=1700000000123"


def is_genuine(query: str, signatures: list[str], body: bytes = BODY, **facts: str) -> bool:
    headers = [("x-life-sign", one) for one in signatures]
    return ASKS.genuine(Pushed(headers=headers, body=body, query=query), app(**facts))


def test_a_question_is_signed_in_its_header_by_the_papers_vector() -> None:
    assert is_genuine(f"{QUERY}&sign=x", [SIGNED])
    assert is_genuine("timestamp=1700000000123&client_key=awsandbox0001", [SIGNED])
    for wrong in ([], [SIGNED, SIGNED], [SIGNED[:-1]], [SIGNED.upper()], ["", SIGNED]):
        assert not is_genuine(QUERY, wrong)
    assert not is_genuine(f"{QUERY}&sign={OLD}", [])
    assert not is_genuine(f"{QUERY}&blank=", [SIGNED]), "a blank is signed, too"


def test_apps_that_never_migrated_are_signed_to_in_the_query() -> None:
    old = {"spi_signature": "query"}
    assert is_genuine(f"{QUERY}&sign={OLD}", [], **old)
    assert not is_genuine(QUERY, [SIGNED], **old)
    assert not is_genuine(f"{QUERY}&sign={OLD}&sign={OLD}", [], **old)
    assert not is_genuine(f"{QUERY}&sign={OLD.upper()}", [], **old)


def test_a_query_that_could_be_read_as_another_is_refused() -> None:
    moved = QUERY.replace("123", f"123%26http_body={BODY.decode()}")
    assert not is_genuine(moved, [SIGNED], b"")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("refund_review_hours", "a day"),
        ("refund_review_agree_up_to_fen", "-1"),
        ("refund_review", "never"),
        ("refund_review", "callback"),
        ("refund_review_results", "0,1"),
        ("refund_review_results", "0,1,x"),
        ("spi_signature", "body"),
        ("code_issue", "hold"),
        ("code_issue_minutes", "ten"),
    ],
)
def test_a_fact_that_makes_no_sense_is_named(name: str, wrong: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        all_facts_are_read(**{name: wrong})


def all_facts_are_read(**facts: str) -> None:
    said(asked("refund-review", REFUND, **facts), PENDING, **facts)
    asked("issue-codes", ISSUE, **facts)
    is_genuine(QUERY, [SIGNED], **facts)


def test_each_question_has_an_address() -> None:
    assert ASKS.routes == {
        "order-status": "order_status",
        "refund-review": "refund_review",
        "takeout-refund-review": "takeout_refund_review",
        "issue-codes": "code_issue",
        "refund-notice": "refund_notice",
    }
