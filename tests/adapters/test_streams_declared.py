"""What each list is declared to be: the documents' bounds, and the facts they leave open.

Spans are the documents' longest, less the seconds each end is asked for further out; page
sizes and depths are theirs (channel papers §3, §4 of each channel). What no document says
is a fact with a default, and configuration replaces it.
"""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from hub_core.ports import Paging, ShopInfo, Stream
from tests.adapters.goldens import CHANNELS

KINDS = ("orders", "after_sales", "products", "redemptions", "places")
BACKWARDS, CURSOR = Paging.REVERSE_OFFSET, Paging.OPAQUE_CURSOR
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


class Said(NamedTuple):
    """Seconds, but for the days one can look back; `reread` in hours, 0 for never."""

    paging: Paging
    longest: timedelta
    lag: int
    overlap: int
    page_size: int
    rows_cap: int | None
    look_back: int
    reread: int
    kept: str = ""
    """`partial`: it only names rows; `whole`: read as a snapshot; `list`: not by id."""


PDD_CASES = Said(BACKWARDS, 1796 * SECOND, 182, 300, 100, 10_000, 90, 0, "list")
TAOBAO_ITEMS = Said(BACKWARDS, 365 * DAY, 600, 300, 200, 20_000, 7300, 24, "partial")
SAID: dict[str, dict[str, Said]] = {
    "douyin_laike": {
        "orders": Said(BACKWARDS, 7 * DAY, 180, 60, 100, 10_000, 365, 6),
        "after_sales_made": Said(
            CURSOR, 7 * DAY, 600, 72 * 3600 + 660, 100, None, 365, 0, "list"
        ),
        "after_sales_done": Said(CURSOR, 7 * DAY, 600, 660, 100, None, 365, 0, "list"),
        "products": Said(CURSOR, DAY, 0, 0, 50, None, 90, 0, "whole"),
        "product_drafts": Said(CURSOR, DAY, 0, 0, 10, None, 90, 0, "whole"),
        "redemptions": Said(
            CURSOR, 7 * DAY, 180, 3600 + 180 + 60, 20, None, 365, 0, "list"
        ),
        "places": Said(CURSOR, DAY, 0, 0, 50, None, 90, 0, "whole"),
    },
    "jd": {
        "orders": Said(BACKWARDS, 28 * DAY - 2 * SECOND, 180, 300, 100, 10_000, 90, 6),
        "unpaid": Said(BACKWARDS, 28 * DAY - 2 * SECOND, 180, 300, 100, 10_000, 90, 6),
        "refund_applies": Said(BACKWARDS, 7 * DAY - 2 * SECOND, 300, 300, 50, 5000, 90, 6),
        "service_bills": Said(
            BACKWARDS, 7 * DAY - 2 * SECOND, 300, 300, 50, 5000, 90, 6, "partial"
        ),
        "products": Said(
            CURSOR, 28 * DAY - 2 * SECOND, 600, 300, 50, None, 90, 24, "whole partial"
        ),
        "product_skus": Said(
            CURSOR, 28 * DAY - 2 * SECOND, 600, 300, 50, None, 90, 24, "partial"
        ),
    },
    "pinduoduo": {
        "orders": Said(BACKWARDS, 1796 * SECOND, 182, 300, 100, 10_000, 90, 6),
        **{
            f"after_sales_{word}": PDD_CASES
            for word in (*range(2, 19), 21, 22, 24, 25, 27, 31, 32, 33)
        },
        "products": Said(CURSOR, DAY, 0, 0, 100, None, 90, 0, "whole list"),
    },
    "taobao": {
        "orders": Said(BACKWARDS, DAY - 4 * SECOND, 180, 60, 100, None, 90, 6, "partial"),
        "after_sales": Said(
            BACKWARDS, DAY - 4 * SECOND, 180, 60, 100, None, 90, 6, "partial"
        ),
        "products": TAOBAO_ITEMS,
        "products_in_warehouse": TAOBAO_ITEMS,
        "products_sold_out": TAOBAO_ITEMS,
        "products_violation": TAOBAO_ITEMS,
    },
}
SORTED = {
    *(("jd", "orders"), ("taobao", "orders")),
    *(("taobao", name) for name in SAID["taobao"] if name.startswith("products")),
}
"""Lists whose order a document tells; of JD ascending, of Taobao descending."""


def streams(folder: str, **facts: str) -> dict[str, Stream]:
    """All lists of a channel by their names."""
    module = import_module(f"connectors.{folder}")
    session: Any = SimpleNamespace(
        shop=ShopInfo(name="tea", external_id="1"), facts=CHANNELS[folder].facts | facts
    )
    hooks = [getattr(module, f"hub_{kind}", None) for kind in KINDS]
    return {s.name: s for hook in hooks if hook for s in hook(session).streams}


def said(stream: Stream) -> Said:
    """A stream in the words of the table."""
    kept = {
        "whole": stream.is_snapshot,
        "list": not stream.by_id,
        "partial": stream.list_is_partial,
    }
    reread = stream.reread_every or timedelta(0)
    return Said(
        stream.paging,
        stream.max_window,
        int(stream.settle_lag.total_seconds()),
        int(stream.overlap.total_seconds()),
        stream.page_size,
        stream.rows_cap,
        stream.look_back.days,
        int(reread.total_seconds() / 3600),
        " ".join(word for word, holds in kept.items() if holds),
    )


@pytest.mark.parametrize("folder", SAID)
def test_every_list_is_what_the_documents_make_of_it(folder: str) -> None:
    assert {name: said(one) for name, one in streams(folder).items()} == SAID[folder]


@pytest.mark.parametrize("folder", SAID)
def test_only_a_documented_order_is_promised(folder: str) -> None:
    way = {"jd": "modified asc", "taobao": "modified desc"}.get(folder)
    for name, stream in streams(folder).items():
        assert stream.order == (way if (folder, name) in SORTED else "not documented")


@pytest.mark.parametrize("folder", SAID)
def test_what_is_leant_on_is_named_as_a_fact_or_in_words(folder: str) -> None:
    """A complete interval says what it rests on."""
    for name, stream in streams(folder).items():
        assert stream.assumptions, name
        for assumed in stream.assumptions:
            assert " " in assumed or assumed in CHANNELS[folder].facts, name


def test_there_is_no_channel_without_its_lists() -> None:
    assert SAID.keys() == CHANNELS.keys()
