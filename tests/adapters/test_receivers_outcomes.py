"""What becomes of a receiver that is asked for, answer by answer, of every channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from hub_core.errors import Banned, HubError, Rejected
from hub_core.ports import (
    Purpose,
    Receivers,
    Revealed,
    SealedReceiver,
    ShopInfo,
    Withheld,
    Withholding,
)
from hub_core.wire import JSON
from tests.adapters.goldens import CHANNELS

W = Withholding
NAME, PHONE, ADDRESS = (
    "~AgAAname~nnnnnn~1~~",
    "$ppppp$AgAAphone$1$$",
    "~AgAAaddr~aaaaaa~1~~",
)


class Line:
    """A session that answers one body, or raises; it remembers what was asked."""

    def __init__(self, channel: str, answer: Any, facts: Mapping[str, str]) -> None:
        self.shop = ShopInfo(name="tea", external_id="900001")
        self.facts = {**CHANNELS[channel].facts, **facts}
        self.asked: list[JSON] = []
        self._answer = answer

    def send(self, call: Any, **asked: Any) -> Any:
        self.asked.append(call.parameters(**asked))
        if isinstance(self._answer, HubError):
            raise self._answer
        return call.read(self._answer)


def source(channel: str, answer: Any = None, **facts: str) -> tuple[Receivers, Line]:
    line = Line(channel, answer, facts)
    module = import_module(f"connectors.{channel}")
    return module.hub_receivers(line), line


def sealed(order: str, token: str | None = None, **ciphers: str) -> SealedReceiver:
    return SealedReceiver(order_external_id=order, token=token, ciphers=ciphers)


ASKED = {
    "taobao": sealed("1", "oaid-1"),
    "jd": sealed("1", "oaid-1"),
    "pinduoduo": sealed("1", name=NAME, phone=PHONE, address=ADDRESS),
    "douyin_laike": sealed("1", phone="Enc.one"),
}


def outcome(channel: str, answer: Any, **facts: str) -> Revealed | Withheld:
    receivers, _ = source(channel, answer, **facts)
    (found,) = receivers.reveal([ASKED[channel]], Purpose.SHIPPING)
    return found


# Answers -------------------------------------------------------------------------------


def taobao(**row: Any) -> JSON:
    return {"receiver_list": [{"tid": "1", "oaid": "oaid-1", "matched": True, **row}]}


def jd(code: int = 200, message: str = "", **row: Any) -> JSON:
    rows = [{"orderId": 1, "oaid": "oaid-1", **row}]
    return {"returnType": {"code": code, "message": message, "data": rows}}


def pdd(*rows: JSON) -> JSON:
    return {"data_decrypt_list": [{"data_tag": "1", "error_code": 0} | r for r in rows]}


def laike(**row: Any) -> JSON:
    return {"results": [{"cipher_text": "Enc.one", "error_code": 0, **row}]}


CLEAR_TAOBAO = {
    "name": "何玉",
    "mobile": "17000000975-123",
    "privacy_protection": "true",
    "secret_no_expire_time": "2026-12-05 00:00:00",
    "phone": "0571-1",
    "state": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "town": "三墩镇",
    "address_detail": "沙箱路1号",
}
CLEAR_JD = {
    "customerName": "何玉",
    "consMobilePhone": "17000000001-1234",
    "customerPhone": "0571-1",
    "privacyProtection": True,
    "expiration": "2026-12-20 12:00:00",
    "address": "沙箱路1号",
}
CLEAR_PDD = (
    {"data_type": 8, "encrypted_data": ADDRESS, "decrypted_data": "沙箱路1号"},
    {"data_type": 5, "encrypted_data": NAME, "decrypted_data": "何玉"},
    {"data_type": 6, "encrypted_data": PHONE, "decrypted_data": "$17000000001$#12#"},
)
FOUND: dict[str, tuple[JSON, Revealed]] = {
    "taobao": (
        taobao(**CLEAR_TAOBAO),
        Revealed(
            order_external_id="1",
            name="何玉",
            phone="17000000975",
            extension="123",
            telephone="0571-1",
            province="浙江省",
            city="杭州市",
            district="西湖区",
            town="三墩镇",
            address="沙箱路1号",
            is_virtual=True,
            expires_at=datetime(2026, 12, 4, 16, tzinfo=UTC),
        ),
    ),
    "jd": (
        jd(**CLEAR_JD),
        Revealed(
            order_external_id="1",
            name="何玉",
            phone="17000000001",
            extension="1234",
            telephone="0571-1",
            address="沙箱路1号",
            is_virtual=True,
            expires_at=datetime(2026, 12, 20, 4, tzinfo=UTC),
        ),
    ),
    "pinduoduo": (
        pdd(*CLEAR_PDD),
        Revealed(
            order_external_id="1",
            name="何玉",
            phone="17000000001",
            extension="12",
            address="沙箱路1号",
            is_virtual=True,
        ),
    ),
    "douyin_laike": (
        laike(plain_text="13800138000"),
        Revealed(order_external_id="1", phone="13800138000"),
    ),
}


@pytest.mark.parametrize("channel", FOUND)
def test_each_field_is_in_its_place(channel: str) -> None:
    answer, expected = FOUND[channel]
    assert outcome(channel, answer) == expected


@pytest.mark.parametrize(
    ("channel", "answer"),
    [
        ("taobao", taobao(mobile="17000000975-1", privacy_protection=False)),
        ("jd", jd(consMobilePhone="17000000975-1", privacyProtection=False)),
    ],
)
def test_a_number_that_is_not_virtual_is_not_parted(channel: str, answer: JSON) -> None:
    found = outcome(channel, answer)
    assert isinstance(found, Revealed)
    assert (found.phone, found.extension) == ("17000000975-1", None)
    assert found.is_virtual is False


SHUT: list[tuple[str, Any, Withholding, str | None]] = [
    ("taobao", taobao(desensitize_rule="ORDERCLOSED"), W.ORDER_CLOSED, "ORDERCLOSED"),
    ("taobao", taobao(desensitize_rule="RULE2"), W.REFUSED, "RULE2"),
    ("taobao", taobao(matched=False), W.STALE, None),
    ("taobao", {"receiver_list": []}, W.REFUSED, "the answer leaves it out"),
    ("taobao", taobao(oaid="oaid-2"), W.REFUSED, "the answer leaves it out"),
    ("taobao", Rejected("no", code="isv.quota-out"), W.QUOTA_SPENT, "isv.quota-out"),
    ("jd", jd(oaid="oaid-2"), W.STALE, None),
    ("jd", jd(orderId=2), W.REFUSED, "the answer leaves it out"),
    ("jd", jd(500, "busy"), W.REFUSED, "500: busy"),
    ("jd", jd(500), W.REFUSED, "500: no reason given"),
    ("jd", jd(430, "额度已用完"), W.QUOTA_SPENT, "430: 额度已用完"),
    ("pinduoduo", pdd(), W.REFUSED, "the answer leaves it out"),
    ("pinduoduo", pdd({"error_code": 5, "error_msg": "解不开"}), W.REFUSED, "解不开"),
    ("pinduoduo", pdd({"error_code": 5}), W.REFUSED, "5"),
    ("pinduoduo", pdd({"error_code": 5, "error_msg": "配额"}), W.QUOTA_SPENT, "配额"),
    ("pinduoduo", pdd({**CLEAR_PDD[1], "data_tag": "2"}), W.REFUSED, ...),
    ("pinduoduo", Rejected("额度已用完", code="50001"), W.QUOTA_SPENT, "50001"),
    ("douyin_laike", {"results": []}, W.REFUSED, "the answer leaves it out"),
    ("douyin_laike", laike(error_code=28003017), W.QUOTA_SPENT, "28003017"),
    ("douyin_laike", laike(error_code=7), W.REFUSED, "7"),
    ("douyin_laike", laike(is_success=False, plain_text="1"), W.REFUSED, "0"),
    ("douyin_laike", Banned("no", after=1.0, code="2190001/1"), W.QUOTA_SPENT, ...),
]


@pytest.mark.parametrize(("channel", "answer", "why", "said"), SHUT)
def test_what_stays_shut_says_why(
    channel: str, answer: Any, why: Withholding, said: Any
) -> None:
    found = outcome(channel, answer)
    assert isinstance(found, Withheld)
    assert (found.order_external_id, found.reason) == ("1", why)
    assert said is ... or found.said == said


@pytest.mark.parametrize(
    ("channel", "error", "fact"),
    [
        ("taobao", Rejected("no", code="isv.spent"), "decrypt_spent_words"),
        ("pinduoduo", Rejected("isv.spent", code="50001"), "decrypt_spent_words"),
        ("douyin_laike", Banned("no", after=1.0, code="spent"), "decrypt_spent_codes"),
    ],
)
def test_by_what_words_a_day_is_spent_is_configured(
    channel: str, error: HubError, fact: str
) -> None:
    found = outcome(channel, error, **{fact: "quota, other,spent,"})
    assert isinstance(found, Withheld)
    assert found.reason is W.QUOTA_SPENT
    with pytest.raises(type(error)):
        outcome(channel, error, **{fact: ""})


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("taobao", Rejected("no", code="isv.other")),
        ("taobao", Rejected("no")),
        ("pinduoduo", Rejected("不可用")),
        ("douyin_laike", Banned("no", after=1.0, code="2190009")),
        ("douyin_laike", Banned("no", after=1.0)),
    ],
)
def test_any_other_refusal_of_a_call_is_raised(channel: str, error: HubError) -> None:
    with pytest.raises(type(error)):
        outcome(channel, error)


# What is asked -------------------------------------------------------------------------

PURPOSES = [
    ("taobao", Purpose.INVOICE, {}),
    ("pinduoduo", Purpose.INVOICE, {"decrypt_purposes": "shipping, after_sales"}),
    ("douyin_laike", Purpose.INVOICE, {"decrypt_purposes": "shipping"}),
]


@pytest.mark.parametrize(("channel", "purpose", "facts"), PURPOSES)
def test_a_purpose_that_is_not_allowed_is_not_asked_for(
    channel: str, purpose: Purpose, facts: Any
) -> None:
    receivers, line = source(channel, None, **facts)
    (found,) = receivers.reveal([ASKED[channel]], purpose)
    assert isinstance(found, Withheld)
    assert found.reason is W.NOT_PERMITTED
    assert purpose.value in (found.said or "")
    assert line.asked == []


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("channel", ["jd", "pinduoduo", "douyin_laike"])
def test_where_a_platform_takes_no_purpose_each_is_allowed(
    channel: str, purpose: Purpose
) -> None:
    receivers, line = source(channel, FOUND[channel][0])
    (found,) = receivers.reveal([ASKED[channel]], purpose)
    assert isinstance(found, Revealed)
    assert len(line.asked) == 1
    assert "scenesType" not in str(line.asked)


SCENES = {
    Purpose.SHIPPING: "1006",
    Purpose.AFTER_SALES: "2001",
    Purpose.CUSTOMER_SERVICE: "2002",
}
"""The scenes of 淘宝 that a purpose is by default."""


@pytest.mark.parametrize("purpose", SCENES)
def test_taobao_is_told_the_scene_and_for_how_long(purpose: Purpose) -> None:
    receivers, line = source("taobao", taobao(), virtual_number_days="15")
    receivers.reveal([ASKED["taobao"]], purpose)
    (asked,) = line.asked
    assert f'"scene":"{SCENES[purpose]}"' in asked["query_list"].replace(" ", "")
    assert '"secret_no_days":15' in asked["query_list"].replace(" ", "")


def test_jd_is_told_what_is_configured_and_nothing_else() -> None:
    receivers, line = source("jd", jd())
    receivers.reveal([ASKED["jd"]], Purpose.SHIPPING)
    (asked,) = line.asked[0].values()
    assert asked == {"orderInfos": [{"orderId": 1, "oaid": "oaid-1"}]}
    receivers, line = source("jd", jd(), oaid_scene_shipping="1001", oaid_number_days="30")
    receivers.reveal([ASKED["jd"]], Purpose.SHIPPING)
    (asked,) = line.asked[0].values()
    assert (asked["scenesType"], asked["expiration"]) == ("1001", 30)


def test_pinduoduo_is_asked_for_the_finer_of_two_addresses() -> None:
    both = sealed("1", address=ADDRESS, full_address="~whole~x~1~~", telephone="")
    receivers, line = source("pinduoduo", pdd())
    receivers.reveal([both], Purpose.SHIPPING)
    assert line.asked[0]["data_list"].count("data_tag") == 1
    whole = sealed("1", full_address="~whole~x~1~~")
    rows = pdd({"data_type": 7, "encrypted_data": "~whole~x~1~~", "decrypted_data": "路"})
    receivers, _ = source("pinduoduo", rows)
    (found,) = receivers.reveal([whole], Purpose.SHIPPING)
    assert isinstance(found, Revealed)
    assert found.address == "路"


def test_laike_asks_for_a_text_once_and_takes_results_by_place() -> None:
    texts = [sealed("1", phone="Enc.one"), sealed("2", phone="Enc.one")]
    receivers, line = source("douyin_laike", {"results": [{"plain_text": "138"}]})
    found = receivers.reveal(texts, Purpose.SHIPPING)
    assert line.asked[0]["cipher_texts"] == ("Enc.one",)
    assert [getattr(one, "phone", None) for one in found] == ["138", "138"]


# What it costs, and whether it is the same ---------------------------------------------


@pytest.mark.parametrize(
    ("channel", "given", "cost"),
    [
        ("taobao", sealed("1", "oaid-1"), 1),
        ("taobao", sealed("1", name="~x"), 0),
        ("jd", sealed("1", "oaid-1"), 1),
        ("jd", sealed("1", phone="AAx"), 0),
        ("pinduoduo", ASKED["pinduoduo"], 3),
        ("pinduoduo", sealed("1", address=ADDRESS, full_address="~w~x~1~~"), 1),
        ("pinduoduo", sealed("1", name=""), 0),
        ("douyin_laike", sealed("1", phone="Enc.one"), 1),
        ("douyin_laike", sealed("1", phone="O5m4sXGl9tcSiIh6nVy1ig=="), 0),
        ("douyin_laike", sealed("1"), 0),
    ],
)
def test_what_it_costs_of_the_quota(channel: str, given: SealedReceiver, cost: int) -> None:
    assert source(channel)[0].cost(given) == cost


OTHER = {"name": "~AgAAother~nnnnnn~1~~", "phone": "$ppppp$AgAAother$1$$"}
"""Other ciphertexts with the same search indexes."""
SAME: list[tuple[str, SealedReceiver, SealedReceiver, bool | None]] = [
    ("taobao", sealed("1", "a"), sealed("2", "a"), True),
    ("taobao", sealed("1", "a"), sealed("2", "b"), False),
    ("taobao", sealed("1", "a"), sealed("2"), None),
    ("taobao", sealed("1"), sealed("2", "a"), None),
    ("jd", sealed("1", "a"), sealed("2", "a"), True),
    ("jd", sealed("1", "a"), sealed("2", "b"), None),
    ("jd", sealed("1"), sealed("2"), None),
    ("douyin_laike", sealed("1", phone="Enc.a"), sealed("2", phone="Enc.a"), None),
    (
        "pinduoduo",
        sealed("1", name=NAME, phone=PHONE),
        sealed("2", **OTHER),
        True,
    ),
    ("pinduoduo", sealed("1", name=NAME), sealed("2", name="~AgAA~mmmmmm~1~~"), False),
    ("pinduoduo", sealed("1", name=NAME), sealed("2", phone=PHONE), None),
    ("pinduoduo", sealed("1"), sealed("2"), None),
    ("pinduoduo", sealed("1", name="~abcdef~1~"), sealed("2", name="~ghijkl~1~"), None),
    ("pinduoduo", sealed("1", name="~abcdef~1~"), sealed("2", name="~abcdef~1~"), True),
]


@pytest.mark.parametrize(("channel", "one", "other", "told"), SAME)
def test_whether_two_are_one_receiver(
    channel: str, one: SealedReceiver, other: SealedReceiver, told: bool | None
) -> None:
    assert source(channel)[0].same(one, other) is told


@pytest.mark.parametrize(
    ("channel", "most"),
    [("taobao", 20), ("jd", 1), ("pinduoduo", 25), ("douyin_laike", 50)],
)
def test_as_many_go_into_one_call_as_the_platform_takes(channel: str, most: int) -> None:
    assert source(channel)[0].most == most


def test_jd_may_be_let_take_more() -> None:
    assert source("jd", oaid_batch="20")[0].most == 20
