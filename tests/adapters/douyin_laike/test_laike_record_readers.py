"""Whatever an answer holds, it is records, rows put aside or an error; and what the
platform has published of these kinds is read."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub_core.answers import UNFIT
from hub_core.errors import HubError
from hub_core.models import Place, Product
from hub_core.wire import JSON, Fetched, Misread
from tests.adapters.douyin_laike.laike import DIALECT, GOLDEN, SAMPLES
from tests.adapters.douyin_laike.records import CALLS, page_of, records, shape
from tests.adapters.published import AT_HAND

Way = tuple[str | int, ...]
JUNK: list[Any] = [
    *(None, "", " ", "x", "\0", "0", "-5", "12.345", "9" * 400, "１２"),
    *(0, -1, 10**18, 10**30, 1.5, 1e300, True, False, [], {}, [None], [[]], {"a": 1}),
]


def places(value: Any, way: Way = ()) -> Iterator[Way]:
    if way:
        yield way
    steps: Any = value.items() if isinstance(value, dict) else ()
    for step, inner in enumerate(value) if isinstance(value, list) else steps:
        yield from places(inner, (*way, step))


def bodies() -> Iterator[tuple[str, str, JSON, list[Way]]]:
    for name in CALLS:
        for path in sorted((GOLDEN / name).glob("*.wire.json")):
            body = json.loads(path.read_text(encoding="utf-8"))
            yield name, path.name.removesuffix(".wire.json"), body, list(places(body))


BODIES = list(bodies())


def spoiled(body: JSON, way: Way, junk: Any) -> JSON:
    """The answer with one place replaced; `...` takes it out."""
    body = copy.deepcopy(body)
    parent: Any = body
    for step in way[:-1]:
        parent = parent[step]
    if junk is ...:
        del parent[way[-1]]
    else:
        parent[way[-1]] = junk
    return body


@settings(max_examples=600, derandomize=True, deadline=None)
@given(st.data())
def test_a_spoiled_answer_is_records_or_an_error(data: st.DataObject) -> None:
    name, case, body, ways = data.draw(st.sampled_from(BODIES))
    way, junk = data.draw(st.sampled_from(ways)), data.draw(st.sampled_from([..., *JUNK]))
    try:
        page = page_of(name, spoiled(body, way, junk), case)
    except (HubError, *UNFIT):
        return  # the page is refused and the walk does not go on
    for item in page.items:
        assert isinstance(item, Fetched | Misread)
        if isinstance(item, Fetched):
            assert item.record.external_id.strip() not in ("", "0")
            sound(item.record)


def sound(part: Any) -> None:
    """What holds of every record: whole fen, aware times."""
    for one in fields(part):
        value = getattr(part, one.name)
        if one.name.endswith("_amount"):
            assert value is None or type(value) is int
        if isinstance(value, datetime):
            assert value.tzinfo is not None
        for inner in value if isinstance(value, tuple) else ():
            if is_dataclass(inner):
                sound(inner)


# Published -----------------------------------------------------------------------------


@AT_HAND
@pytest.mark.parametrize(
    ("sample", "name", "call"),
    [
        ("products/product_online_query.2022", "products_v2", "LIST"),
        ("products/product_draft_query.2022", "products_v2", "DRAFTS"),
        ("products/product_online_get.2022", "products_v2", "GET"),
        ("products/product_draft_get.2022", "products_v2", "GET_DRAFT"),
        ("shops/shop_poi_query.2022", "places_v1", "LIST"),
        ("shops/shop_poi_query.2023", "places_v1", "LIST"),
    ],
)
def test_what_the_platform_has_published_is_read(sample: str, name: str, call: str) -> None:
    path = SAMPLES / f"{sample}.response.json"
    asked = getattr(shape(name), call)
    body = json.loads(path.read_text(encoding="utf-8"))
    (record,) = records(asked.read(DIALECT.unwrap(asked, body)))

    assert isinstance(record, Product | Place)
    if isinstance(record, Product):
        (sku,) = record.skus
        assert (sku.price_amount, sku.external_id) == (996, record.external_id)
        assert sku.available is None  # a total alone is not what can be bought
        assert record.place_external_ids == ("6601137575719602180",)
    else:
        assert record.name
