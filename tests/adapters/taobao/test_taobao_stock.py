"""What setting stock sends, and what its answers prove."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.taobao import stock_v1, stock_v2
from adapters.taobao.stock import SkuOutcome
from hub_core.errors import BadRequest
from hub_core.wire import JSON

SHAPES = [stock_v1, stock_v2]
ANSWER: JSON = {
    "num_iid": 2000038123656,
    "num": 28,
    "modified": "2013-10-03 03:16:56",
    "skus": {
        "sku": [
            {"sku_id": 30007221065, "quantity": 17, "modified": "2013-10-03 03:16:56"},
            {"sku_id": "30007221068", "quantity": "11"},
        ]
    },
}


def sent(scripted: Any, call: Any, answer: JSON, **asked: Any) -> tuple[JSON, Any]:
    session = scripted(lambda form: answer)
    found = session.send(call, **asked)
    return session.sent[0], found


@pytest.mark.parametrize("row", [{"quantity": 1}, {"sku_id": None, "quantity": 1}])
def test_what_a_sku_has_now_is_told_of_a_sku(row: JSON) -> None:
    with pytest.raises(ValueError, match="sku_id"):
        stock_v1.SET.read({"item": ANSWER | {"skus": {"sku": [row]}}})


# First shape ---------------------------------------------------------------------------


def test_v1_writes_ids_and_pieces_in_pairs(scripted: Any) -> None:
    form, found = sent(
        scripted,
        stock_v1.SET,
        {"skus_quantity_update_response": {"item": ANSWER}},
        product="2000038123656",
        levels={"30007221065": 17, "30007221068": 0},
    )

    assert form["method"] == "taobao.skus.quantity.update"
    assert form["num_iid"] == "2000038123656"
    assert form["skuid_quantities"] == "30007221065:17;30007221068:0"
    assert form["type"] == "1"
    assert "outerid_quantities" not in form
    assert found.product_external_id == "2000038123656"


def test_v1_tells_of_each_sku_what_it_has_now() -> None:
    asked = {"30007221065": 17, "30007221068": 12, "30007233337": 3}
    done, other, silent = stock_v1.SET.read({"item": ANSWER}).outcomes(asked)

    assert done == SkuOutcome(sku_external_id="30007221065", asked=17, told=17)
    assert [one.confirmed for one in (done, other, silent)] == [True, False, None]


def test_v1_sets_by_the_merchants_codes_instead() -> None:
    asked = stock_v1.SET.parameters(product="1", by_code={"KB-87-BR": 5})

    assert asked["outerid_quantities"] == "KB-87-BR:5"
    assert "skuid_quantities" not in asked


@pytest.mark.parametrize("code", ["A:1", "A;B"])
def test_v1_refuses_a_code_that_would_read_as_two(code: str) -> None:
    with pytest.raises(BadRequest, match="told apart"):
        stock_v1.SET.parameters(product="1", by_code={code: 5})


def test_v1_nothing_left_is_sent_as_zero_not_left_out(scripted: Any) -> None:
    form, found = sent(
        scripted,
        stock_v1.SET_ONE,
        {"item_quantity_update_response": {"item": {"num_iid": 1, "num": 0}}},
        product="1",
        quantity=0,
    )

    assert form["quantity"] == "0"
    assert "sku_id" not in form
    assert (found.quantity, dict(found.levels)) == (0, {})


@pytest.mark.parametrize("body", [{}, {"item": None}, {"item": {"num": 1}}, {"item": []}])
def test_v1_an_answer_without_its_product_proves_nothing(body: JSON) -> None:
    with pytest.raises((KeyError, ValueError)):
        stock_v1.SET.read(body)


# Second shape --------------------------------------------------------------------------


def test_v2_writes_one_json_text_and_says_it_is_all(scripted: Any) -> None:
    form, found = sent(
        scripted,
        stock_v2.SET,
        {"tmall_item_quantity_update_response": {"quantity_update_result": "669801"}},
        product="669801",
        levels={"4711": 5, "5123456789012345678": 0},
    )

    assert form["method"] == "tmall.item.quantity.update"
    assert json.loads(form["sku_quantities"]) == [
        {"sku_id": 4711, "quantity": 5},
        {"sku_id": 5123456789012345678, "quantity": 0},
    ]
    assert json.loads(form["options"]) == {"type": 1}
    assert found.product_external_id == "669801"


def test_v2_confirms_no_single_sku() -> None:
    found = stock_v2.SET.read({"quantity_update_result": 669801})

    assert [one.confirmed for one in found.outcomes({"4711": 5})] == [None]


def test_v2_names_skus_in_one_way_only() -> None:
    asked = stock_v2.SET.parameters(product="1", by_code={"键盘:茶": 5})

    assert json.loads(asked["sku_quantities"]) == [{"outer_id": "键盘:茶", "quantity": 5}]
    with pytest.raises(BadRequest, match="exactly one"):
        stock_v2.SET.parameters(product="1", by_code={"a": 1}, levels={"1": 1})


def test_v2_sets_a_product_without_variants() -> None:
    asked = stock_v2.SET.parameters(product="1", quantity=0)

    assert asked == {"item_id": "1", "item_quantity": 0, "options": '{"type":1}'}


def test_v2_adds_under_a_key_the_platform_knows_again() -> None:
    asked = stock_v2.ADD.parameters(product="1", changes={"4711": -2}, key="2df528b4")

    assert json.loads(asked["sku_quantities"]) == [{"sku_id": 4711, "quantity": -2}]
    assert json.loads(asked["options"]) == {"type": 2, "outer_biz_key": "2df528b4"}
    assert set(asked) == {"item_id", "sku_quantities", "options"}


@pytest.mark.parametrize("key", ["", "order-7", "xyz", None])
def test_v2_adds_nothing_without_such_a_key(key: Any) -> None:
    with pytest.raises(BadRequest, match="key"):
        stock_v2.ADD.parameters(product="1", changes={"4711": 1}, key=key)


@pytest.mark.parametrize("said", [None, "", [], True, {}])
def test_v2_an_answer_without_its_product_proves_nothing(said: Any) -> None:
    with pytest.raises(ValueError, match="an id"):
        stock_v2.SET.read({"quantity_update_result": said})


# Both ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "levels",
    [
        {},
        {"1": -1},
        {"KB-87": 1},
        {"1": 1, "KB-87": 1},
        {"１": 1},
        {"1": 1.5},
        {"1": True},
        {str(n): 1 for n in range(21)},
        None,
    ],
)
def test_what_cannot_be_a_stock_never_leaves(shape: Any, levels: Any) -> None:
    with pytest.raises(BadRequest):
        shape.SET.parameters(product="1", levels=levels)


@pytest.mark.parametrize("shape", SHAPES)
@given(levels=st.dictionaries(st.integers(1, 2**63), st.integers(0, 10**8), min_size=1))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_twenty_skus_go_and_no_more(shape: Any, levels: dict[int, int]) -> None:
    given_ = {str(sku): count for sku, count in levels.items()}
    if len(given_) > 20:
        with pytest.raises(BadRequest):
            shape.SET.parameters(product="1", levels=given_)
        return
    asked = shape.SET.parameters(product="1", levels=given_)
    text = asked.get("skuid_quantities") or asked["sku_quantities"]

    assert all(str(sku) in text for sku in levels)
