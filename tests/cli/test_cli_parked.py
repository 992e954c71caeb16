"""`hub parked`: records that could not be read, and the others that went on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.world import World, boxed


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop in which a third of the trades are malformed from birth."""
    folder = tmp_path_factory.mktemp("hub")
    with boxed(folder, "taobao", orders=30, poison=0.3, seed=3) as made:
        account = made.accounts("taobao")[0]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SHOP_TOKEN", account.access_token or "")
            made.add_shop(account, "taobao")
        assert made.hub("sync").code == 0
        yield made


def test_what_is_parked_is_listed_with_its_reason(poisoned: World) -> None:
    said = poisoned.hub("parked", "list", "--json")
    told = poisoned.hub("parked", "list")

    assert said.code == told.code == 0
    assert said.json
    assert {"id", "shop", "stream", "external_id", "reason", "retry_at"} <= set(
        said.json[0]
    )
    assert all(p["reason"] and "raw" not in p for p in said.json)
    assert all(str(p["id"]) in told.out for p in said.json)


def test_the_others_of_the_page_were_stored(poisoned: World) -> None:
    parked = [p["external_id"] for p in poisoned.hub("parked", "list", "--json").json]
    orders = poisoned.hub("orders", "list", "--limit", "500", "--json").json
    truth = poisoned.boxes["taobao"].truth(poisoned.accounts("taobao")[0].external_id)

    there = {t.external_id for t in truth if not t.removed}
    missing = there - {o["external_id"] for o in orders} - set(parked)
    assert len(missing) == parked.count(None)  # these do not even say who they are
    assert len(orders) > len(parked)


def test_a_parked_record_is_shown_as_it_came(poisoned: World) -> None:
    found = poisoned.hub("parked", "list", "--json").json
    one = next(p for p in found if p["external_id"])
    said = poisoned.hub("parked", "show", one["id"], "--json")

    assert said.code == 0
    assert one["external_id"] in said.out
    assert isinstance(said.json, dict)


def test_retrying_asks_for_each_again(poisoned: World) -> None:
    before = poisoned.hub("parked", "list", "--json").json
    said = poisoned.hub("parked", "retry", "--json")
    after = poisoned.hub("parked", "list", "--json").json

    assert (said.code, said.json["ok"]) == (0, True)
    named = [p["external_id"] for p in before if p["external_id"]]
    assert named
    assert sum(s["calls"] for s in said.json["streams"]) == len(named)
    assert {p["external_id"] for p in after} == {p["external_id"] for p in before}
    assert all(p["attempts"] == 1 for p in after if p["external_id"])
    assert (said.json["tried"], said.json["still_parked"]) == (len(named), len(after))


def test_an_export_says_what_is_not_in_it_and_ends_with_1(
    poisoned: World, tmp_path: Path
) -> None:
    said = poisoned.hub("export", "orders", "--out", tmp_path / "o.csv")

    assert said.code == 1
    assert "hub parked list" in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "99999"), "hub parked list"),
        (("show", "x"), "integer"),
        (("list", "--shop", "nobody"), "沙箱旗舰店1"),
        (("retry", "nobody"), "沙箱旗舰店1"),
    ],
)
def test_what_is_not_there_is_wrong_use(
    poisoned: World, words: tuple[str, ...], told: str
) -> None:
    said = poisoned.hub("parked", *words)

    assert (said.code, said.out) == (2, "")
    assert told in said.err
