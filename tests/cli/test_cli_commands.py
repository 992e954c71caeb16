"""`hub bind`, `hub stock`, `hub ship`, `hub commands`: what is done to platforms.

The box's own truth and effects are what counts, not what the hub says of itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from hub_core.models import (
    AfterSaleStatus,
    FulfillmentStatus,
    Order,
    OrderStatus,
    PaymentStatus,
)
from hub_core.sandbox import Fault, Platform
from hub_core.wire import Fetched
from tests.cli.world import NO_LIMIT, Said, World, boxed

TAOBAO, LAIKE, PDD = "沙箱旗舰店1", "沙箱商户1", "沙箱拼多多店001"
CHANNELS = {TAOBAO: "taobao", LAIKE: "douyin-laike", PDD: "pinduoduo"}
CARRIERS = {TAOBAO: "圆通速递", PDD: "圆通快递"}
SHIPS = {TAOBAO: "ship.chain", PDD: "ship.push"}
"""The boxes' names for the call that reports a parcel."""
SENDERS = pytest.mark.parametrize("shop", CARRIERS)
OFF = ["orders", "after_sales", "redemptions", "places"]
WAYBILLS = (f"YT{n:013d}" for n in count(1234567890123))


class Desk:
    """A shop of each channel, its products read, and what their platforms know."""

    def __init__(self, world: World) -> None:
        self.world, self.hub, self.folder = world, world.hub, world.folder
        self._spare = {shop: iter(self._skus(shop)) for shop in CHANNELS}

    def _skus(self, shop: str) -> list[dict[str, Any]]:
        """SKUs whose stock is counted and can be set; Laike's call cannot name one of
        several."""
        words = ("--shop", shop, "--limit", "1000", "--json")
        products = self.hub("products", "list", *words).json
        found = [p["skus"] for p in products if shop != LAIKE or len(p["skus"]) == 1]
        every = [sku for skus in found for sku in skus]
        return [s for s in every if s["outer_code"] and not s["is_unlimited"]]

    def fresh(self, shop: str) -> tuple[str, str]:
        """A SKU no other test has had, and its merchant's code."""
        sku = next(self._spare[shop])
        return sku["external_id"], sku["outer_code"]

    def box(self, shop: str) -> tuple[Platform, str]:
        """A shop's platform, and its account there."""
        channel = CHANNELS[shop]
        return self.world.boxes[channel], self.world.accounts(channel)[0].external_id

    def effects(self, shop: str, target: str) -> list[Any]:
        """What was done to a SKU (levels) or an order (waybills), each once."""
        box, account = self.box(shop)
        done = [e for e in box.effects(account) if e.target == target]
        return [e.facts["available" if e.kind == "stock" else "tracking_no"] for e in done]

    def truth(self, shop: str, sku: str) -> Any:
        """How many pieces of a SKU the platform offers."""
        box, account = self.box(shop)
        name = f"available:{sku}"
        known = box.records(account, "product")
        (found,) = [p.facts[name] for p in known if name in p.facts]
        return found

    def order(self, shop: str, wanted: Callable[[Order], bool]) -> str:
        """The number of an order to which nothing was done yet."""
        box, account = self.box(shop)
        done = {effect.target for effect in box.effects(account)}
        with self.world.open() as hub:
            source = hub.plugins.orders(box.channel, hub.lines.open(hub.shop(shop)))
            for id in (t.external_id for t in box.truth(account)):
                found = source.record(id)
                assert isinstance(found, Fetched)
                if id not in done and wanted(found.order):
                    return id
        raise AssertionError("no such order")

    def ship(self, shop: str, order: str, waybill: str) -> Said:
        by = ("--carrier", CARRIERS[shop], "--waybill", waybill)
        return self.hub("ship", shop, order, *by, "--json")


def is_ready(found: Order) -> bool:
    return (
        found.order_status is OrderStatus.OPEN
        and found.payment_status is PaymentStatus.PAID
        and found.fulfillment_status is FulfillmentStatus.UNFULFILLED
        and found.type_raw in ("0", "fixed")
        and not found.flags
    )


