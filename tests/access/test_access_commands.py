"""`hub keys` and `hub audit`, as they are typed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_core.access import Keys
from hub_core.errors import HubError
from hub_core.store.shops import add_shop
from tests.cli.world import World, boxed, now


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    """A hub with one shop of a company, and nobody who may use it from elsewhere."""
    with boxed(tmp_path) as world:
        with world.open() as hub, hub.store.writing() as connection:
            add_shop(
                connection, at=now(), name="east", channel="jd", external_id="7",
                app="main", start_at=now(), company="tea",
            )  # fmt: skip
        yield world


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A hub nobody may use from elsewhere, and nobody will."""
    with boxed(tmp_path_factory.mktemp("bare")) as world:
        yield world


def opens(world: World, text: str, permission: str) -> bool:
    with world.open() as hub:
        try:
            who = Keys(hub.store).check(text, "192.0.2.7")
        except HubError:
            return False
        return who.may(permission, hub.shop("east"))


def sql(world: World, step: str) -> None:
    with world.open() as hub, hub.store.writing() as connection:
        connection.exec_driver_sql(step)


def test_from_a_new_key_to_its_end(made: World) -> None:
    first = made.hub("keys", "create", "erp", "--new", "system", "--name", "orders")
    text = first.out.strip()
    closed = opens(made, text, "orders.read")
    grant = made.hub("keys", "grant", "erp", "operator", "--company", "tea", "--json")
    open_now = opens(made, text, "stock.write"), opens(made, text, "audit.read")
    listed = made.hub("keys", "list", "--json")
    made.hub("keys", "ungrant", grant.json["id"])
    taken_back = opens(made, text, "stock.write")
    ended = made.hub("keys", "revoke", listed.json["keys"][0]["prefix"])

    assert re.fullmatch("hub_[a-z2-7]{8}_[a-z2-7]{40}", text)
    assert "only time" in first.err
    assert "next: hub keys grant erp" in first.err
    assert (closed, open_now, taken_back) == (False, (True, False), False)
    assert listed.json["keys"][0]["state"] == "live"
    assert listed.json["grants"][0]["where"] == "company tea"
    assert text not in listed.out + made.hub("keys", "list").out
    assert "is revoked" in ended.out
    assert not opens(made, text, "orders.read")
    assert made.hub("keys", "list", "--json").json == {"keys": [], "grants": []}


def test_who_leaves_loses_all_at_once(made: World) -> None:
    new = ("--new", "person", "--days", "0", "--address", "192.0.2.0/24", "--json")
    one = made.hub("keys", "create", "wang", *new).json
    made.hub("keys", "create", "wang")
    made.hub("keys", "grant", "wang", "viewer", "--shop", "east", "--kind", "orders")
    made.hub("keys", "grant", "wang", "finance", "--all")
    revoked = made.hub("keys", "revoke", "--of", "wang", "--json", "--actor", "wu").json
    ungranted = made.hub("keys", "ungrant", "--of", "wang", "--json").json
    again = made.hub("keys", "revoke", "--of", "wang")

    assert (one["expires_at"], one["addresses"]) == (None, ["192.0.2.0/24"])
    assert [k["state"] for k in revoked] == ["revoked"] * 2
    assert [g["kinds"] for g in ungranted] == [["orders"], None]
    assert (again.code, again.out) == (0, "there was nothing left to end\n")
    by = made.hub("audit", "list", "--actor", "wu", "--json").json
    assert [e["action"] for e in by] == ["key.revoked"] * 2


def test_the_review_names_what_nobody_uses_and_ends_with_1(made: World) -> None:
    clean = made.hub("keys", "review")
    made.hub("keys", "create", "wang", "--new", "person")
    found = made.hub("keys", "review", "--days", "30", "--json")

    assert (clean.code, "within 90 days" in clean.out) == (0, True)
    assert found.code == 1
    (one,) = found.json
    assert (one["person"], one["why"]) == ("wang", "its owner may do nothing")
    assert made.hub(*one["next"].split()[1:]).code == 0
    assert made.hub("keys", "review").code == 0


def test_the_audit_log_is_proved_and_a_change_is_named(made: World) -> None:
    for n in range(3):
        made.hub("keys", "create", f"p{n}", "--new", "person", "--actor", "wu")
    whole = made.hub("audit", "verify", "--json")
    told = made.hub("audit", "list")
    sql(made, "UPDATE audit SET actor = 'li' WHERE seq = 2")
    bad, said = made.hub("audit", "verify", "--json"), made.hub("audit", "verify")

    assert (whole.code, whole.json["ok"], whole.json["rows"]) == (0, True, 3)
    assert whole.json["kept"] == 3
    assert "key.created" in told.out
    assert (bad.code, bad.json["fault"]["seq"], bad.json["rows"]) == (1, 2, 1)
    assert (said.code, said.out) == (1, "")
    assert "row 2: edited" in said.err


@pytest.mark.sqlite("the head stands beside the file")
def test_a_cut_tail_is_told_by_whoever_writes_next_and_by_a_head_elsewhere(
    made: World,
) -> None:
    for n in range(3):
        made.hub("keys", "create", f"p{n}", "--new", "person")
    elsewhere = made.folder / "elsewhere"
    elsewhere.write_text(made.hub("audit", "head").out)
    first = json.loads(elsewhere.read_text())
    sql(made, "DELETE FROM audit WHERE seq > 1")
    refused = made.hub("keys", "create", "p9", "--new", "person")
    head = made.hub("audit", "head")
    (made.folder / "hub.db.audit-head").unlink()
    by_head = made.hub("audit", "verify", "--head", elsewhere)
    anew = made.hub("audit", "head", "--anew", "--json")
    (made.folder / "hub.db.audit-head").unlink()
    nothing_kept = made.hub("audit", "verify")

    assert first["seq"] == 3
    assert (refused.code, "hub audit verify" in refused.err) == (2, True)
    assert (head.code, head.out) == (1, "")
    assert (by_head.code, "row 2: cut" in by_head.err) == (1, True)
    assert json.loads(anew.json["head"])["seq"] == 2
    assert (nothing_kept.code, "next: hub audit head" in nothing_kept.err) == (1, True)
    assert made.hub("audit", "head").code == 0
    assert made.hub("audit", "verify").code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("keys", "create", "erp"), "--new person or --new system"),
        (("keys", "create", "erp", "--new", "robot"), "person, system"),
        (("keys", "create", "e", "--new", "system", "--address", "x"), "192.0.2.0/24"),
        (("keys", "revoke"), "--of"),
        (("keys", "revoke", "hub_aaaaaaaa"), "hub keys list"),
        (("keys", "ungrant", "9"), "hub keys list"),
        (("keys", "grant", "erp", "viewer", "--all"), "nobody is called 'erp'"),
        (("keys", "list", "--of", "erp"), "nobody is called 'erp'"),
        (("audit", "verify", "--head", __file__), "no head of an audit log"),
    ],
)
def test_what_cannot_be_meant_is_wrong_use(
    bare: World, words: tuple[str, ...], told: str
) -> None:
    said = bare.hub(*words)

    assert (said.code, said.out) == (2, "")
    assert told in said.err
