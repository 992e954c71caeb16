"""Stock of the Taobao box: three doors, and each change counted once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub_core.sandbox import Fault

SINGLE = "taobao.item.quantity.update"
BATCH = "taobao.skus.quantity.update"
TMALL = "tmall.item.quantity.update"
ITEM = "taobao.item.seller.get"
SHIRT = "纯棉圆领T恤"
BELOW = "50|isv.invalid-parameter:quantity"


class Shelf:
    """One item of a shop and what the box says of its pieces."""

    def __init__(self, caller: Any, pick: Any = None) -> None:
        self.caller, self.account = caller, caller.account.external_id
        pick = pick or (lambda facts: facts["title"].startswith(SHIRT))
        found = next(t for t in self.truths() if pick(t.facts))
        self.id = found.external_id
        self.skus = list(self.levels())

    def truths(self) -> Any:
        return self.caller.box.records(self.account, "product")

    def levels(self) -> dict[str, int]:
        (truth,) = [t for t in self.truths() if t.external_id == self.id]
        named = [k for k in truth.facts if k.startswith("available:")]
        return {k.removeprefix("available:"): truth.facts[k] for k in named}

    def effects(self) -> list[tuple[str, int]]:
        effects = self.caller.box.effects(self.account)
        assert {e.kind for e in effects} <= {"stock"}
        return [(e.target, e.facts["available"]) for e in effects]

    def single(self, quantity: int, **more: str) -> str:
        asked = {"num_iid": self.id, "quantity": str(quantity)} | more
        return str(self.caller.code(SINGLE, **asked))

    def batch(self, quantities: dict[str, int], **more: str) -> str:
        pairs = ";".join(f"{k}:{v}" for k, v in quantities.items())
        asked = {"num_iid": self.id, "skuid_quantities": pairs} | more
        return str(self.caller.code(BATCH, **asked))

    def tmall(self, rows: list[dict[str, object]], **options: object) -> str:
        asked = {"item_id": self.id, "sku_quantities": json.dumps(rows)}
        return str(self.caller.code(TMALL, **asked, options=json.dumps(options)))


@pytest.fixture
def shelf(open_box: Any) -> Any:
    return lambda pick=None, **options: Shelf(open_box(items=30, **options), pick)


def no_skus(facts: Any) -> bool:
    levels = [k for k in facts if k.startswith("available:")]
    return len(levels) == 1 and "款" in facts["title"] and len(levels[0]) < 24


def one_code(box: Any, account: str) -> str:
    """An item whose SKUs all have one code."""
    for record in box.goods.book.records(account):
        codes = {x.outer_id for x in record.latest.content["item"].skus}
        if len(record.latest.content["item"].skus) > 1 and len(codes) == 1:
            return str(record.id)
    raise AssertionError("no such item")


def test_one_sku_is_set_and_the_item_is_newer(shelf: Any) -> None:
    one = shelf()
    one.caller.box.clock.advance(60)
    body = one.caller.inner(SINGLE, num_iid=one.id, sku_id=one.skus[0], quantity="7")
    item = body["item"]
    assert str(item["num_iid"]) == item["iid"] == one.id
    (row,) = item["skus"]["sku"]
    assert (row["sku_id"], row["quantity"]) == (int(one.skus[0]), 7)
    assert one.levels()[one.skus[0]] == 7
    detail = one.caller.inner(ITEM, num_iid=one.id, fields="modified,num")["item"]
    assert detail == {"modified": item["modified"], "num": item["num"]}
    assert one.effects() == [(one.skus[0], 7)]


def test_a_delta_below_zero_is_an_error_for_one_and_zero_for_many(shelf: Any) -> None:
    one, sku = shelf(), None
    sku = one.skus[0]
    one.single(3, sku_id=sku)
    assert one.single(-4, sku_id=sku, type="2") == BELOW
    assert one.levels()[sku] == 3
    assert one.single(-3, sku_id=sku, type="2") == "ok"
    assert one.levels()[sku] == 0
    one.single(3, sku_id=sku)
    assert one.batch({sku: -4}, type="2") == "ok"
    assert one.levels()[sku] == 0
    assert one.effects() == [(sku, 3), (sku, 0), (sku, 3), (sku, 0)]


def test_a_full_count_below_zero_is_refused_everywhere(shelf: Any) -> None:
    one = shelf()
    assert one.single(-1, sku_id=one.skus[0]) == BELOW
    assert one.batch({one.skus[0]: 5, one.skus[1]: -1}) == BELOW
    assert one.tmall([{"sku_id": one.skus[0], "quantity": -1}]) == BELOW
    assert one.effects() == []


@pytest.mark.parametrize(
    ("position", "code", "done"),
    [
        ("skipped", "ok", True),
        ("refused", "50|isv.invalid-parameter:sku", False),
        ("error_after", "50|isv.invalid-parameter:sku", True),
    ],
)
@pytest.mark.parametrize("door", ["batch", "tmall"])
def test_a_bad_sku_among_good_ones(
    shelf: Any, door: str, position: str, code: str, done: bool
) -> None:
    one = shelf(switches={"bad_sku": position})
    first, second = one.skus[:2]
    asked = {first: 11, "1": 12, second: 13}
    if door == "batch":
        assert one.batch(asked) == code
    else:
        assert one.tmall([{"sku_id": k, "quantity": v} for k, v in asked.items()]) == code
    assert one.effects() == ([(first, 11), (second, 13)] if done else [])


def test_the_answer_of_a_batch_names_what_was_done(shelf: Any) -> None:
    one = shelf()
    pairs = f"{one.skus[0]}:4;1:5;{one.skus[1]}:6"
    body = one.caller.inner(BATCH, num_iid=one.id, skuid_quantities=pairs)
    told = {str(x["sku_id"]): x["quantity"] for x in body["item"]["skus"]["sku"]}
    assert told == {one.skus[0]: 4, one.skus[1]: 6}


def test_a_batch_of_nothing_but_bad_skus_is_refused(shelf: Any) -> None:
    one = shelf()
    assert one.batch({"1": 1, "2": 2}) == "50|isv.invalid-parameter:sku"
    assert one.effects() == []


def test_twenty_at_once_and_no_more(shelf: Any) -> None:
    one = shelf()
    many = {str(n): 1 for n in range(1, 20)} | {one.skus[0]: 9}
    assert one.batch(many) == "ok"
    assert one.batch(many | {"20": 1}) == "41|"
    rows = [{"sku_id": k, "quantity": v} for k, v in many.items()]
    assert one.tmall(rows) == "ok"
    assert one.tmall([*rows, {"sku_id": "20", "quantity": 1}]) == "41|"


def test_a_code_names_every_sku_that_has_it(open_box: Any) -> None:
    caller = open_box(items=30)
    account = caller.account.external_id
    id = one_code(caller.box, account)
    one = Shelf(caller, lambda facts: any(k.startswith(f"available:{id}") for k in facts))
    record = caller.box.goods.book.get(account, one.id)
    code = record.latest.content["item"].skus[0].outer_id
    asked = {"num_iid": one.id, "outerid_quantities": f"{code}:8"}
    assert caller.code(BATCH, **asked) == "ok"
    assert set(one.levels().values()) == {8}
    assert len(one.effects()) == len(one.skus) > 1


def test_an_item_without_skus_is_counted_as_a_whole(shelf: Any) -> None:
    one = shelf(no_skus)
    assert one.skus == [one.id]
    assert one.single(5) == "ok"
    assert one.caller.code(TMALL, item_id=one.id, item_quantity="6") == "ok"
    assert one.effects() == [(one.id, 5), (one.id, 6)]


def test_an_item_with_skus_is_not(shelf: Any) -> None:
    one = shelf()
    no = "50|isv.item-quantity-item-update-service-error"
    assert one.single(5) == no
    assert one.caller.code(TMALL, item_id=one.id, item_quantity="6") == f"{no}-tmall"


def test_a_delta_with_a_key_counts_once(shelf: Any) -> None:
    one = shelf()
    sku, before = one.skus[0], one.levels()[one.skus[0]]
    rows = [{"sku_id": int(sku), "quantity": 5}]
    for _ in range(3):
        assert one.tmall(rows, type=2, outer_biz_key="2DF528b43c") == "ok"
    assert one.levels()[sku] == before + 5
    assert one.tmall(rows, type=2, outer_biz_key="2DF528b43d") == "ok"
    for _ in range(2):
        assert one.tmall(rows, type=2) == "ok"
    assert one.effects() == [(sku, before + n) for n in (5, 10, 15, 20)]
    assert one.tmall(rows, type=2, outer_biz_key="no-hex") == (
        "50|isv.invalid-parameter:outer_biz_key"
    )


@pytest.mark.parametrize(("position", "code"), [("refused", BELOW), ("clamped", "ok")])
def test_what_tmall_makes_of_a_delta_below_zero(
    shelf: Any, position: str, code: str
) -> None:
    one = shelf(switches={"tmall_below_zero": position})
    assert one.tmall([{"sku_id": one.skus[0], "quantity": -9999}], type=2) == code
    assert one.effects() == ([(one.skus[0], 0)] if code == "ok" else [])


def test_tmall_finds_a_sku_by_its_properties_or_its_code(shelf: Any) -> None:
    one = shelf()
    fields = "sku.properties,sku.outer_id,sku.sku_id"
    skus = one.caller.inner(ITEM, num_iid=one.id, fields=fields)["item"]["skus"]["sku"]
    first, second = skus[:2]
    one.tmall([{"properties": first["properties"], "quantity": 3}])
    one.tmall([{"outer_id": second["outer_id"], "quantity": 4}])
    assert one.effects() == [(str(first["sku_id"]), 3), (str(second["sku_id"]), 4)]


@pytest.mark.parametrize(
    ("position", "code"),
    [("taken", "ok"), ("refused", "50|isv.error-inventory-invalid-item-quantity")],
)
def test_fewer_pieces_than_are_held_may_be_refused(
    open_box: Any, position: str, code: str
) -> None:
    caller = open_box(items=30, switches={"below_held": position})
    for record in caller.box.goods.book.records(caller.account.external_id):
        for sku in record.latest.content["item"].skus:
            if sku.held and record.removed_at is None:
                asked = {"num_iid": record.id, "sku_id": str(sku.sku_id), "quantity": "0"}
                assert caller.code(SINGLE, **asked) == code
                return
    raise AssertionError("nothing is held for anybody")


@pytest.mark.parametrize(("position", "banner"), [("off_shelf", True), ("onsale", False)])
def test_where_a_sold_out_item_stands_when_it_has_pieces_again(
    shelf: Any, position: str, banner: bool
) -> None:
    one = shelf(switches={"restocked": position})
    assert one.batch({sku: 0 for sku in one.skus}) == "ok"
    asked = {"num_iid": one.id, "fields": "approve_status"}
    assert one.caller.inner(ITEM, **asked)["item"]["approve_status"] == "instock"
    assert one.single(5, sku_id=one.skus[0]) == "ok"
    after = one.caller.inner(ITEM, **asked)["item"]["approve_status"]
    assert after == ("instock" if banner else "onsale")


@pytest.mark.parametrize(
    ("method", "asked", "code"),
    [
        (SINGLE, {"num_iid": "1"}, "40|"),
        (SINGLE, {"quantity": "1"}, "40|"),
        (SINGLE, {"num_iid": "x", "quantity": "1"}, "41|"),
        (SINGLE, {"num_iid": "1", "quantity": "1"}, "50|isv.item-not-exist:{}"),
        (TMALL, {"item_id": "1"}, "50|isv.item-not-exist:{}-tmall"),
        (BATCH, {"num_iid": "1"}, "50|isv.item-not-exist:{}"),
    ],
)
def test_stock_of_nothing(
    one_box: Any, method: str, asked: dict[str, str], code: str
) -> None:
    assert one_box.code(method, **asked) == code.format("invalid-numIid-or-iid")


@pytest.mark.parametrize(
    ("method", "asked"),
    [
        (SINGLE, {"quantity": "1.5"}),
        (SINGLE, {"quantity": "1", "type": "3"}),
        (BATCH, {"skuid_quantities": "1"}),
        (BATCH, {"skuid_quantities": "1:x"}),
        (TMALL, {"sku_quantities": "[{}]"}),
        (TMALL, {"sku_quantities": "{}"}),
        (TMALL, {"sku_quantities": "[" * 9_000}),
        (TMALL, {"options": "[]"}),
    ],
)
def test_malformed_stock_calls_are_refused(
    shelf: Any, method: str, asked: dict[str, str]
) -> None:
    one = shelf()
    named = {"item_id" if method == TMALL else "num_iid": one.id}
    assert one.caller.code(method, **named, **asked) == "41|"
    assert one.effects() == []


def test_a_deleted_item_takes_no_stock(shelf: Any) -> None:
    one = shelf()
    record = one.caller.box.goods.book.get(one.account, one.id)
    one.caller.box.goods.book.remove(record, one.caller.now())
    how = "invalid-numIid-or-iid"
    assert one.single(1, sku_id=one.skus[0]) == f"50|isv.item-is-delete:{how}"


def test_stock_needs_the_write_grant_and_the_items_own_shop(
    open_box: Any, shop: Any
) -> None:
    caller = open_box(shops=2, items=30)
    extra = next(
        r.id
        for r in caller.box.goods.book.records(shop(caller, 1).account.external_id)
        if r.id.startswith("7000")
    )
    asked = {"num_iid": extra, "quantity": "1"}
    assert caller.code(SINGLE, **asked).startswith("50|isv.item-not-exist")
    caller.box.expire_writes(caller.account.external_id)
    assert caller.code(SINGLE, **asked) == "12|"


def test_an_effect_stands_once_though_its_answer_was_lost(shelf: Any) -> None:
    one = shelf()
    one.caller.box.faults.script.append(Fault("reset_after", "stock.update"))
    answer = one.caller.raw(SINGLE, num_iid=one.id, sku_id=one.skus[0], quantity="7")
    assert answer.reset
    assert one.effects() == [(one.skus[0], 7)]