def is_barred(found: Order) -> bool:
    asked_back = found.after_sale_status is AfterSaleStatus.OPEN
    return asked_back or found.order_status is OrderStatus.CANCELLED


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with boxed(tmp_path_factory.mktemp("desk"), *CHANNELS.values(), orders=60) as made:
        read = {"limits": NO_LIMIT["limits"], "off": OFF}
        made.write_settings(channels=dict.fromkeys(CHANNELS.values(), read))
        for channel in CHANNELS.values():
            account = made.accounts(channel)[0]
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("SHOP_TOKEN", account.access_token or "")
                assert made.add_shop(account, channel).code == 0
        out_of_slots(made.boxes["pinduoduo"])
        assert made.hub("sync").code == 0
        yield Desk(made)


def out_of_slots(box: Any) -> None:
    """Pinduoduo lets nobody lower what stands in a promotion slot."""
    (account,) = box.accounts()
    for product in box.records(account.external_id, "product"):
        box.put_in_slot(account.external_id, product.external_id, slot=False)


# Stock: one round ----------------------------------------------------------------------


def test_a_file_of_levels_reaches_every_shop_that_sells_the_codes(desk: Desk) -> None:
    skus = {shop: desk.fresh(shop) for shop in CHANNELS}
    levels = {code: 31 + n for n, (_, code) in enumerate(skus.values())}
    file = desk.folder / "levels.csv"
    file.write_text("code,on_hand\n" + "".join(f"{c},{n}\n" for c, n in levels.items()))

    checked = desk.hub("stock", "set", "--from", file, "--dry-run", "--json")
    assert {i["result"] for i in checked.json["items"]} == {"would be set"}
    assert desk.hub("stock", "set", "--from", file).code == 0
    assert desk.hub("bind", "auto").code == 0
    pushed = desk.hub("stock", "push", "--json")

    assert (pushed.code, pushed.json["ok"]) == (0, True)
    assert {s["shop"] for s in pushed.json["shops"]} == set(CHANNELS)
    for shop, (sku, code) in skus.items():
        assert desk.truth(shop, sku) == levels[code]
        assert desk.effects(shop, sku) == [levels[code]]
    assert desk.hub("stock", "push").code == 0
    assert [len(desk.effects(shop, sku)) for shop, (sku, _) in skus.items()] == [1, 1, 1]


def test_an_adjustment_with_a_key_is_made_and_sent_once(desk: Desk) -> None:
    sku, code = desk.fresh(PDD)
    assert desk.hub("stock", "set", code, "20").code == 0
    assert desk.hub("bind", "set", PDD, sku, code).code == 0
    for repeated in (False, True):
        words = ("adjust", code, "-3", "--key", f"sold {code}", "--json")
        said = desk.hub("stock", *words)
        assert (said.json["on_hand"], said.json["repeated"]) == (17, repeated)
        assert desk.hub("stock", "push", PDD).code == 0

    assert desk.truth(PDD, sku) == 17
    assert desk.effects(PDD, sku) == [17]


def test_a_change_without_a_key_prints_the_one_it_was_given(desk: Desk) -> None:
    desk.hub("stock", "set", "KEYLESS", "5")
    one, other = (
        desk.hub("stock", "adjust", "KEYLESS", "+2", "--json").json for _ in range(2)
    )
    said = desk.hub("stock", "adjust", "KEYLESS", "+2", "--key", other["key"])

    assert one["key"] != other["key"]
    assert (one["on_hand"], other["on_hand"]) == (7, 9)
    assert "nothing changed" in said.out
    assert f"key: {desk.hub('stock', 'set', 'KEYLESS', '1', '--json').json['key']}"
    assert "key: " in desk.hub("stock", "set", "KEYLESS", "2").out


