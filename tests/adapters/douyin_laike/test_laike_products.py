"""Products in both generations: state, stock, and drafts of what is not online yet."""

from __future__ import annotations

from typing import Any

import pytest

import connectors.douyin_laike as laike
from adapters.douyin_laike import goods
from hub_core.errors import BadRequest, Misconfigured, Rejected
from hub_core.models import Issue, ListingStatus, Product, ProductKind
from hub_core.ports import CursorSource
from hub_core.wire import JSON, Call, Fetched, Misread, Page
from tests.adapters.douyin_laike.laike import ACCOUNT, Line
from tests.adapters.douyin_laike.records import fine, golden, page_of, records, shape

L = ListingStatus
ONLINE = {1: L.ON_SALE, 2: L.OFF_SALE, 3: L.BANNED}
DRAFT = {
    **{10: L.AUDITING, 20: L.AUDITING, 12: L.REJECTED, 21: L.REJECTED, 23: L.REJECTED},
    **{1: L.DRAFT, 11: L.DRAFT, 22: L.DRAFT, 100: L.DRAFT},
}


def row(number: int = 1, **changes: Any) -> JSON:
    name = f"71190000000000000{number:02d}"
    product = {"product_id": name, "product_name": "套餐", "product_type": 1}
    return {"product": product, "sku": {"sku_id": name, "status": 1}} | changes


def online(number: int = 1, **changes: Any) -> JSON:
    return row(number, online_status=1) | changes


def draft(number: int = 1, **changes: Any) -> JSON:
    return row(number, draft_status=10) | changes


def page(*rows: Any, **more: Any) -> Page:
    return page_of(
        "products_v2", fine(**({"products": list(rows), "has_more": False} | more))
    )


def read(**changes: Any) -> Product:
    (record,) = records(page(online(**changes)))
    assert isinstance(record, Product)
    return record


def stocked(**stock: Any) -> Product:
    return read(sku={"sku_id": "18", "status": 1, "stock": stock})


# State ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "meant"), ONLINE.items())
def test_an_online_word_is_where_it_is_sold(word: int, meant: ListingStatus) -> None:
    for spelled in (word, str(word)):
        record = read(online_status=spelled)
        assert (record.listing_status, record.listing_status_raw) == (meant, str(word))
        assert record.skus[0].status is meant


@pytest.mark.parametrize(("word", "meant"), DRAFT.items())
def test_a_draft_word_is_where_its_audit_stands(word: int, meant: ListingStatus) -> None:
    (record,) = records(page(draft(draft_status=word)))
    assert isinstance(record, Product)
    assert (record.listing_status, record.listing_status_raw) == (meant, str(word))
    assert record.ext["douyin-laike:is_draft"] is True


def test_the_tables_and_these_lists_name_the_same_words() -> None:
    assert goods.ONLINE.keys() == {str(word) for word in ONLINE}
    assert goods.DRAFT.keys() == {str(word) for word in DRAFT}


def test_unknown_words_are_unknown_and_said() -> None:
    record = read(online_status=9)
    assert record.listing_status is L.UNKNOWN
    assert record.issues == (Issue("listing_status", "unknown_word"),)
    assert read(product={"product_id": "7", "product_type": 77}).kind is ProductKind.UNKNOWN
    assert read(sku={"sku_id": "18", "status": 8}).skus[0].status is L.UNKNOWN
    assert read(sku={"sku_id": "18", "status": -1}).skus[0].status is L.DELETED


def test_a_row_without_a_state_is_put_aside_and_spoils_no_other() -> None:
    first, second = page(row(1), online(2)).items
    assert isinstance(first, Misread)
    assert first.external_id == "7119000000000000001"
    assert isinstance(second, Fetched)


# Stock ---------------------------------------------------------------------------------


