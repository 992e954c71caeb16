"""What is granted, needed and unused, and what ends first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub_core.authorising.reviewing import Ending, Need, Renewal, review
from hub_core.ports import Grant
from hub_core.store import authorisations
from hub_core.store.shops import Shop
from tests.harness import Bench, bench

DAY = 86_400


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Bench]:
    with bench("taobao", tmp_path, orders=1, shops=1) as joined:
        yield joined


def give(made: Bench, **of: object) -> Shop:
    """The first shop, with a token of this kind."""
    (shop, *_) = made.hub.shops()
    usual = {"access_token": "a", "refresh_token": "r", "expires_in": DAY}
    made.hub.accept_token(shop, Grant(**{**usual, **of}))  # type: ignore[arg-type]
    return shop


def rows(made: Bench, shop: Shop) -> dict[str, Ending]:
    return {one.what: one for one in review(made.hub, [shop])}


def test_levels_of_a_token_are_held_against_the_streams_in_use(made: Bench) -> None:
    left = {"read": 9 * DAY, "read_2": 9 * DAY, "write": 2 * DAY}
    shop = give(made, scopes=left, refresh_expires_in=30 * DAY)
    found = rows(made, shop)
    assert list(found) == ["token", "write", "read", "read_2", "consent"]
    assert {name: one.need for name, one in found.items()} == {
        "token": Need.NEEDED, "consent": Need.NEEDED, "read": Need.NEEDED,
        "read_2": Need.UNUSED, "write": Need.UNUSED,
    }  # fmt: skip
    assert "orders" in found["read"].streams
    assert found["token"].renewal is Renewal.ITSELF
    assert found["read"].days(made.clock.now()) == pytest.approx(9, abs=0.1)
    in_ten = made.clock.now() + timedelta(days=10)
    assert [n for n, one in found.items() if one.is_lost_by(in_ten)] == ["read"]


def test_a_token_without_a_successor_ends_by_its_owner(made: Bench) -> None:
    (shop, *_) = made.hub.shops()
    subject = made.hub.lines.tokens(shop).subject
    stored = made.hub.store.tokens.load(subject)
    assert stored is not None
    alone = replace(stored, refresh_token=None, version=stored.version + 1)
    assert made.hub.store.tokens.save_if(subject, stored.version, alone)
    assert rows(made, shop)["token"].renewal is Renewal.OWNER


def test_where_nobody_says_what_is_granted_it_is_unknown_and_no_alarm(made: Bench) -> None:
    found = rows(made, give(made))
    assert found["read"].need is Need.UNKNOWN
    assert not found["read"].is_lost_by(made.clock.now() + timedelta(days=99))


def test_what_streams_take_and_is_not_granted_is_missing(made: Bench) -> None:
    found = rows(made, give(made, scopes={"write": DAY}))
    assert found["read"].need is Need.MISSING
    assert found["read"].is_lost_by(made.clock.now())


def test_a_consent_tells_what_the_token_does_not(tmp_path: Path) -> None:
    with bench("douyin-laike", tmp_path, orders=1) as made:
        (shop, *_) = made.hub.shops()
        _consented(made, shop, ("141", "153"))
        found = rows(made, shop)
        assert found["141"].need is Need.NEEDED
        assert found["141"].streams == ("orders",)
        assert found["153"].need is Need.UNUSED
        _consented(made, shop, ("153",))
        assert rows(made, shop)["141"].need is Need.MISSING


def test_what_a_consent_allows_is_known_for_as_long_as_it_holds(tmp_path: Path) -> None:
    with bench("douyin-laike", tmp_path, orders=1) as made:
        (shop, *_) = made.hub.shops()
        for names in (("141",), ("141", "153"), ("154",)):
            _consented(made, shop, names)
        made.platform.clock.advance(91 * DAY)
        with made.hub.store.writing() as connection:
            assert authorisations.purge(connection, made.clock.now()) == 2
        assert "154" in rows(made, shop)


def test_of_a_channel_without_the_fact_nothing_is_guessed(tmp_path: Path) -> None:
    with bench("jd", tmp_path, orders=1) as made:
        found = rows(made, give(made, scopes={"snsapi_base": DAY}))
    assert found["snsapi_base"].need is Need.UNKNOWN


def _consented(made: Bench, shop: Shop, names: tuple[str, ...]) -> None:
    """As a login leaves it."""
    now = made.clock.now()
    said = json.dumps([{"name": n, "words": f"权限 {n}", "until": None} for n in names])
    with made.hub.store.writing() as connection:
        authorisations.add(
            connection, channel=shop.channel, app=shop.app, shop_id=shop.id, scopes="",
            redirect="", telling="push", by="wu", stage=authorisations.DONE,
            permissions=said, made_at=now, expires_at=now,
        )  # fmt: skip