def test_a_key_that_meant_another_level_is_wrong_use(desk: Desk) -> None:
    desk.hub("stock", "set", "COUNTED", "5", "--key", "counting 1")
    again = desk.hub("stock", "set", "COUNTED", "5", "--key", "counting 1", "--json")
    other = desk.hub("stock", "set", "COUNTED", "6", "--key", "counting 1")

    assert (again.code, again.json["repeated"]) == (0, True)
    assert (other.code, other.out) == (2, "")
    assert "another movement" in other.err


def test_a_file_says_for_each_row_what_is_wrong_and_sets_the_good_ones(
    desk: Desk,
) -> None:
    file = desk.folder / "bad.csv"
    rows = ("GOOD,4", "GOOD,5", "MINUS,-1", "1.2E+5,3", ",3", "EMPTY,", "甲,7")
    file.write_bytes("\r\n".join(("code,on_hand", *rows, "")).encode("gb18030"))
    said = desk.hub("stock", "set", "--from", file, "--json")
    shown = desk.hub("stock", "show", "甲", "--json").json

    results = [(i["row"], i["result"]) for i in said.json["items"]]
    assert said.code == 1
    assert [row for row, result in results if result == "refused"] == [3, 4, 5, 6, 7]
    assert "row 2" in said.json["items"][1]["error"]
    assert "spreadsheet" in said.json["items"][3]["error"]
    assert [item["on_hand"] for item in shown] == [7]
    key = said.json["key"]
    again = desk.hub("stock", "set", "--from", file, "--key", key, "--json").json["items"]
    assert [i["result"] for i in again if not i["error"]] == ["set before"] * 2


def test_what_a_platform_refuses_is_told_and_not_well(desk: Desk) -> None:
    """A Laike product of several SKUs, of which its call cannot name one."""
    found = desk.hub("products", "list", "--shop", LAIKE, "--limit", "99", "--json").json
    sku = next(p for p in found if len(p["skus"]) == 2)["skus"][0]["external_id"]
    desk.hub("stock", "set", "SEVERAL", "3")
    desk.hub("bind", "set", LAIKE, sku, "SEVERAL")
    said = [desk.hub("stock", "push", LAIKE) for _ in range(2)]
    shown = desk.hub("stock", "show", "SEVERAL", "--json").json[0]["skus"]
    kept = desk.hub("commands", "list", "--shop", LAIKE, "--state", "refused", "--json")
    desk.hub("bind", "remove", LAIKE, sku)

    assert [s.code for s in said] == [1, 1]
    assert all(f"{sku} is refused" in s.err for s in said)
    assert [(s["up_to_date"], s["offered"]) for s in shown] == [(False, None)]
    assert "several SKUs" in shown[0]["problem"]
    assert sku in {c["target"] for c in kept.json}
    assert desk.effects(LAIKE, sku) == []


def test_a_lost_answer_is_looked_up_and_not_sent_again(desk: Desk) -> None:
    sku, code = desk.fresh(PDD)
    desk.hub("stock", "set", code, "12")
    desk.hub("bind", "set", PDD, sku, code)
    desk.box(PDD)[0].faults.script.append(Fault("reset_after", "stock.push"))
    lost = desk.hub("stock", "push", PDD, "--json")
    desk.box(PDD)[0].faults.script.clear()
    found = desk.hub("stock", "push", PDD, "--json")

    assert (lost.code, lost.json["shops"][0]["unknown"]) == (1, 1)
    assert lost.json["shops"][0]["error"]["message"]
    assert (found.code, found.json["shops"][0]["confirmed"]) == (0, 1)
    assert desk.effects(PDD, sku) == [12]


