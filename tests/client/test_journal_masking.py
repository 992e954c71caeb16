"""S18, S19: nothing secret and nobody's data in what the journal and errors show."""

from __future__ import annotations

import json
import time
import traceback
from typing import Any

import pytest
from pydantic import BaseModel

from hub_core.errors import HubError
from hub_core.journal import MemoryJournal, new_id
from hub_core.masking import BODY_CAP, MASK, mask, mask_body, mask_text
from hub_core.sandbox import Clock, json_response
from hub_core.testing.bridge import VirtualClock
from hub_core.wire import Call
from tests.client.corner import LIST, SECRET, START, Bench, Canned, ListAsk

PHONE = "17000001234"
SPELLINGS = [
    PHONE,
    "+86 170 0000 1234",
    "+8617000001234",
    "0086-170-0000-1234",
    "86 17000001234",
    "170 0000 1234",
    "170-0000-1234",
    "１７０００００１２３４",
    "＋８６　１７０　００００　１２３４",
    "电话17000001234，晚上打",
    "tel:17000001234;",
    "0571-88880000",
    "010 8888 0000",
    "021-8888-0000",
    "someone@example.test",
    "110101199001011234",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_s19_a_number_in_a_sentence_is_masked_however_it_is_written(spelling: str) -> None:
    shown = mask_text(f"order of {spelling} is locked")
    assert shown.startswith("order of ")
    assert shown.endswith("is locked")
    assert "0000" not in shown
    assert "００" not in shown
    assert "19900101" not in shown
    assert "someone" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "isv.invalid-parameter:page_no",
        "isp.top-remote-connection-timeout",
        "ServiceCurrentlyUnavailable",
        "2026-11-20 12:00:00",
        "order 6921234567890123457 not found",
        "page 3 of 120, 88.50 yuan",
        "This ban will last for 57 more seconds",
        "/goodlife/v1/trade/order/query/",
    ],
)
def test_what_helps_to_understand_an_error_stays(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "access_token=6100aabbccdd&sign=1F2E3D",
        "token已过期: 61014129c7b3f8e2a90d4b5566e1",
        'sessionKey: "abc" password=hunter2',
        "clt.d41d8cd98f00b204e9800998ecf8427e",
        "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x7s",
    ],
)
def test_s18_what_looks_like_a_secret_is_masked(text: str) -> None:
    shown = mask_text(text)
    for secret in ("6100aabbccdd", "1F2E3D", "61014129", "abc", "hunter2", "d41d8c", "eyJ"):
        assert secret not in shown


@pytest.mark.parametrize(
    "text",
    [
        "收货人：阮青禾，手机号错误",
        "收货人姓名（阮青禾）不合法",
        "买家昵称“阮青禾”不存在",
        '{"receiver_name": "阮青禾"} is invalid',
        "name=阮青禾, page 2",
        "详细地址: 阮青禾路7号 超出范围",
        "买家留言【阮青禾收】过长",
    ],
)
def test_s19_whom_a_sentence_labels_is_masked(text: str) -> None:
    shown = mask_text(text)
    assert "阮" not in shown
    assert MASK in shown


@pytest.mark.parametrize("text", ["收货人不能为空", "地址过长", "param name: pageNo"])
def test_labels_alone_stay(text: str) -> None:
    assert mask_text(text) == text


def test_s18_known_secrets_are_masked_whatever_they_look_like() -> None:
    assert mask_text("no such key: 秘密 short", ("秘密", "short", None, "")) == (
        "no such key: *** ***"
    )


def canaries() -> tuple[dict[str, Any], list[str]]:
    """An order full of made-up people, and every word of theirs in it."""
    name, phone, address = "阮青禾", "17000004321", "海南省陵水黎族自治县无名路7号"
    order = {
        "order_id": "6921234567890123457",
        "status": "WAIT_SELLER_SEND_GOODS",
        "created": "2026-11-20 12:00:00",
        "pay_amount": 19900,
        "receiver": {"name": name, "phone": phone, "phone_number": int(phone)},
        "address": {"detail": address, "lines": [address, {"x": name}]},
        "buyer_message": f"请打{phone}",
        "message": f"{name}说放门口",
        "remark": [f"{name} {phone}"],
        phone: name,
        "open_id": "AAEb_9x8y7z6w5v4u3t2s1r0",
        "code": "884422117733",
    }
    return order, [name, phone, address, "青禾", "AAEb", "884422117733", "4321"]


def test_s19_an_orders_people_are_not_in_the_masked_body() -> None:
    order, words = canaries()
    whole = {"code": 50, "msg": "系统繁忙", "data": {"orders": [order, order]}}
    shown = mask_body(json.dumps(whole, ensure_ascii=False).encode())
    for word in words:
        assert word not in shown
    for stays in ("系统繁忙", "6921234567890123457", "WAIT_SELLER_SEND_GOODS", "19900"):
        assert stays in shown


