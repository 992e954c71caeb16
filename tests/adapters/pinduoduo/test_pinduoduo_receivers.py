"""Opening ciphertext: what is asked, and how little of the answer ever shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.pinduoduo import receivers_v1
from adapters.pinduoduo.receiver import same_text
from adapters.pinduoduo.sign import sign
from connectors.pinduoduo import CHANNEL
from hub_core.errors import BadRequest
from hub_core.wire import JSON, complaint

from .pdd import CIPHER, PHONE, Script

ORDER = "261120-339507978993455"
SEALED = {"order": ORDER, "cipher": "~AgAAAA==~abcd~1~"}
ROW: JSON = {
    "data_tag": ORDER,
    "data_type": 6,
    "encrypted_data": PHONE,
    "decrypted_data": "17000000001",
    "error_code": 0,
    "virtual_number_type": 0,
    "virtual_identify_number": "",
}


def opened(**more: Any) -> receivers_v1.Opened:
    (one,) = receivers_v1.DECRYPT.read({"data_decrypt_list": [ROW | more]})
    return one


def test_the_text_that_is_sent_is_the_text_that_is_signed() -> None:
    """Vector P2 of the channel paper, as a third-party client signs it."""
    form = {
        "type": receivers_v1.DECRYPT.endpoint,
        "client_id": "client-1",
        "access_token": "pddtok",
        "timestamp": "1763611200",
        "data_type": "JSON",
        **receivers_v1.DECRYPT.parameters(rows=[SEALED]),
    }
    assert sign("sandbox-secret", form) == "82A0D7C256003B44B82F9727F346D59B"


def test_a_ciphertext_is_asked_for_with_its_order() -> None:
    answer = {"open_decrypt_batch_response": {"data_decrypt_list": [ROW]}}
    session = Script([answer])
    asked = [{"order": ORDER, "cipher": PHONE}, {"order": ORDER, "cipher": CIPHER}]
    (found,) = session.send(receivers_v1.DECRYPT, rows=asked)
    endpoint, form = session.asked[0]
    assert endpoint == "pdd.open.decrypt.batch"
    assert json.loads(form["data_list"]) == [
        {"data_tag": ORDER, "encrypted_data": PHONE},
        {"data_tag": ORDER, "encrypted_data": CIPHER},
    ]
    assert (found.order_external_id, found.cipher) == (ORDER, PHONE)
    assert (found.what, found.text) == ("phone", "17000000001")
    assert (found.extension, found.is_virtual_number) == (None, False)


def test_nothing_of_it_is_printed() -> None:
    assert repr(opened()) == str(opened()) == "Opened()"
    asked = receivers_v1.Sealed.model_validate(SEALED)
    assert "abcd" not in repr(asked)
    assert "abcd" not in repr(receivers_v1.DecryptAsk.model_validate({"rows": [SEALED]}))


def test_a_hundred_go_at_once_and_no_more() -> None:
    asked = receivers_v1.DECRYPT.parameters(rows=[SEALED] * 100)
    assert len(json.loads(asked["data_list"])) == 100
    for count in (0, 101):
        with pytest.raises(BadRequest):
            receivers_v1.DECRYPT.parameters(rows=[SEALED] * count)


@pytest.mark.parametrize("wrong", [{"cipher": ""}, {"order": ""}, {"cipher": None}])
def test_a_row_without_order_or_text_never_leaves(wrong: JSON) -> None:
    with pytest.raises(BadRequest):
        receivers_v1.DECRYPT.parameters(rows=[SEALED | wrong])


@pytest.mark.parametrize(
    ("word", "what"), [(5, "name"), ("6", "phone"), (7, "full_address"), (8, "address")]
)
def test_each_text_says_what_it_is(word: Any, what: str) -> None:
    assert opened(data_type=word).what == what


@pytest.mark.parametrize("word", [99, None, ""])
def test_a_new_kind_is_unknown_and_read(word: Any) -> None:
    assert (opened(data_type=word).what, opened().text) == ("unknown", "17000000001")


@pytest.mark.parametrize(
    ("given", "text", "extension"),
    [
        ({"decrypted_data": "$17000000001$#1234#"}, "17000000001", "1234"),
        ({"decrypted_data": "$95000001$#12345678#"}, "95000001", "12345678"),
        ({"virtual_identify_number": "1234"}, "17000000001", "1234"),
        ({"decrypted_data": "$17000000001$"}, "$17000000001$", None),
    ],
)
def test_a_virtual_number_is_told_with_its_extension(
    given: JSON, text: str, extension: str | None
) -> None:
    found = opened(virtual_number_type=1, **given)
    assert (found.text, found.extension) == (text, extension)
    assert found.is_virtual_number


def test_a_row_that_stays_shut_says_why_and_the_others_open() -> None:
    shut = {**ROW, "error_code": 60051, "error_msg": "不支持解密", "decrypted_data": "*"}
    other = {**shut, "error_msg": None}
    found = receivers_v1.DECRYPT.read({"data_decrypt_list": [shut, other, ROW]})
    assert [one.refused for one in found] == ["不支持解密", "60051", None]
    assert [one.text for one in found] == [None, None, "17000000001"]


@pytest.mark.parametrize("rows", [None, {}, "", [None], [{"data_tag": ORDER}]])
def test_an_answer_of_another_shape_is_no_answer(rows: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        receivers_v1.DECRYPT.read({"data_decrypt_list": rows})
    with pytest.raises(KeyError):
        receivers_v1.DECRYPT.read({})


def test_a_complaint_quotes_nobody() -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        opened(decrypted_data=["17000000001"])
    assert "1700" not in complaint(caught.value)


def test_one_call_in_ten_seconds_is_let_through() -> None:
    (limit,) = [each for each in CHANNEL.limits if each.prefix == "receivers.decrypt"]
    assert (limit.calls, limit.seconds, limit.per) == (1, 10.0, "app")


def test_equal_indexes_are_of_one_text_and_without_them_nobody_knows() -> None:
    name = "~AgAAAA{}==~e3T2WeW7~0~~"
    phone = "$Y/YKpKSij9Re$AgAAAA{}==$0$$"
    for shape in (name, phone):
        assert same_text(shape.format("a"), shape.format("b")) is True
        assert same_text(shape.format("a"), shape.format("b").replace("e", "f")) is False
    assert same_text("~AgAAAAa==~1~", "~AgAAAAb==~1~") is None
    assert same_text("~AgAAAAa==~1~", "~AgAAAAa==~1~") is True
