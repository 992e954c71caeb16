"""What is pushed, as the pages have each event, and what it gives reason to look at.

Source: paper §4.1-§4.3 and §10 (vectors, events); pages massages.push,
order.query/trade.order.notify, trade.certificate.notify,
groupon-refund/system-code-refund-notice.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

import connectors.douyin_laike as laike
from hub_core.errors import Misconfigured
from hub_core.ports import Hint, Pushed
from hub_core.wire import JSON, Credentials
from tests.adapters.douyin_laike.test_laike_sign import SECRET

KEY, ORDER, ACCOUNT = "awsandbox0001", "1000000000000000001", "7000000000000000001"
APP = Credentials(KEY, SECRET)
PUSHES = laike.hub_pushes()
AT, THEN = 1_700_000_000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def hint(event: str, content: Any, key: str | None = KEY, *ids: str) -> Hint:
    headers = [("msg-id", id) for id in ids]
    document = {"event": event, "client_key": key, "content": content}
    return PUSHES.hint(document, Pushed(headers=headers), APP)


ORDERED = {"order_id": ORDER, "account_id": ACCOUNT, "pay_amount": 9900}
VOUCHER = {"certificate_id": "7", "order_id": ORDER, "account_id": ACCOUNT, "code": "c"}
ASKED = {"account_id": ACCOUNT, "order_id": ORDER, "certificate_id": "7"}
EVENTS: list[tuple[str, JSON, tuple[Any, ...]]] = [
    (
        "life_trade_order_notify",
        {"action": "pay_success", "msg_time": AT, "order": ORDERED},
        ("orders", ORDER, ACCOUNT, THEN, ()),
    ),
    *(
        (
            "life_trade_certificate_notify",
            {"action": action, "msg_time": AT, "certificate": VOUCHER},
            ("orders", ORDER, ACCOUNT, THEN, wakes),
        )
        for action, wakes in {
            "verify": ("redemptions",),
            "verify_cancel": ("redemptions",),
            "refund_success": ("after_sales",),
            "another": (),
            None: (),
        }.items()
    ),
    (
        "life_hermes_akte_after_sale_audit",
        {**ASKED, "refund_amount": 9900, "refund_time": AT},
        ("orders", ORDER, ACCOUNT, THEN, ("after_sales",)),
    ),
    *(
        (event, {"product_id": 5}, ("products", "5", None, None, ()))
        for event in (
            *("life_product_audit", "life_product_common_audit"),
            "life_product_status_change",
        )
    ),
    ("life_partner_order_notify", {"order_id": ORDER}, (None, None, None, None, ())),
]


@pytest.mark.parametrize(("event", "content", "expected"), EVENTS)
def test_an_event_names_what_its_page_says(
    event: str, content: JSON, expected: tuple[Any, ...]
) -> None:
    for told in (content, json.dumps(content)):
        found = hint(event, told)
        assert found.event == event
        named = (found.kind, found.external_id, found.account, found.at, found.wakes)
        assert named == expected


BARE = [
    ("life_trade_order_notify", {"order": {"order_id": 1}}),
    ("life_trade_certificate_notify", {"certificate": {"order_id": 1}}),
    ("life_hermes_akte_after_sale_audit", {"order_id": 1}),
]


@pytest.mark.parametrize(("event", "content"), BARE)
def test_what_else_stands_in_it_may_be_missing(event: str, content: JSON) -> None:
    found = hint(event, content)
    assert (found.kind, found.external_id) == ("orders", "1")
    assert (found.account, found.at) == (None, None)


@pytest.mark.parametrize(
    ("event", "content"),
    [
        *((event, {}) for event, *_ in EVENTS[:-1]),
        ("life_trade_order_notify", {"order": {"order_id": ""}}),
        ("life_trade_certificate_notify", {"certificate": {"order_id": 0}}),
        ("life_hermes_akte_after_sale_audit", {"order_id": None}),
        ("life_product_audit", {"product_id": None}),
        ("life_product_audit", "{"),
    ],
)
def test_a_known_event_without_its_id_is_none(event: str, content: Any) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        hint(event, content)


def test_it_is_of_the_app_it_names() -> None:
    assert hint("any", None, None).event == hint("any", None, KEY).event == "any"
    assert hint("any", None, "").event == "any", "the key may be empty"
    with pytest.raises(ValueError, match="another app"):
        hint("any", None, "awsandbox0002")


def test_the_id_stands_in_one_header() -> None:
    assert hint("any", None, KEY, "m-1").message_id == "m-1"
    assert hint("any", None, KEY, "m-1", "m-2").message_id is None
    assert hint("any", None, KEY, "").message_id is None
    assert hint("any", None, KEY, "m" * 200).message_id == "m" * 128


# Whose it is ---------------------------------------------------------------------------

TRIED = (
    b'{"event":"verify_webhook","client_key":"awsandbox0001","content":{"challenge":12345}}'
)
SIGNED = "057f7a03961a4c63af074011bbe2a485c97b28ce"


def test_a_push_is_signed_in_its_header_by_the_papers_vector() -> None:
    def is_genuine(*signatures: str, body: bytes = TRIED) -> bool:
        headers = [("x-douyin-signature", one) for one in signatures]
        found: bool = PUSHES.genuine(Pushed(headers=headers, body=body), APP)
        return found

    assert is_genuine(SIGNED)
    assert not is_genuine()
    assert not is_genuine(SIGNED, SIGNED)
    assert not is_genuine(SIGNED.upper())
    assert not is_genuine(SIGNED[:-1])
    assert not is_genuine(SIGNED, body=TRIED + b" ")


def tried(content: Any, event: str = "verify_webhook", **how: Any) -> JSON | None:
    options = {"push_challenge": how["answers"]} if "answers" in how else {}
    app = Credentials(KEY, SECRET, options=options)
    document = {"event": event, "content": content}
    return PUSHES.challenge(document, how.get("signed", True), app)


@pytest.mark.parametrize("value", [12345, -1, 0, 10**18, "Ab-9_z", "x" * 64])
def test_a_trial_is_answered_with_what_came(value: int | str) -> None:
    for content in ({"challenge": value}, json.dumps({"challenge": value})):
        assert tried(content) == tried(content, signed=False) == {"challenge": value}
    assert tried({"challenge": value}, "life_trade_order_notify") is None


@pytest.mark.parametrize(
    "value", [None, "", "x" * 65, "<b>", "a b", 10**18 + 1, 1.5, True, [], {}]
)
def test_what_is_no_challenge_is_not_echoed(value: Any) -> None:
    with pytest.raises(ValueError, match="challenge"):
        tried({"challenge": value})


@pytest.mark.parametrize("content", [None, {}, "{}"])
def test_a_trial_without_one_is_none(content: Any) -> None:
    with pytest.raises(ValueError, match="challenge"):
        tried(content)


def test_whether_a_trial_is_answered_unsigned_is_configuration() -> None:
    content = {"challenge": 1}
    assert tried(content, answers="any", signed=False) == content
    assert tried(content, answers="signed") == content
    for answers, signed in (("signed", False), ("none", True), ("none", False)):
        with pytest.raises(ValueError, match="not being tried"):
            tried(content, answers=answers, signed=signed)
    with pytest.raises(Misconfigured, match="push_challenge"):
        tried(content, answers="some")


def test_it_is_thanked_for_as_is_advised() -> None:
    heard = {"data": {"error_code": 0, "description": "success"}}
    assert json.loads(PUSHES.thanks) == heard
