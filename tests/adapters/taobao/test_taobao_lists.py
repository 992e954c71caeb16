"""How lists are wrapped, and the types that travel in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.taobao import envelope, orders_v2
from adapters.taobao.common import rows
from hub_core.wire import Misread, Ref
from tests.adapters.published import AT_HAND

ROW = {"tid": 3725362658812595205, "modified": "2026-11-20 00:03:04"}


@pytest.mark.parametrize("empty", [None, {}, [], {"trade": []}, {"trade": None}])
def test_an_empty_list_has_many_forms(empty: Any) -> None:
    assert orders_v2.LIST.read({"trades": empty, "has_next": False}).items == ()
    assert orders_v2.LIST.read({"has_next": False}).items == ()


@pytest.mark.parametrize(("said", "more"), [("true", True), ("false", False), (True, True)])
def test_whether_others_follow_may_come_as_a_text(said: Any, more: bool) -> None:
    assert orders_v2.LIST.read({"trades": [ROW], "has_next": said}).has_more is more


@pytest.mark.parametrize("wrapped", [{"trade": [ROW]}, [ROW], {"trade": [ROW], "x": 1}])
def test_rows_are_found_in_either_wrapping(wrapped: Any) -> None:
    (item,) = orders_v2.LIST.read({"trades": wrapped, "has_next": True}).items

    assert isinstance(item, Ref)
    assert item.external_id == "3725362658812595205"
    assert str(item.updated_at) == "2026-11-19 16:03:04+00:00"


@pytest.mark.parametrize("wrong", ["", "x", 1, {"order": [ROW]}, {"trade": ROW}, True])
def test_a_container_of_the_wrong_type_fails_the_whole_page(wrong: Any) -> None:
    with pytest.raises(ValueError, match="list"):
        orders_v2.LIST.read({"trades": wrong, "has_next": False})


@pytest.mark.parametrize("body", [{}, {"trades": {}}, {"request_id": "r"}])
def test_a_page_that_says_nothing_at_all_is_no_empty_page(body: Any) -> None:
    with pytest.raises(ValueError, match="neither"):
        orders_v2.LIST.read(body)


@pytest.mark.parametrize("said", ["many", -1, 1.5, []])
def test_a_total_that_is_no_number_of_rows_fails_the_page(said: Any) -> None:
    with pytest.raises(ValueError, match=r"number|negative"):
        orders_v2.LIST.read({"trades": {"trade": [ROW]}, "total_results": said})


def test_has_next_that_is_no_truth_value_fails_the_page() -> None:
    with pytest.raises(ValueError, match="has_next"):
        orders_v2.LIST.read({"trades": {"trade": [ROW]}, "has_next": "perhaps"})


@given(st.integers(2**53, 2**63 - 1))
def test_ids_of_19_digits_survive_as_number_and_as_text(tid: int) -> None:
    body = json.loads(json.dumps({"trades": [{"tid": tid}, {"tid": str(tid)}]}))
    items = orders_v2.LIST.read(body | {"has_next": False}).items

    assert items == (Ref(str(tid)), Ref(str(tid)))


@pytest.mark.parametrize("tid", [3.7e18, None, True, [], {}])
def test_a_row_whose_id_cannot_be_trusted_is_parked_alone(tid: Any) -> None:
    page = orders_v2.LIST.read({"trades": [{"tid": tid}, ROW], "has_next": False})

    assert isinstance(page.items[0], Misread)
    assert isinstance(page.items[1], Ref)


@pytest.mark.parametrize("row", [None, 1, "x", [], {}])
def test_a_row_that_is_no_row_is_parked_alone(row: Any) -> None:
    page = orders_v2.LIST.read({"trades": [row, ROW], "has_next": False})

    assert [type(item) for item in page.items] == [Misread, Ref]


def test_a_row_with_an_unreadable_time_is_still_fetched() -> None:
    page = orders_v2.LIST.read(
        {"trades": [{"tid": 1, "modified": "soon"}], "has_next": True}
    )

    assert page.items == (Ref("1"),)


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x), max_leaves=4)
)
def test_unwrapping_gives_a_list_or_says_no(container: Any) -> None:
    try:
        assert isinstance(rows(container, "trade"), list)
    except ValueError:
        assert not isinstance(container, list)


@AT_HAND
def test_a_published_list_is_read(samples: Path) -> None:
    path = samples / "orders" / "trades_sold_get_ids.2017.response.json"
    body = json.loads(path.read_text("utf-8"))
    page = orders_v2.LIST.read(envelope.unwrap("taobao.trades.sold.get", body))

    assert page.total == 11
    assert [type(item) for item in page.items] == [Ref, Ref, Ref]