def test_available_is_what_can_be_bought_and_never_the_total() -> None:
    (sku,) = stocked(
        limit_type=1, stock_qty=100, avail_qty=60, frozen_qty=5, sold_qty=35
    ).skus
    assert (sku.available, sku.reserved, sku.is_unlimited) == (60, 5, False)
    assert stocked(limit_type=1, stock_qty=88).skus[0].available is None
    assert stocked(limit_type=1, stock_qty=5, avail_qty=0).skus[0].available == 0
    assert stocked().skus[0].available is None


@pytest.mark.parametrize("huge", [2**31, 9_999_999_999, 2**63 - 1])
def test_stock_without_a_limit_may_say_any_number(huge: int) -> None:
    record = stocked(limit_type=2, stock_qty=huge, avail_qty=huge, sold_qty=3)
    assert [sku.is_unlimited for sku in record.skus] == [True]
    (item,) = page(online(sku={"stock": {"limit_type": 1, "avail_qty": huge}})).items
    assert isinstance(item, Misread)  # counted, it is more than can be


@pytest.mark.parametrize("spelled", [2, "2"])
def test_without_a_limit_the_numbers_mean_nothing(spelled: Any) -> None:
    record = stocked(limit_type=spelled, stock_qty=7, avail_qty=3, frozen_qty=9, sold_qty=1)
    (sku,) = record.skus
    assert (sku.available, sku.reserved, sku.is_unlimited) == (None, None, True)
    assert record.issues == ()


def test_stock_that_does_not_add_up_is_reported() -> None:
    record = stocked(limit_type=1, stock_qty=100, avail_qty=60, frozen_qty=5, sold_qty=30)
    assert record.issues == (Issue("skus.available", "does_not_add_up"),)
    assert record.skus[0].available == 60


@pytest.mark.parametrize("amount", ["99.00", 99.5, True])
def test_what_is_no_whole_number_of_fen_is_refused(amount: Any) -> None:
    (item,) = page(online(sku={"sku_id": "18", "actual_amount": amount})).items
    assert isinstance(item, Misread)


def test_several_skus_need_ids_of_their_own() -> None:
    for skus in ([{}, {"sku_id": "2"}], [{"sku_id": "2"}, {"sku_id": "2"}]):
        (item,) = page(online(skus=skus)).items
        assert isinstance(item, Misread)
        assert "SKU" in item.reason
    assert [s.external_id for s in read(skus=[{}]).skus] == ["7119000000000000001"]


# Generations ---------------------------------------------------------------------------


def test_each_generation_reads_its_own_names() -> None:
    old = records(golden("products_v1", "in_lists_of_their_old_names"))
    first, several = (x for x in old if isinstance(x, Product))
    assert first.external_id == "7119000000000000021"  # spu_id, then
    assert first.place_external_ids == ("6600000000000000021",)
    assert [sku.external_id for sku in several.skus] == [
        "1800000000000000261",
        "1800000000000000262",
    ]
    rows = [online(sku=None, skus=[{"sku_id": "1"}, {"sku_id": "2"}])]
    body = fine(products=rows, has_more=False)
    (new,) = records(page_of("products_v2", body))
    assert isinstance(new, Product)
    assert len(new.skus) == 2


@pytest.mark.parametrize("name", ["products_v1", "products_v2"])
@pytest.mark.parametrize("several", ["skus", "sku_list"])
def test_several_skus_are_read_by_either_name(name: str, several: str) -> None:
    rows = [online(sku=None) | {several: [{"sku_id": "1"}, {"sku_id": "2"}]}]
    (record,) = records(page_of(name, fine(products=rows, has_more=False)))
    assert isinstance(record, Product)
    assert [sku.external_id for sku in record.skus] == ["1", "2"]


def test_the_first_generation_names_no_merchant() -> None:
    asked = {"account_id": ACCOUNT, "count": 50, "goods_creator_type": 1}
    assert shape("products_v1").LIST.parameters(**asked) == {"count": 50}
    assert shape("products_v2").LIST.parameters(**asked) == asked