def test_an_item_two_shops_offer_in_full_may_be_sold_twice(desk: Desk) -> None:
    desk.hub("stock", "set", "SHARED", "9")
    for shop in (TAOBAO, LAIKE):
        desk.hub("bind", "set", shop, desk.fresh(shop)[0], "SHARED")
    before = desk.hub("stock", "show", "SHARED", "--json").json[0]
    assert desk.hub("stock", "push", TAOBAO, LAIKE).code == 0
    after = desk.hub("stock", "show", "SHARED", "--json").json[0]
    told = desk.hub("stock", "show", "SHARED")

    assert (before["offered"], before["oversold_risk"]) == (None, False)
    assert (after["on_hand"], after["offered"], after["oversold_risk"]) == (9, 18, True)
    assert [s["up_to_date"] for s in after["skus"]] == [True, True]
    assert "oversold risk" in told.out
    assert "18 are offered in all, 9 are there" in told.err


def test_what_is_promised_beyond_what_is_there_is_reported_worst_first(desk: Desk) -> None:
    def short() -> dict[str, tuple[int, int]]:
        found = desk.hub("stock", "oversold", "--json").json
        assert [i["short"] for i in found] == sorted(i["short"] for i in found)[::-1]
        return {i["code"]: (i["promised"], i["short"]) for i in found}

    spare = iter(lambda: desk.fresh(TAOBAO), None)
    sku, code = next(one for one in spare if desk.truth(TAOBAO, one[0]) > 1)
    listed = desk.truth(TAOBAO, sku)
    desk.hub("stock", "set", code, "1")
    desk.hub("bind", "set", TAOBAO, sku, code)
    unpushed = short()
    assert desk.hub("stock", "push", TAOBAO).code == 0
    pushed = short()
    desk.hub("stock", "adjust", code, "-4")
    told = desk.hub("stock", "oversold")

    assert unpushed[code] == (listed, listed - 1)
    assert code not in pushed
    assert told.code == 1
    assert f"{code}: 3 more are sold than there were" in told.err
    desk.hub("stock", "set", code, "5")
    assert desk.hub("stock", "push", TAOBAO).code == 0
    assert code not in short()


def test_pieces_are_reckoned_of_whole_ones_and_the_scarcest_item(desk: Desk) -> None:
    sku, _ = desk.fresh(TAOBAO)
    desk.hub("stock", "set", "TEA", "11")
    desk.hub("stock", "set", "CUP", "40")
    said = desk.hub("bind", "set", TAOBAO, sku, "TEA=2", "CUP")
    assert desk.hub("stock", "push", TAOBAO).code == 0

    assert "2 × TEA + CUP" in said.out
    assert desk.truth(TAOBAO, sku) == 5


def test_a_push_is_well_only_where_the_platform_has_what_it_should(desk: Desk) -> None:
    """A binding that changes changes what should be offered, though no stock moved."""
    sku, code = desk.fresh(TAOBAO)
    desk.hub("stock", "set", code, "10")
    desk.hub("bind", "set", TAOBAO, sku, code)
    assert desk.hub("stock", "push", TAOBAO).code == 0
    desk.hub("bind", "set", TAOBAO, sku, f"{code}=5")
    said = desk.hub("stock", "push", TAOBAO)
    (shown,) = desk.hub("stock", "show", code, "--json").json[0]["skus"]
    there = desk.truth(TAOBAO, sku) == 2
    desk.hub("bind", "remove", TAOBAO, sku)

    assert shown["wanted"] == 2
    assert (said.code == 0, shown["up_to_date"]) == (there, there)
    assert (sku in said.err) is not there


# Bindings ------------------------------------------------------------------------------


def test_what_a_person_should_look_at_is_listed_until_it_is_mended(desk: Desk) -> None:
    sku, code = desk.fresh(TAOBAO)

    def problem() -> list[str]:
        found = desk.hub("bind", "list", "--shop", TAOBAO, "--problems", "--json").json
        return [row["problem"] for row in found if row["sku"] == sku]

    assert problem() == [f"its code {code} is none the ERP has told stock of"]
    assert "stock of LATER" in desk.hub("bind", "set", TAOBAO, sku, "LATER").err
    assert "LATER" in problem()[0]
    assert desk.hub("stock", "push", TAOBAO).code == 1
    desk.hub("stock", "set", "LATER", "1")
    assert problem() == []
    desk.hub("stock", "set", code, "1")
    assert problem() == [f"its code is {code}, it is bound to LATER"]
    assert desk.hub("bind", "remove", TAOBAO, sku, "--json").json["was_bound"] is True
    assert desk.hub("bind", "remove", TAOBAO, sku, "--json").json["was_bound"] is False