@pytest.mark.parametrize("keep", [0.3, 0.5, 0.7, 0.9, 0.97])
def test_s19_nor_in_half_a_body(keep: float) -> None:
    order, words = canaries()
    body = json.dumps({"data": {"orders": [order]}}, ensure_ascii=False).encode()
    shown = mask_body(body[: int(len(body) * keep)])
    for word in words[:5]:
        assert word not in shown
    assert '"order_id":' in shown


def test_s19_nor_in_a_page_of_markup() -> None:
    page = (
        "<html><title>登录</title><p class='17000004321'>阮青禾</p>"
        "<code>27</code><sub_msg>isv.some-error</sub_msg></html>"
    )
    shown = mask_body(page.encode())
    assert "阮" not in shown
    assert "4321" not in shown
    for stays in ("<title>登录", "<code>27", "isv.some-error"):
        assert stays in shown


def test_s19_nor_in_plain_text() -> None:
    assert mask_body("busy: 阮青禾 17000004321".encode()) == "busy: *** ***"
    assert mask_body(b"Internal Server Error") == "Internal Server Error"


def test_a_masked_body_has_an_end() -> None:
    long = json.dumps({"sub_msg": ["系统 " * 30] * 3000}, ensure_ascii=False).encode()
    for body in (long, long[:-1], b"<p>" * 9000, b"x y " * 9000):
        assert 100 < len(mask_body(body).encode()) <= BODY_CAP


def test_s18_s19_no_journal_entry_and_no_error_holds_a_canary() -> None:
    order, words = canaries()
    said = f"{SECRET} for {order['receiver']['phone']}"
    answer = {"code": 33, "msg": said, "data": order}
    bench = Bench(box=Canned(json_response(answer)))
    with pytest.raises(Exception, match="for") as caught:
        bench.line().send(LIST)
    shown = f"{bench.journal.entries} {caught.value} {caught.value!r}"
    for word in (*words, SECRET, "access-0"):
        assert word not in shown


class Amount(BaseModel):
    paid: int
    name: str


STRICT: Call[Amount] = Call(
    name="orders.get", endpoint="/get", ask=ListAsk, read=Amount.model_validate
)


@pytest.mark.parametrize("status", [200, 429, 500])
def test_s19_no_traceback_quotes_an_answer(status: int) -> None:
    answer = {"code": 0, "data": {"paid": "阮青禾", "name": 17000004321}}
    bench = Bench(box=Canned(json_response(answer, status)))
    with pytest.raises(HubError) as caught:
        bench.line(attempts=1).send(STRICT)
    shown = "".join(traceback.format_exception(caught.value))
    assert "阮青禾" not in shown
    assert "17000004321" not in shown


def test_what_was_asked_is_shown_masked() -> None:
    asked = {
        "page_no": 2,
        "start": "2026-11-20 00:00:00",
        "mobile": PHONE,
        "n": 17000001234,
    }
    assert mask(asked) == {
        "page_no": 2,
        "start": "2026-11-20 00:00:00",
        "mobile": "***",
        "n": "***",
    }


@pytest.mark.parametrize(
    "text",
    [
        "1" * 100_000,
        "1 " * 50_000,
        "1-3" * 33_000,
        "0" * 100_000,
        "0571-" * 20_000,
        "a" * 100_000,
        "a@" * 50_000,
        "a." * 50_000,
        "token" * 20_000,
        "token =" * 14_000,
        "token=" + " " * 100_000,
        '"' * 100_000,
        '{"a' + "\\" * 100_000,
        '{"' + 'a":"b' * 20_000,
        "<" * 100_000,
        "<a" * 50_000,
        "<p" + " " * 100_000,
        "＋８６" * 33_000,
        "86 " * 33_000,
        "收货人：" * 25_000,
        "地址" * 50_000,
        "name: 阮" * 15_000,
    ],
    ids=range(22),
)
def test_masking_is_linear(text: str) -> None:
    began = time.process_time()
    mask_text(text)
    mask_body(text.encode())
    assert time.process_time() - began < 0.25


# Entries -------------------------------------------------------------------------------


def test_ids_are_unique_fit_63_bits_and_follow_time() -> None:
    clock = VirtualClock(Clock(START.timestamp()))
    first = [new_id(clock) for _ in range(1000)]
    clock.sleep(0.002)
    second = [new_id(clock) for _ in range(1000)]
    assert len({*first, *second}) == 2000
    assert max(first) < min(second)
    assert min(first) > 0
    assert max(second) < 2**63


def test_the_memory_journal_keeps_the_newest() -> None:
    bench = Bench()
    journal = MemoryJournal(3)
    line = bench.line(journal=journal)
    for page in range(5):
        line.send(LIST, page=page)
    assert [e.params["page"] for e in journal.entries] == [2, 3, 4]
