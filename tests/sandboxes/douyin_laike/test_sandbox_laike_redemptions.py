"""Vouchers used at places: the verify-record query, and looking a voucher up."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from sandboxes.douyin_laike import moves as m
from sandboxes.douyin_laike.spoilt import SPOILT

from .conftest import PLACES, RECORDS

if TYPE_CHECKING:
    from .conftest import Caller, Laike

DAY = 86_400
BEIJING = 8 * 3600
GET = "/goodlife/v1/fulfilment/certificate/get/"
QUERY = "/goodlife/v1/fulfilment/certificate/query/"
Revenue = dict[tuple[str, int], int]


def paid(row: Any) -> int:
    """The buyer's money of one use: a times card's stands with its serial."""
    card = row.get("verify_amount_info")
    amount = card["times_card_serial_amount"]["amount"] if card else row["amount"]
    fen: int = amount["pay_amount"]
    return fen


def revenue(caller: Caller) -> Revenue:
    """By place and Beijing day, read place by place as a client has to."""
    found: Revenue = defaultdict(int)
    for poi in caller.good(PLACES, page=1, size=50)["pois"]:
        place = poi["poi"]["poi_id"]
        for row in caller.uses(poi_ids=place):
            if row["status"] == 1:
                found[place, (row["verify_time"] + BEIJING) // DAY] += paid(row)
    return dict(found)


def true_revenue(caller: Caller) -> Revenue:
    found: Revenue = defaultdict(int)
    for record in caller.told("redemption").values():
        facts = record.facts
        if facts["status_raw"] == "1":
            at, fen = facts["redeemed_at"], facts["buyer_paid_amount"]
            assert isinstance(at, int)
            assert isinstance(fen, int)
            found[str(facts["place_external_id"]), (at + BEIJING) // DAY] += fen
    return dict(found)


def standing(caller: Caller) -> Counter[str]:
    """Standing uses by voucher."""
    facts = [r.facts for r in caller.told("redemption").values()]
    return Counter(str(f["voucher_external_id"]) for f in facts if f["status_raw"] == "1")


# Revenue ----------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_revenue_by_place_and_day_is_the_truths_to_the_fen(laike: Laike, seed: int) -> None:
    caller = laike(seed=seed, late_probability=0.3, late_by=90.0)
    for _ in range(10):
        caller.box.clock.advance(700.5)
        caller.box.churn(12)
    caller.box.clock.advance(90)
    assert len(true_revenue(caller)) > 20
    assert revenue(caller) == true_revenue(caller)


def test_late_rows_make_the_newest_revenue_fall_short(laike: Laike) -> None:
    caller = laike(late_probability=1.0, late_by=600.0, cancels=0.0)
    caller.box.churn(40)
    short = sum(true_revenue(caller).values()) - sum(revenue(caller).values())
    assert short > 0
    caller.box.clock.advance(600)
    assert revenue(caller) == true_revenue(caller)


def test_a_use_taken_back_earns_nothing(laike: Laike) -> None:
    caller = laike(orders=400, cancels=0.5)
    rows = caller.uses()
    back = [row for row in rows if row["status"] == 2]
    assert 20 < len(back) < len(rows)
    for row in back:
        assert 0 < row["cancel_time"] - row["verify_time"] <= 3600
        assert row["can_cancel"] is False
    assert sum(paid(r) for r in rows if r["status"] == 1) == sum(
        true_revenue(caller).values()
    )


def test_uses_of_a_times_card_add_up_to_what_was_paid_for_it(laike: Laike) -> None:
    caller = laike(orders=600, cancels=0.0)
    cards = [o for o in caller.everything() if o["order_type"] in (51, 70)]
    price = {
        c["certificate_id"]: order["pay_amount"]
        for order in cards
        for c in order["certificate"]
    }
    uses = defaultdict(list)
    for row in caller.uses():
        if row["certificate_id"] in price:
            uses[row["certificate_id"]].append(row)
    several = {i: rows for i, rows in uses.items() if len(rows) > 1}
    assert several
    for id, rows in several.items():
        serials = sorted(
            r["verify_amount_info"]["times_card_serial_amount"]["serial_numb"] for r in rows
        )
        assert serials == list(range(1, len(rows) + 1))
        assert {r["amount"]["pay_amount"] for r in rows} == {price[id]}
        if len(rows) == 5:
            assert sum(map(paid, rows)) == price[id]


def test_the_amounts_of_a_use_are_the_orders(laike: Laike) -> None:
    caller = laike(switches={"times_card_amount": "use"})
    for row in caller.uses():
        a = row["amount"]
        parts = ("pay", "platform_discount", "merchant_ticket", "payment_discount")
        assert a["original_amount"] == sum(a[f"{part}_amount"] for part in parts)
        assert a["coupon_pay_amount"] == a["pay_amount"] + a["payment_discount_amount"]
    facts = {i: r.facts for i, r in caller.told("redemption").items()}
    for row in caller.uses():
        told = facts[row["verify_id"]]
        assert row["amount"]["original_amount"] == told["original_amount"]
        assert row["amount"]["merchant_ticket_amount"] == told["merchant_discount_amount"]


# Orders and their vouchers ----------------------------------------------------


@pytest.mark.parametrize("undo", [0.0, 0.3])
def test_a_voucher_is_used_exactly_when_a_record_stands(laike: Laike, undo: float) -> None:
    caller = laike(orders=300, cancels=0.3, undo=undo)
    for _ in range(20):
        caller.box.clock.advance(61)
        caller.box.churn(15)
    stands = standing(caller)
    shop = caller.box.shops[caller.root]
    used = 0
    for record in shop.records:
        state = record.latest.content
        if state["sale"].order_type == 41:
            continue
        for n, (unit, piece) in enumerate(
            zip(state["sale"].units, state["items"], strict=True)
        ):
            id = f"74{n:03d}{state['sale'].order_id[5:]}"
            assert stands[id] == unit.times - piece.left, record.id
            used += piece.status == 401
    assert used > 50


def test_a_delivered_order_has_no_record(laike: Laike) -> None:
    caller = laike(orders=400)
    brought = {o["order_id"][5:] for o in caller.everything() if o["order_type"] == 41}
    assert brought
    assert not [r for r in caller.uses() if r["certificate_id"][5:] in brought]


def test_orders_feel_no_use_taken_back(laike: Laike) -> None:
    found = []
    for cancels in (0.0, 1.0):
        caller = laike(cancels=cancels)
        for _ in range(5):
            caller.box.clock.advance(100)
            caller.box.churn(20)
        found.append(caller.box.truth(caller.root))
    assert found[0] == found[1]


def test_an_undone_use_opens_the_orders_voucher_again(laike: Laike) -> None:
    caller = laike(orders=0, undo=1.0, cancels=0.0, places=1)
    shop = caller.box.shops[caller.root]
    caller.box.clock.advance(0.5)
    record = shop.place()
    for move in (m.PAY, m.ISSUE, m.USE):
        shop.step(record, move)
    assert record.latest.content["items"][0].status in (401, 400, 100)
    caller.box.clock.advance(60)
    shop.backroom.churn(shop.reopen)
    items = record.latest.content["items"]
    assert not [
        p
        for p, u in zip(items, record.latest.content["sale"].units, strict=True)
        if p.left != u.times
    ]
    assert [r["status"] for r in caller.uses()] == [2]


# The call ----------------------------------------------------


def test_pages_follow_the_cursor_of_the_last_row(laike: Laike) -> None:
    caller = laike()
    rows = caller.uses()
    assert (
        len({r["verify_id"] for r in rows}) == len(rows) == len(caller.told("redemption"))
    )
    times = [r["verify_time"] for r in rows]
    assert times == sorted(times, reverse=True)
    first = caller.good(RECORDS, cursor="0", size=7, start_time=0)
    assert first["total"] == len(rows)
    second = caller.good(
        RECORDS, cursor=first["records"][-1]["cursor"], size=7, start_time=0
    )
    assert [r["verify_id"] for r in first["records"] + second["records"]] == [
        r["verify_id"] for r in rows[:14]
    ]


def test_the_other_sort_is_oldest_first(laike: Laike) -> None:
    ids = [r["verify_id"] for r in laike().uses()]
    other = laike(switches={"record_sort": "time_asc"}).uses()
    assert [r["verify_id"] for r in other] == ids[::-1]


def test_without_a_start_time_it_is_today_in_beijing(laike: Laike) -> None:
    caller = laike()
    caller.box.clock.advance(9 * 3600)
    caller.log_in()
    caller.box.churn(30)
    midnight = (caller.now + BEIJING) // DAY * DAY - BEIJING
    today = caller.uses(start_time=None)
    assert 0 < len(today) < len(caller.uses())
    assert today == caller.uses(start_time=midnight)


@pytest.mark.parametrize(
    ("position", "first", "last"),
    [
        ("inclusive", True, True),
        ("exclusive_end", True, False),
        ("exclusive_start", False, True),
    ],
)
def test_the_ends_of_the_window(
    laike: Laike, position: str, first: bool, last: bool
) -> None:
    caller = laike(switches={"window_ends": position})
    at = caller.uses()[3]["verify_time"]
    assert bool(caller.uses(start_time=at, end_time=at + 1)) == first
    seen = [r["verify_time"] for r in caller.uses(start_time=at - 1, end_time=at)]
    assert (at in seen) == last


@pytest.mark.parametrize(
    "spelling", ["{0},{1}", '["{0}","{1}"]', "[{0},{1}]"], ids=["comma", "json", "bare"]
)
def test_places_may_be_listed_in_any_spelling(laike: Laike, spelling: str) -> None:
    caller = laike()
    ids = list(caller.told("place"))
    two = caller.uses(poi_ids=spelling.format(*ids))
    assert len(two) == sum(len(caller.uses(poi_ids=id)) for id in ids[:2])
    assert len(two) < len(caller.uses())
    assert caller.uses(poi_ids=ids[:2]) == two


def test_a_strangers_place_has_no_rows(laike: Laike) -> None:
    assert laike().uses(poi_ids="999") == []


def test_the_documented_record_names_no_place(laike: Laike) -> None:
    assert not [r for r in laike().uses() if "poi_id" in r]
    caller = laike(switches={"record_place": "poi_id"})
    told = caller.told("redemption")
    for row in caller.uses():
        assert row["poi_id"] == told[row["verify_id"]].facts["place_external_id"]


@pytest.mark.parametrize(
    ("asked", "position", "code"),
    [
        ({"size": 21}, "refused", 2100005),
        ({"size": None}, "refused", 2100005),
        ({"size": None}, "empty", 0),
        ({"cursor": None}, "refused", 2100005),
        ({"cursor": "x"}, "refused", 2100005),
        ({"account_id": None}, "refused", 2100005),
        ({"account_id": "1"}, "refused", 2100007),
        ({"start_time": 9, "end_time": 1}, "refused", 2100005),
    ],
)
def test_what_is_refused(
    laike: Laike, asked: dict[str, Any], position: str, code: int
) -> None:
    caller = laike(switches={"missing_page": position})
    answer = caller.get(RECORDS, **{"cursor": "0", "size": 20, "start_time": 0, **asked})
    assert answer["data"]["error_code"] == answer["extra"]["error_code"] == code
    assert code or answer["data"]["records"] == []


def test_account_rules_are_those_of_the_order_calls(laike: Laike) -> None:
    caller = laike(shops=2)
    other = caller.box.accounts()[1].external_id
    ask = {"cursor": "0", "size": 20, "start_time": 0}
    mine = {r["verify_id"] for r in caller.uses()}
    assert mine.isdisjoint({r["verify_id"] for r in caller.uses(account_id=other)})
    caller.headers["rpc-transit-life-account"] = other
    assert caller.get(RECORDS, **ask)["data"]["error_code"] == 2100007
    del caller.headers["rpc-transit-life-account"]
    caller.box.revoke(caller.root)
    assert caller.get(RECORDS, **ask)["extra"]["sub_error_code"] == 11006
    caller.box.authorise(caller.root)
    caller.box.gate.scopes.discard("life.capacity.billing")
    assert caller.get(RECORDS, **ask)["data"]["error_code"] == 2190004
    caller.box.expire_token(caller.root)
    assert caller.get(RECORDS, **ask)["data"]["error_code"] == 2190008


def test_it_is_a_list_that_churns(laike: Laike) -> None:
    caller = laike()
    caller.box.churn_per_call = 2
    caller.uses()
    entries = [e for e in caller.box.log.entries if e.operation == "redemptions.list"]
    assert {(e.account, e.outcome) for e in entries} == {(caller.root, "ok")}
    assert any(len(t.versions) > 1 for t in caller.box.truth(caller.root))


def test_walking_on_while_vouchers_are_used_loses_only_newer_rows(laike: Laike) -> None:
    caller = laike(cancels=0.5)
    before = set(caller.told("redemption"))
    caller.box.churn_per_call = 5
    assert before <= {row["verify_id"] for row in caller.uses()}


# What is open ----------------------------------------------------


@pytest.mark.parametrize("position", ["in_place", "moved"])
def test_where_a_use_taken_back_is_listed(laike: Laike, position: str) -> None:
    caller = laike(cancels=0.5, switches={"cancelled_record": position})
    row = next(r for r in caller.uses() if r["status"] == 2)
    used, undone = row["verify_time"], row["cancel_time"]
    at = used if position == "in_place" else undone
    found = caller.uses(start_time=at, end_time=at)
    assert row["verify_id"] in {r["verify_id"] for r in found}
    away = undone if position == "in_place" else used
    found = caller.uses(start_time=away, end_time=away)
    assert row["verify_id"] not in {r["verify_id"] for r in found}


def test_the_cancel_time_may_be_missing(laike: Laike) -> None:
    caller = laike(cancels=0.5, switches={"cancel_time": "absent"})
    assert not [r for r in caller.uses() if "cancel_time" in r]
    assert not [r for r in caller.told("redemption").values() if "cancelled_at" in r.facts]


@pytest.mark.parametrize(
    ("position", "old", "new"), [("beside", 20, 20), ("alone", 0, 20), ("absent", 20, None)]
)
def test_where_the_rows_stand(
    laike: Laike, position: str, old: int, new: int | None
) -> None:
    caller = laike(switches={"records_v2": position})
    data = caller.good(RECORDS, cursor="0", size=20, start_time=0)
    assert len(data["records"]) == old
    assert (len(data["records_v2"]) if "records_v2" in data else None) == new


def test_the_2022_shape_has_one_list_and_three_amounts(laike: Laike) -> None:
    caller = laike(shape="2022")
    data = caller.good(RECORDS, cursor="0", size=20, start_time=0)
    assert "records_v2" not in data
    names = {"original_amount", "pay_amount", "merchant_ticket_amount"}
    for row in data["records"]:
        assert row["amount"].keys() == names
        assert row["encrypted_code"]
    facts = next(iter(caller.told("redemption").values())).facts
    assert "coupon_paid_amount" not in facts


def test_dialects_hold_for_records_too(laike: Laike) -> None:
    text = laike(switches={"i64": "strings"}).uses()[0]
    assert type(text["verify_time"]) is type(text["amount"]["pay_amount"]) is str
    number = laike(switches={"i64": "numbers"}).uses()[0]
    assert number["verify_id"] > 2**53 < number["certificate_id"]
    plain = laike().uses()[0]
    millis = laike(switches={"times": "milliseconds"}).uses()[0]
    assert millis["verify_time"] == plain["verify_time"] * 1000


def test_a_count_may_lag(laike: Laike) -> None:
    caller = laike(orders=20, switches={"total": "lagging"})
    before = len(caller.told("redemption"))
    caller.box.churn(60)
    data = caller.good(RECORDS, cursor="0", size=20, start_time=0)
    assert before <= data["total"] < len(caller.told("redemption"))


def test_a_code_is_withheld_while_the_use_can_be_taken_back(laike: Laike) -> None:
    caller = laike(orders=600, cancels=0.0)
    caller.box.churn(40)
    rows = caller.uses()
    assert {bool(r["code"]) for r in rows if r["can_cancel"]} == {False}
    assert {bool(r["code"]) for r in rows if not r["can_cancel"]} == {True}


def test_new_words_and_fields_reach_records(laike: Laike) -> None:
    caller = laike(new_words=0.5, new_fields=True)
    rows = caller.uses()
    assert {r["status"] for r in rows} > {1, 2}
    assert all("fulfil_scene_v4" in r for r in rows)
    told = caller.told("redemption")
    assert all(told[r["verify_id"]].facts["status_raw"] == str(r["status"]) for r in rows)


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_row_spoils_no_other(laike: Laike, how: str) -> None:
    caller = laike()
    before = caller.uses()
    victim = before[2]["verify_id"]
    caller.box.poison_record(caller.root, "redemption", victim, how)
    after = caller.uses()
    assert caller.box.poisoned_records == {(caller.root, "redemption", victim)}
    assert after[2] != before[2]
    assert after[:2] + after[3:] == before[:2] + before[3:]
    assert caller.told("redemption")[victim].facts["status_raw"] in ("1", "2")


def test_rows_are_poisoned_by_chance(laike: Laike) -> None:
    caller = laike(poison=0.2)
    assert {kind for _, kind, _ in caller.box.poisoned_records} >= {"redemption"}


def test_truth_has_every_version_with_its_facts(laike: Laike) -> None:
    caller = laike(cancels=0.5)
    several = [r for r in caller.told("redemption").values() if len(r.versions) > 1]
    assert several
    for record in several:
        words = [v.facts["status_raw"] for v in record.versions]
        assert words[0] == "1"
        assert record.facts == record.versions[-1].facts
        assert record.updated_at == record.facts["cancelled_at"]


def test_an_empty_page_is_one_without_rows(laike: Laike) -> None:
    caller = laike()
    body = caller.get(RECORDS, cursor="0", size=20, start_time=0)
    emptied = caller.box.emptied(json.loads(json.dumps(body)))
    assert emptied["data"]["records"] == emptied["data"]["records_v2"] == []
    assert emptied["data"]["total"] == body["data"]["total"]


def test_a_record_shows_what_became_of_its_voucher(laike: Laike) -> None:
    caller = laike(orders=400, cancels=0.3)
    statuses = {
        c["certificate_id"]: c["item_status"]
        for order in caller.everything()
        for c in order["certificate"]
    }
    shown = {
        (statuses[r["certificate_id"]], r["certificate_status"]) for r in caller.uses()
    }
    assert shown >= {(401, 2), (100, 1)}
    assert all(voucher == (2 if item == 401 else voucher) for item, voucher in shown)
    assert all(
        row["fulfil_operator_name"] for row in caller.uses() if row["verify_type"] == 2
    )


# Looking a voucher up ----------------------------------------------------


def test_an_orders_vouchers_are_found_with_their_uses(laike: Laike) -> None:
    caller = laike(orders=400)
    told = caller.told("redemption")
    statuses = {100: 1, 200: 1, 201: 1, 401: 2, 300: 3, 301: 4}
    seen = set()
    for order in caller.everything()[:120]:
        data = caller.good(QUERY, account_id=None, order_id=order["order_id"])
        issued = [c for c in order["certificate"] if c["certificate_id"]]
        rows = data["certificates_v_2"]
        assert data["certificates"] == rows
        assert [r["certificate_id"] for r in rows] == [c["certificate_id"] for c in issued]
        for row, piece in zip(rows, issued, strict=True):
            assert row["status"] == statuses[piece["item_status"]]
            seen.add(row["status"])
            assert (row["status"] == 2) <= ("verify" in row)
            for use in row["verify_records"]:
                facts = told[use["verify_id"]].facts
                assert use["poi_id"] == facts["place_external_id"]
                assert use["verify_time"] == facts["redeemed_at"]
    assert seen >= {1, 2, 4}


def test_one_voucher_is_found_by_its_encrypted_code(laike: Laike) -> None:
    caller = laike()
    order = next(
        o for o in caller.orders() if o["order_status"] == 1 and o["order_type"] != 41
    )
    row = caller.good(QUERY, order_id=order["order_id"])["certificates"][0]
    one = caller.good(GET, encrypted_code=row["encrypted_code"])
    assert one["certificate"] == one["certificate_v_2"] == row
    assert row["expire_time"] > 10**12
    plain = laike(switches={"validity_times": "seconds"})
    row = plain.good(GET, encrypted_code=row["encrypted_code"])["certificate"]
    assert row["expire_time"] < 10**12


def test_the_2022_get_has_times_in_ms_and_its_query_in_seconds(laike: Laike) -> None:
    caller = laike(shape="2022")
    order = next(
        o for o in caller.orders() if o["order_status"] == 1 and o["order_type"] != 41
    )
    data = caller.good(QUERY, order_id=order["order_id"])
    assert "certificates_v_2" not in data
    row = next(r for r in data["certificates"] if "verify" in r)
    one = caller.good(GET, encrypted_code=row["encrypted_code"])["certificate"]
    assert one["verify"]["verify_time"] == row["verify"]["verify_time"] * 1000
    assert one["expire_time"] == row["expire_time"] * 1000


@pytest.mark.parametrize(
    ("path", "asked", "code"),
    [
        (QUERY, {}, 2100005),
        (QUERY, {"order_id": "1", "encrypted_code": "x"}, 2100005),
        (GET, {}, 2100005),
        (GET, {"encrypted_code": "no such code"}, 0),
        (QUERY, {"order_id": "1"}, 0),
    ],
)
def test_lookups_without_a_voucher(
    laike: Laike, path: str, asked: dict[str, str], code: int
) -> None:
    assert laike().get(path, **asked)["data"]["error_code"] == code
    strict = laike(switches={"unknown_voucher": "refused"})
    assert strict.get(path, **asked)["data"]["error_code"] == 2100005