def test_nothing_told_of_stock_nothing_to_bind_by(tmp_path: Any) -> None:
    with boxed(tmp_path, "taobao", orders=1) as bare:
        auto, push = bare.hub("bind", "auto"), bare.hub("stock", "push")

    assert (auto.code, push.code) == (2, 2)
    assert "hub stock set" in auto.err
    assert "hub bind auto" in push.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("bind", "set", TAOBAO, "1", "TEA"), "lists no SKU '1'"),
        (("bind", "set", TAOBAO, "1", "TEA=0"), "CODE=PIECES"),
        (("bind", "set", TAOBAO, "1", "TEA", "TEA=2"), "twice"),
        (("bind", "set", "nobody", "1", "TEA"), LAIKE),
        (("bind", "remove", TAOBAO, "1"), "lists no SKU '1'"),
        (("bind", "list", "--shop", "nobody"), LAIKE),
        (("stock", "set", "TEA"), "CODE and N"),
        (("stock", "set", "TEA", "-1"), "No such option"),
        (("stock", "set", " TEA", "1"), "blanks"),
        (("stock", "set", "--from", __file__), "code and on_hand"),
        (("stock", "adjust", "NEVER", "1"), "hub stock set NEVER N"),
        (("stock", "adjust", "TEA", "many"), "integer"),
        (("stock", "show", "NEVER"), "hub stock set NEVER N"),
        (("stock", "push", "nobody"), LAIKE),
        (("commands", "list", "--kind", "x"), "stock.set"),
        (("commands", "list", "--state", "x"), "superseded"),
        (("commands", "show", "999999"), "hub commands list"),
        (("commands", "pause", " "), "why"),
    ],
)
def test_what_cannot_be_meant_is_wrong_use(
    desk: Desk, words: tuple[str, ...], told: str
) -> None:
    said = desk.hub(*words)

    assert (said.code, said.out) == (2, "")
    assert told in said.err


# Parcels -------------------------------------------------------------------------------


@SENDERS
def test_a_parcel_is_reported_once_however_often_it_is_told(desk: Desk, shop: str) -> None:
    number, waybill = desk.order(shop, is_ready), next(WAYBILLS)
    said = [desk.ship(shop, number, waybill) for _ in range(3)]

    assert [(s.code, s.json["state"]) for s in said] == [(0, "confirmed")] * 3
    assert desk.effects(shop, number) == [waybill]


@SENDERS
def test_an_order_that_must_not_be_sent_is_refused_with_the_reason(
    desk: Desk, shop: str
) -> None:
    number = desk.order(shop, is_barred)
    by = ("--carrier", CARRIERS[shop], "--waybill", next(WAYBILLS))
    said = desk.hub("ship", shop, number, *by)

    assert (said.code, said.out) == (1, "")
    assert re.search("refused: (its buyer asks for a refund|it is cancelled)", said.err)
    assert desk.effects(shop, number) == []


@SENDERS
def test_a_parcel_whose_answer_was_lost_is_looked_for(desk: Desk, shop: str) -> None:
    number, waybill = desk.order(shop, is_ready), next(WAYBILLS)
    faults = desk.box(shop)[0].faults
    faults.script.append(Fault("reset_after", SHIPS[shop]))
    lost = desk.ship(shop, number, waybill)
    faults.script.clear()
    found = desk.ship(shop, number, waybill)

    assert (lost.code, lost.json["state"]) == (1, "unknown")
    assert "the same command again looks" in lost.err
    assert (found.code, found.json["state"]) == (0, "confirmed")
    assert desk.effects(shop, number) == [waybill]