@pytest.mark.parametrize("name", ["products_v1", "products_v2"])
def test_a_wrong_question_never_leaves(name: str) -> None:
    calls = shape(name)
    for asked in ({}, {"account_id": "1", "count": 51}, {"account_id": "1", "count": 0}):
        with pytest.raises(BadRequest):
            calls.LIST.parameters(**asked)
    with pytest.raises(BadRequest, match="10"):
        calls.GET.parameters(account_id="1", product_ids=",".join("abcdefghijk"))


# Pages ---------------------------------------------------------------------------------


def test_a_page_says_whether_another_follows() -> None:
    assert page(online(), has_more=True, next_cursor="4").cursor == "4"
    assert page(online(), has_more=False, next_cursor="4").cursor is None
    assert page(has_more=False, products=None).items == ()


@pytest.mark.parametrize(
    "about",
    [
        {"has_more": None},
        {"has_more": True},
        {"has_more": True, "next_cursor": "4", "products": None},
        {"products": "none"},
    ],
)
def test_a_page_that_leaves_open_what_follows_is_refused(about: JSON) -> None:
    with pytest.raises((ValueError, KeyError)):
        page(online(), **about)


# The source ----------------------------------------------------------------------------


class Goods:
    """A platform of two lists and two lookups."""

    def __init__(self, online: list[JSON], drafts: list[JSON], *, picky: bool) -> None:
        self.lists = {"products.list": online, "products.drafts": drafts}
        self.picky = picky
        """Whether a lookup is refused for one id it does not know."""

    def __call__(self, call: Call[Any], asked: JSON) -> JSON:
        if call.name in self.lists:
            return fine(products=self.lists[call.name], has_more=False)
        drafts = call.name == "products.get_draft"
        rows = self.lists["products.drafts" if drafts else "products.list"]
        wanted = asked["product_ids"].split(",")
        found = [r for r in rows if r["product"]["product_id"] in wanted]
        if self.picky and len(found) < len(wanted):
            extra = {"error_code": 2191002, "sub_error_code": 20002}
            return {"data": {"error_code": 2191002}, "extra": extra}
        return fine(**{"product_drafts" if drafts else "product_onlines": found})


class Losing(Goods):
    """It answers its first lookups of what is online with something else."""

    def __init__(
        self, online: list[JSON], drafts: list[JSON], broken: int, lost: JSON
    ) -> None:
        super().__init__(online, drafts, picky=False)
        self.broken, self.lost = broken, lost

    def __call__(self, call: Call[Any], asked: JSON) -> JSON:
        self.broken -= call.name == "products.get"
        lost = call.name == "products.get" and self.broken >= 0
        return self.lost if lost else super().__call__(call, asked)


def source(platform: Any, **session: Any) -> tuple[laike.LaikeProducts, Line]:
    line = Line(platform, **session)
    return laike.LaikeProducts(line), line


def ids(page: Page) -> list[str]:
    return [record.external_id for record in records(page)]


def test_online_and_drafts_are_two_snapshots() -> None:
    one, _ = source(lambda call, asked: {})
    assert isinstance(laike.hub_products(one._session), CursorSource)
    assert [s.name for s in one.streams] == ["products", "product_drafts"]
    assert all(s.is_snapshot and s.by_id for s in one.streams)


def test_the_list_of_what_is_online_is_asked_for_one_merchant() -> None:
    one, line = source(Goods([online(1)], [], picky=False))
    assert ids(one.after(one.streams[0], None, None)) == ["7119000000000000001"]
    one.after(one.streams[0], None, "|4")
    assert [asked for _, asked in line.asked] == [
        {"account_id": ACCOUNT, "count": 50},
        {"account_id": ACCOUNT, "count": 50, "cursor": "4"},
    ]


