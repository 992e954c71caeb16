"""What an order looks like: money, ids, receivers in both ages, the basic shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from sandboxes.pinduoduo.spoiled import ALL_KINDS

if TYPE_CHECKING:
    from tests.sandboxes.pinduoduo.conftest import Caller

    Open = Callable[..., Caller]

SECRET = ("receiver_name", "receiver_phone", "receiver_address", "address")
MASKS = ("receiver_name_mask", "receiver_phone_mask", "receiver_address_mask")


def fen(value: Any) -> Decimal:
    return Decimal(str(value)) * 100


@pytest.mark.parametrize("amounts", ["number", "text"])
def test_amounts_add_up_to_the_fen(shop: Open, amounts: str) -> None:
    client = shop(orders=150, switches={"amounts": amounts})
    kinds = set()
    for order in client.every().values():
        (item,) = order["item_list"]
        kinds.add(type(order["pay_amount"]))
        price = fen(item["goods_price"]) * item["goods_count"]
        goods = price - fen(order["order_change_amount"])
        parts = ("platform_discount", "seller_discount", "capital_free_discount")
        off = sum(fen(order[part]) for part in parts)
        fees = sum(fen(fee["service_fee"]) for fee in order["service_fee_detail"])
        assert fen(order["goods_amount"]) == goods
        assert fen(order["discount_amount"]) == off
        assert fen(order["pay_amount"]) == goods - off + fen(order["postage"]) + fees
        assert fen(order["pay_amount"]) % 1 == 0
    assert kinds == {float if amounts == "number" else str}


def test_the_truth_tells_status_and_payment_as_sent(shop: Open) -> None:
    client = shop()
    for truth in client.box.truth(client.account):
        order = client.order(truth.external_id)
        assert truth.status == str(order["order_status"])
        assert truth.paid == fen(order["pay_amount"])


def test_numbers_are_dated_and_never_repeat(shop: Open) -> None:
    client = shop(shops=2, orders=100)
    every = [t for a in client.box.accounts() for t in client.box.truth(a.external_id)]
    assert len({t.external_id[7:] for t in every}) == 200
    ranges = [
        {t.external_id[7:10] for t in client.box.truth(a.external_id)}
        for a in client.box.accounts()
    ]
    assert not ranges[0] & ranges[1]
    order = next(iter(client.every().values()))
    day = order["created_time"][2:10].replace("-", "")
    assert order["order_sn"].startswith(f"{day}-")
    assert len(order["order_sn"]) == 22


@pytest.mark.parametrize(("position", "kind"), [("text", str), ("number", int)])
def test_ids_come_as_switched(shop: Open, position: str, kind: type) -> None:
    client = shop(switches={"order_ids": position, "carrier_ids": position})
    order = next(iter(client.every().values()))
    assert isinstance(order["item_list"][0]["sku_id"], kind)
    assert isinstance(order["item_list"][0]["goods_id"], kind)
    assert isinstance(order["logistics_id"], kind)


# Receivers ------------------------------------------------------------------------------


def test_ciphertext_is_sent_only_while_the_order_waits_for_its_parcel(shop: Open) -> None:
    client = shop(orders=400)
    waiting = gone = reviewed = 0
    for order in client.every().values():
        under_review = order["risk_control_status"] == 1
        if order["order_status"] == 1 and not under_review:
            waiting += 1
            assert order["receiver_name"].startswith("~AgAAAA")
            assert order["receiver_phone"][0] == "$"
            assert order["receiver_phone"].endswith("$1$$")
        else:
            gone, reviewed = gone + (not under_review), reviewed + under_review
            assert [order[name] for name in SECRET] == [""] * 4
        assert all(order[name] for name in MASKS)
        assert order["province"]
    assert waiting > 5
    assert gone > 5
    assert reviewed > 0


def test_equal_receivers_share_an_index_and_no_ciphertext(shop: Open) -> None:
    client = shop(orders=300, history=timedelta(hours=6))
    found: dict[str, list[tuple[str, str]]] = {}
    for order in client.every().values():
        if order["receiver_name"]:
            _, sealed, index, *_ = order["receiver_name"].split("~")
            found.setdefault(index, []).append((sealed, order["receiver_name_mask"]))
    shared = [rows for rows in found.values() if len(rows) > 1]
    assert len(shared) > 3
    for rows in shared:
        assert len({mask for _, mask in rows}) == 1
        assert len({sealed for sealed, _ in rows}) == len(rows)


def test_the_newer_ciphertext_carries_no_index(shop: Open) -> None:
    client = shop(orders=20, history=timedelta(hours=1), switches={"cipher": "bare"})
    order = next(o for o in client.every().values() if o["receiver_name"])
    assert order["receiver_name"].count("~") == 3
    assert order["receiver_phone"].count("$") == 3


@pytest.mark.parametrize("position", ["kept", "blank"])
def test_masks_may_go_with_the_ciphertext(shop: Open, position: str) -> None:
    client = shop(orders=80, switches={"masks": position})
    gone = [o for o in client.every().values() if not o["receiver_name"]]
    assert gone
    assert all(bool(o["receiver_name_mask"]) is (position == "kept") for o in gone)


def test_the_full_address_may_be_left_blank(shop: Open) -> None:
    client = shop(orders=20, history=timedelta(hours=1), switches={"address": "detail"})
    order = next(o for o in client.every().values() if o["receiver_address"])
    assert order["address"] == ""


def test_before_2021_receivers_stand_in_the_clear(shop: Open) -> None:
    client = shop(privacy="plain")
    for order in client.every().values():
        hidden = order["receiver_phone"].endswith("****")
        assert hidden is (order["order_status"] != 1)
        assert order["address"].startswith(order["province"])
        assert not any(name.endswith("_mask") for name in order)
        assert "receiver_address" not in order
        assert order["pay_type"] == "WEIXIN"


def test_shops_may_stand_in_different_ages(shop: Open) -> None:
    client = shop(shops=2, privacy=["cipher", "plain"])
    settings = [a.settings["privacy"] for a in client.box.accounts()]
    assert settings == ["cipher", "plain"]
    assert not next(iter(client.every().values()))["pay_type"]
    client.shop, client.account = 1, client.box.accounts()[1].external_id
    assert next(iter(client.every().values()))["pay_type"]


def test_no_plain_receiver_leaves_in_a_ciphered_order(shop: Open) -> None:
    client = shop(orders=100)
    said = json.dumps(list(client.every().values()), ensure_ascii=False)
    assert "1700000" not in said
    assert "沙箱路" not in said


# The basic list -------------------------------------------------------------------------


def test_the_basic_list_knows_no_consumer(shop: Open) -> None:
    client = shop(orders=40, history=timedelta(hours=20))
    rows = client.deals("basic.list")["order_list"]
    full = {row["order_sn"]: row for row in client.deals()["order_list"]}
    assert set(full) == {row["order_sn"] for row in rows}
    for row in rows:
        assert not any("receiver" in n or "address" in n or "mask" in n for n in row)
        assert "buyer_memo" not in row
        assert "province" not in row
        assert row.items() <= full[row["order_sn"]].items()


# Odd rows -------------------------------------------------------------------------------


def test_a_deposit_order_has_steps_and_another_null(shop: Open) -> None:
    client = shop(orders=300)
    for order in client.every().values():
        steps = order["step_order_info"]
        assert (steps is not None) == (order["trade_type"] == 1)
        if steps:
            assert steps["step_paid_fee"] == order["pay_amount"]


def test_unknown_fields_can_be_mixed_in(shop: Open) -> None:
    client = shop(orders=2, new_fields=True)
    got = client.every()
    assert all("sandbox_zone" in order for order in got.values())
    assert "sandbox_trace" in client.increment()


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_poisoned_row_differs_from_the_good_one_in_one_field(
    shop: Open, kind: str
) -> None:
    client = shop(orders=3)
    sn = client.box.truth(client.account)[0].external_id
    good = client.order(sn)
    client.box.poison(client.account, sn, kind)
    bad = client.order(sn)
    wrong = [k for k in good if k not in bad or bad[k] != good[k]]
    assert len(wrong) == 1
    assert client.box.poisoned == {(client.account, sn)}


def test_rows_can_be_bad_from_birth(shop: Open) -> None:
    client = shop(orders=100, poison=0.2)
    assert 5 < len(client.box.poisoned) < 40


def test_poisoning_what_is_not_there_is_an_error(shop: Open) -> None:
    client = shop(orders=1)
    sn = client.box.truth(client.account)[0].external_id
    with pytest.raises(KeyError):
        client.box.poison(client.account, "000000-0")
    with pytest.raises(KeyError):
        client.box.poison(client.account, sn, "curse")


def test_the_same_seed_gives_the_same_box(shop: Open) -> None:
    one, other, third = shop(seed=7), shop(seed=7), shop(seed=8)
    for client in (one, other, third):
        client.box.clock.advance(500)
        client.box.churn(40)
    assert one.every() == other.every()
    assert one.box.truth(one.account) != third.box.truth(third.account)
