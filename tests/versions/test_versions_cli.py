"""`hub adapter`, `hub drift` and `hub rebuild` as they are typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.world import World, boxed

CHANNEL = "pinduoduo"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop of Pinduoduo, read."""
    with boxed(tmp_path_factory.mktemp("hub"), CHANNEL, orders=20, seed=1) as made:
        account = made.accounts(CHANNEL)[0]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SHOP_TOKEN", account.access_token or "")
            assert made.add_shop(account, CHANNEL).code == 0
        assert made.hub("sync").code == 0
        yield made


def test_versions_are_listed_with_what_they_say_of_themselves(world: World) -> None:
    said = world.hub("adapter", "list", CHANNEL, "--json")
    told = world.hub("adapter", "list", CHANNEL)

    assert said.code == told.code == 0
    by_shape = {v["shape"]: v for v in said.json}
    older, newer = by_shape["orders_v1"], by_shape["orders_v2"]
    assert (older["until"], newer["since"]) == ("2021", "2021")
    assert (older["is_newest"], newer["is_newest"]) == (False, True)
    assert newer["shops"] == [world.accounts(CHANNEL)[0].name]
    assert older["shops"] == older["pinned_by"] == []
    assert {c["name"]: c["status"] for c in newer["calls"]}["orders.get"] == "simulated"
    assert newer["said"] in told.out


def test_all_channels_are_listed(world: World) -> None:
    channels = {v["channel"] for v in world.hub("adapter", "list", "--json").json}

    assert {"jd", "taobao", "douyin-laike", "pinduoduo"} <= channels


def test_a_pin_is_named_by_who_set_it(world: World) -> None:
    shop = world.accounts(CHANNEL)[0].name
    before = world.config.read_text("utf-8")
    try:
        world.write_settings(shops={shop: {"pins": {"orders": 1}}})
        found = world.hub("adapter", "list", CHANNEL, "--json").json
    finally:
        world.config.write_text(before, "utf-8")

    pins = {v["shape"]: (v["pinned_by"], v["shops"]) for v in found}
    assert pins["orders_v1"] == ([shop], [shop])
    assert pins["orders_v2"] == ([], [])


def test_two_versions_are_held_against_each_other(world: World) -> None:
    said = world.hub("adapter", "diff", CHANNEL, "orders", 1, 2, "--json")
    told = world.hub("adapter", "diff", CHANNEL, "orders", 1, 2)

    assert said.code == told.code == 1
    assert (said.json["a"], said.json["b"]) == ("orders_v1", "orders_v2")
    fields = {f["field"]: f for f in said.json["fields"]}
    assert "party.protection" in fields
    assert not any("amount" in name or "status" in name for name in fields)
    assert all(1 <= len(f["examples"]) <= 3 for f in fields.values())
    assert "party.protection" in told.out


def test_a_version_agrees_with_itself(world: World) -> None:
    said = world.hub("adapter", "diff", CHANNEL, "orders", 2, 2, "--limit", 5, "--json")

    assert said.code == 0
    assert (said.json["ok"], said.json["records"], said.json["same"]) == (True, 5, 5)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("adapter", "diff", CHANNEL, "orders", 1, 9), "not 9"),
        (("adapter", "diff", CHANNEL, "parcels", 1, 2), "orders"),
        (("adapter", "diff", CHANNEL, "token", 1, 1), "READ_ROW"),
        (("adapter", "list", "nowhere"), "pinduoduo"),
        (("rebuild", "--kind", "parcels"), "after_sales"),
        (("rebuild", "nobody"), "no shop"),
        (("drift", "--channel", "nowhere"), "pinduoduo"),
    ],
)
def test_what_is_not_there_is_said(
    world: World, words: tuple[object, ...], says: str
) -> None:
    said = world.hub(*words)

    assert said.code == 2
    assert says in said.err


def test_a_box_that_goes_on_does_not_drift(world: World) -> None:
    said, told = world.hub("drift", "--json"), world.hub("drift")

    assert said.code == told.code == 0
    assert said.json["fields"] == []
    assert "as they were" in told.out


def test_nothing_is_made_again_that_is_as_it_was(world: World) -> None:
    said = world.hub("rebuild", "--json")
    told = world.hub("rebuild", "--kind", "orders", "--dry-run")

    assert said.code == told.code == 0
    (orders,) = said.json["rebuilt"]
    assert (orders["shape"], orders["changed"]) == ("orders_v2", 0)
    assert orders["records"] == orders["unchanged"] > 0
    assert "orders_v2" in told.out