@pytest.mark.parametrize(
    ("shop", "by", "told"),
    [
        (TAOBAO, ("--carrier", "圆通", "--waybill", "YT1234567890123"), "圆通速递"),
        (TAOBAO, ("--carrier", "圆通速递", "--waybill", "1"), "no waybill of 圆通速递"),
        (PDD, ("--carrier", "鸽子", "--waybill", "1"), "[channels.pinduoduo] carriers"),
        (TAOBAO, ("--waybill", "1"), "--carrier"),
        ("nobody", ("--carrier", "x", "--waybill", "1"), LAIKE),
    ],
)
def test_a_parcel_no_platform_would_take_is_wrong_use(
    desk: Desk, shop: str, by: tuple[str, ...], told: str
) -> None:
    said = desk.hub("ship", shop, "3725362658812595224", *by)

    assert (said.code, said.out) == (2, "")
    assert told in said.err


# The ledger ----------------------------------------------------------------------------


def test_nothing_is_sent_while_sending_is_paused(desk: Desk) -> None:
    sku, code = desk.fresh(TAOBAO)
    desk.hub("stock", "set", code, "6")
    desk.hub("bind", "set", TAOBAO, sku, code)
    number, waybill = desk.order(PDD, is_ready), next(WAYBILLS)
    assert desk.hub("commands", "pause", "stocktaking").code == 0
    try:
        push, parcel = desk.hub("stock", "push", TAOBAO), desk.ship(PDD, number, waybill)
        told = desk.hub("commands", "list", "--state", "intended")
        still = desk.effects(TAOBAO, sku) + desk.effects(PDD, number)
    finally:
        resumed = desk.hub("commands", "resume", "--json")
    again = desk.hub("stock", "push", TAOBAO), desk.ship(PDD, number, waybill)

    assert (push.code, parcel.code, still) == (1, 1, [])
    assert "stocktaking" in push.err
    assert parcel.json["state"] == "intended"
    assert sku in told.out
    assert "sending is paused: stocktaking" in told.err
    assert resumed.json == {"was_paused": "stocktaking"}
    assert [s.code for s in again] == [0, 0]
    assert len(desk.effects(TAOBAO, sku) + desk.effects(PDD, number)) == 2


def test_parcels_that_waited_are_taken_up(desk: Desk) -> None:
    number, waybill = desk.order(PDD, is_ready), next(WAYBILLS)
    desk.hub("commands", "pause", "stocktaking")
    try:
        desk.ship(PDD, number, waybill)
        paused = desk.hub("commands", "retry")
    finally:
        resumed = desk.hub("commands", "resume")
    done = desk.hub("commands", "retry", "--shop", PDD, "--json")
    none = desk.hub("commands", "retry")

    assert (paused.code, "sending is paused: stocktaking" in paused.err) == (1, True)
    assert "hub commands retry" in resumed.out
    (parcel,) = done.json["parcels"]
    assert (done.code, parcel["tracking_no"], parcel["state"]) == (0, waybill, "confirmed")
    assert desk.effects(PDD, number) == [waybill]
    assert (none.code, none.out) == (0, "no parcel waits\n")


def test_a_command_is_shown_whole(desk: Desk) -> None:
    number, waybill = desk.order(PDD, is_ready), next(WAYBILLS)
    desk.ship(PDD, number, waybill)
    (row, *_) = desk.hub("commands", "list", "--shop", PDD, "--kind", "ship", "--json").json
    whole = desk.hub("commands", "show", row["id"], "--json")
    table = desk.hub("commands", "show", row["id"])

    assert whole.json == row
    assert (row["target"], row["state"], row["shop"]) == (number, "confirmed", PDD)
    assert row["asked"]["tracking_no"] == waybill
    assert row["intended_at"].endswith("Z")
    assert json.dumps(row["key"])[1:-1] in table.out