def whole(one: laike.LaikeProducts, number: int = 0) -> list[str]:
    """The ids of a list read to its end."""
    found, cursor = [], None
    while True:
        page = one.after(one.streams[number], None, cursor)
        found += ids(page)
        if page.cursor is None:
            return found
        cursor = str(page.cursor)


def test_what_is_off_sale_or_banned_is_asked_for_whatever_is_listed_unasked() -> None:
    rows = [online(1), online(2, online_status=2), online(3, online_status=3)]

    def buyers_see(call: Call[Any], asked: JSON) -> JSON:
        wanted = asked.get("status", 1)
        there = [row for row in rows if row["online_status"] == wanted]
        return fine(products=there, has_more=False)

    one, line = source(buyers_see)
    assert whole(one) == [f"711900000000000000{n}" for n in (1, 2, 3)]
    assert [asked.get("status") for _, asked in line.asked] == [None, 2, 3]


def test_what_every_status_has_told_already_comes_once() -> None:
    rows = [online(1), online(2, online_status=2)]

    def all_are_listed(call: Call[Any], asked: JSON) -> JSON:
        there = [r for r in rows if asked.get("status") in (None, r["online_status"])]
        return fine(products=there, has_more=False)

    one, _ = source(all_are_listed)
    both = ["7119000000000000001", "7119000000000000002"]
    assert whole(one) == whole(one) == both
    cursor = str(one.after(one.streams[0], None, None).cursor)
    rows[1]["product"]["product_name"] = "茶具"  # it changes while it is read
    assert ids(one.after(one.streams[0], None, cursor)) == both[1:]


def test_each_state_is_read_to_its_own_end() -> None:
    def in_two_pages(call: Call[Any], asked: JSON) -> JSON:
        more = "cursor" not in asked
        number = 10 * asked.get("status", 1) + (1 if more else 2)
        return fine(products=[online(number)], has_more=more, next_cursor="4")

    one, line = source(in_two_pages)
    assert [int(id[-2:]) for id in whole(one)] == [11, 12, 21, 22, 31, 32]
    assert [(a.get("status"), a.get("cursor")) for _, a in line.asked] == [
        (status, cursor) for status in (None, 2, 3) for cursor in (None, "4")
    ]


def test_of_an_app_of_several_merchants_the_shops_own_products_are_kept() -> None:
    rows = [
        owned(1, ACCOUNT), owned(2, "7199"), owned(3, None), owned(4, int(ACCOUNT)),
        owned(5, "7199") | {"online_status": None},
    ]  # fmt: skip
    one, _ = source(Goods(rows, [], picky=False), pins={"products": 1})
    kept = one.after(one.streams[0], None, None)
    assert [id[-1] for id in ids(kept)] == ["1", "3", "4"]
    one, _ = source(Goods(rows[:4], [], picky=False))
    assert len(ids(one.after(one.streams[0], None, None))) == 4  # they are its own here


def owned(number: int, account: Any) -> JSON:
    found = online(number)
    found["product"]["owner_account_id"] = account
    return found


def test_who_made_the_products_is_configuration() -> None:
    one, line = source(Goods([], [], picky=False), facts={"goods_creator_type": "1"})
    one.after(one.streams[0], None, None)
    assert line.asked[0][1]["goods_creator_type"] == 1
    one, _ = source(Goods([], [], picky=False), facts={"goods_creator_type": "all"})
    with pytest.raises(Misconfigured, match="goods_creator_type"):
        one.after(one.streams[0], None, None)


@pytest.mark.parametrize("picky", [False, True])
def test_an_edit_of_what_is_on_sale_is_no_product_of_its_own(picky: bool) -> None:
    drafts = [draft(1, draft_status=12), draft(2), draft(3)]
    one, line = source(Goods([online(1), online(9)], drafts, picky=picky))
    found = ids(one.after(one.streams[1], None, None))
    assert found == ["7119000000000000002", "7119000000000000003"]
    # Each alone where one of three is refused; else what is left out is asked for again.
    assert len(line.asked) == (5 if picky else 4)


