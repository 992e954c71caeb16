"""What leaves for JD: names, spellings and types of every question."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.jd import orders_v1, orders_v2, unpaid_v1
from adapters.jd.asks import FIELDS
from hub_core.errors import BadRequest
from hub_core.wire import JSON

ASKED = {
    "since": datetime(2026, 11, 20, tzinfo=UTC),
    "until": datetime(2026, 11, 21, tzinfo=UTC),
    "page": 2,
    "page_size": 50,
}


def test_just_the_fields_the_reader_uses_are_asked_for() -> None:
    for shape in (orders_v1, orders_v2):
        read_ = {f.alias or name for name, f in shape.WireOrder.model_fields.items()}
        asked = shape.LIST.parameters(**ASKED, states="ALL")["optional_fields"]
        assert read_ | {"venderId"} == set(asked.split(","))  # whose it is: vender_of
        assert shape.GET.parameters(order_id="1")["optional_fields"] == asked
    assert len(FIELDS.split(",")) == len(set(FIELDS.split(",")))


def test_a_page_is_asked_by_change_time_ascending_with_numbers_as_text() -> None:
    sent = orders_v2.LIST.parameters(**ASKED, states="ALL")
    del sent["optional_fields"]
    assert sent == {
        "start_date": "2026-11-20 08:00:00",
        "end_date": "2026-11-21 08:00:00",
        "order_state": "ALL",
        "page": "2",
        "page_size": "50",
        "sortType": 0,
        "dateType": 0,
    }


def test_unpaid_orders_are_asked_in_their_own_spelling() -> None:
    assert unpaid_v1.LIST.parameters(**ASKED) == {
        "startDate": "2026-11-20 08:00:00",
        "endDate": "2026-11-21 08:00:00",
        "page": 2,
        "pageSize": 50,
    }
    assert unpaid_v1.GET.parameters(order_id="302") == {"orderId": "302"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"page": 0},
        {"page_size": 101},
        {"states": ""},
        {"since": datetime(2026, 11, 20)},  # noqa: DTZ001 - without a zone, on purpose
        {"start_date": "2026-11-20 08:00:00"},
    ],
)
def test_a_wrong_question_is_not_sent(wrong: JSON) -> None:
    with pytest.raises(BadRequest):
        orders_v2.LIST.parameters(**{**ASKED, "states": "ALL", **wrong})


def test_an_order_is_asked_for_by_a_number() -> None:
    assert orders_v2.GET.parameters(order_id="301")["order_id"] == 301
    with pytest.raises(BadRequest):
        orders_v2.GET.parameters(order_id="TB-301")
