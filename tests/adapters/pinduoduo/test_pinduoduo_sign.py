"""Pinduoduo's signature against the vectors published in the channel paper (§1)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.pinduoduo.dialect import Pop
from adapters.pinduoduo.orders_v2 import LIST
from adapters.pinduoduo.sign import sign
from hub_core.wire import Ask, Call, Credentials

WHO = Credentials("client-1", "sandbox-secret", token="pddtok")
NOW = datetime.fromtimestamp(1763611200, UTC)
V0 = {
    "access_token": "asd78172s8ds9a921j9qqwda12312w1w21211",
    "client_id": "1",
    "data_type": "XML",
    "order_status": "1",
    "page": "1",
    "page_size": "10",
    "timestamp": "1480411125",
    "type": "pdd.order.number.list.get",
}
PUBLIC = {
    "client_id": "client-1",
    "access_token": "pddtok",
    "timestamp": "1763611200",
    "data_type": "JSON",
}
TAG = "261120-339507978993455"
VECTORS = [
    (
        {
            "version": "V1",
            "type": "pdd.order.number.list.increment.get",
            "start_updated_at": "1763568000",
            "end_updated_at": "1763569800",
            "is_lucky_flag": "0",
            "order_status": "5",
            "refund_status": "5",
            "page": "1",
            "page_size": "100",
            "use_has_next": "true",
        },
        "6784D8A0F1FC89ED7AFFA5AF8811AE55",
    ),
    (
        {
            "type": "pdd.open.decrypt.batch",
            "data_list": f'[{{"data_tag":"{TAG}","encrypted_data":"~AgAAAA==~abcd~1~"}}]',
        },
        "82A0D7C256003B44B82F9727F346D59B",
    ),
    (
        {"type": "pdd.order.note.update", "order_sn": TAG, "note": "加急"},
        "DBCED62B94F1752E9335DB6841D0DFCE",
    ),
]


def test_the_official_example() -> None:
    assert sign("testSecret", V0) == "E4DE3ED21002510DED352819E7AE6775"


@pytest.mark.parametrize(("given", "expected"), VECTORS, ids=["P1", "P2", "P3"])
def test_published_vectors(given: dict[str, str], expected: str) -> None:
    assert sign("sandbox-secret", PUBLIC | given) == expected
    assert sign("sandbox-secret", PUBLIC | given | {"sign": "whatever"}) == expected


def test_a_list_call_is_placed_and_signed_as_vector_p1() -> None:
    asked = LIST.parameters(
        since=datetime.fromtimestamp(1763568000, UTC),
        until=datetime.fromtimestamp(1763569800, UTC),
        page=1,
        page_size=100,
        has_next=True,
    )
    request = Pop().request(LIST, asked, WHO, NOW)
    form = dict(request.form or ())

    assert (request.method, request.path, request.query) == ("POST", "/api/router", ())
    assert form.pop("sign") == VECTORS[0][1]
    assert form == PUBLIC | VECTORS[0][0]


class Decrypt(Ask):
    data_list: list[dict[str, str]]


class Note(Ask):
    order_sn: str
    note: str | None = None


def test_a_list_is_signed_as_the_text_that_is_sent() -> None:
    call: Call[Any] = Call(name="x", endpoint="x", ask=Decrypt, read=dict)
    rows = [{"data_tag": TAG, "encrypted_data": "加~1~"}]
    form = dict(Pop().request(call, call.parameters(data_list=rows), WHO, NOW).form or ())
    signed = form.pop("sign")

    assert form["data_list"] == f'[{{"data_tag":"{TAG}","encrypted_data":"加~1~"}}]'
    assert signed == sign("sandbox-secret", form)


def test_what_is_not_given_is_neither_sent_nor_signed() -> None:
    call: Call[Any] = Call(name="x", endpoint="x", ask=Note, read=dict)
    asked = call.parameters(order_sn=TAG, note=None)
    form = dict(Pop().request(call, asked, WHO, NOW).form or ())

    assert "note" not in form


def test_the_version_may_be_set_and_a_call_without_a_token_has_none() -> None:
    who = Credentials("c", "s", token="t", options={"version": "V2"})
    call: Call[Any] = Call(name="x", endpoint="x", ask=Ask, read=dict, needs_token=False)
    form = dict(Pop().request(call, call.parameters(), who, NOW).form or ())

    assert form["version"] == "V2"
    assert "access_token" not in form