def test_more_drafts_than_one_lookup_takes_are_looked_up_in_turn() -> None:
    drafts = [draft(n) for n in range(11)]
    one, line = source(Goods([online(n) for n in range(11)], drafts, picky=False))
    assert ids(one.after(one.streams[1], None, None)) == []
    assert [call.name for call, _ in line.asked] == [
        "products.drafts",
        "products.get",
        "products.get",
    ]


def test_drafts_of_what_the_online_list_has_told_need_no_lookup() -> None:
    one, line = source(Goods([online(1)], [draft(1)], picky=False))
    one.after(one.streams[0], None, None)
    assert ids(one.after(one.streams[1], None, None)) == []
    assert [call.name for call, _ in line.asked] == ["products.list", "products.drafts"]


LOST = [fine(product_onlines=[]), fine(), fine(product_onlines=[online(9)])]
"""Answers to a lookup that have lost the product asked for."""


@pytest.mark.parametrize("lost", LOST, ids=["emptied", "no list", "another answer"])
def test_an_answer_that_lost_a_product_makes_no_draft_of_it(lost: JSON) -> None:
    for broken in (1, 2):
        one, _ = source(Losing([online(1)], [draft(1), draft(2)], broken, lost))
        assert ids(one.after(one.streams[1], None, None)) == ["7119000000000000002"]
        one, _ = source(Losing([online(1)], [draft(1)], broken, lost))
        found = one.record("7119000000000000001")
        assert isinstance(found, Fetched)
        assert isinstance(found.record, Product)
        assert found.record.listing_status is L.ON_SALE


def test_a_row_without_its_id_may_be_any_of_those_asked_for() -> None:
    nameless = online(1)
    del nameless["product"]["product_id"]

    def reply(call: Call[Any], asked: JSON) -> JSON:
        if call.name == "products.drafts":
            return fine(products=[draft(1), draft(2)], has_more=False)
        one = "7119000000000000001" in asked["product_ids"]
        return fine(product_onlines=[nameless] if one else [])

    one, _ = source(reply)
    assert ids(one.after(one.streams[1], None, None)) == ["7119000000000000002"]


def test_a_drafts_time_does_not_make_the_product_the_older_version() -> None:
    product = {"product_id": "7", "update_time": 1795000000}
    (record,) = records(page(draft(product=product)))
    assert record.channel_updated_at is None
    assert record.ext["douyin-laike:draft_updated_at"] == 1795000000
    (record,) = records(page(online(product=product)))
    assert record.channel_updated_at is not None
    assert "douyin-laike:draft_updated_at" not in record.ext


def test_no_draft_needs_no_lookup() -> None:
    one, line = source(Goods([online(1)], [], picky=True))
    assert ids(one.after(one.streams[1], None, None)) == []
    assert len(line.asked) == 1


@pytest.mark.parametrize("picky", [False, True])
def test_a_product_is_had_as_it_is_online_else_as_a_draft(picky: bool) -> None:
    platform = Goods([online(1)], [draft(1), draft(2)], picky=picky)
    one, _ = source(platform)
    states = []
    for name in ("7119000000000000001", "7119000000000000002"):
        found = one.record(name)
        assert isinstance(found, Fetched)
        assert isinstance(found.record, Product)
        states.append(found.record.listing_status)
    assert states == [L.ON_SALE, L.AUDITING]
    assert one.record("7119000000000000003") is None


def test_another_refusal_is_raised() -> None:
    body = {"data": {"error_code": 2191002}, "extra": {"error_code": 2191002}}
    one, _ = source(lambda call, asked: body)
    with pytest.raises(Rejected):
        one.record("71")


def test_a_pin_speaks_the_first_generation() -> None:
    one, line = source(Goods([], [], picky=False), pins={"products": 1})
    one.after(one.streams[0], None, None)
    assert line.asked[0][0].endpoint == "/life/goods/product/online/list/"
