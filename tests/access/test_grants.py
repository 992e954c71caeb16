"""Grants: which role may what, at which shops, of which records."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from hub_core.access import KINDS, MATRIX, PERMISSIONS, ROLES, NotAllowed, Principal, review
from hub_core.access.roles import kind_of
from hub_core.errors import Misconfigured
from hub_core.store.shops import Shop
from tests.access.conftest import Door

PAGE = (Path(__file__).parents[2] / "docs" / "access.md").read_text("utf-8")
DAY = 86_400


@pytest.fixture
def shops(door: Door) -> dict[str, Shop]:
    """Two of one company, one of another, one of none."""
    made = (("east", "tea"), ("west", "tea"), ("north", "rice"), ("lone", None))
    return {name: door.shop(name, company) for name, company in made}


def holder(door: Door, role: str, person: str = "wang", **where: Any) -> Principal:
    """Somebody with one grant."""
    text, _ = door.key(person)
    door.grants.grant(person, role, actor="root", **where or {"everywhere": True})
    return door.let_in(text)


# The matrix ----------------------------------------------------------------------------


def matrix_told() -> dict[tuple[str, str], bool]:
    """The document's table, cell by cell."""
    head, *lines = [
        [cell.strip(" `") for cell in line.split("|")[1:-1]]
        for line in PAGE.splitlines()
        if re.match(r"\| (Permission|`[a-z_]+\.[a-z]+`) ", line)
    ]
    roles = head[1 : 1 + len(ROLES)]
    return {
        (line[0], role): {"✓": True, "": False}[line[1 + n]]
        for line in lines
        for n, role in enumerate(roles)
    }


def test_the_document_has_every_cell_of_the_matrix() -> None:
    assert set(matrix_told()) == set(product(PERMISSIONS, ROLES))


def test_each_cell_is_as_the_document_says(door: Door, shops: dict[str, Shop]) -> None:
    who = {role: holder(door, role, role) for role in ROLES}
    may = {
        (permission, role): who[role].may(permission, shops["east"])
        for permission, role in product(PERMISSIONS, ROLES)
    }

    assert may == matrix_told()


def test_nobody_may_anything_without_a_grant(door: Door, shops: dict[str, Shop]) -> None:
    text, _ = door.key("wang")
    who = door.let_in(text)

    assert not any(
        who.may(p, shop) for p in PERMISSIONS for shop in [None, *shops.values()]
    )


def test_a_permission_there_is_none_of_is_a_slip_not_a_no(door: Door) -> None:
    with pytest.raises(KeyError):
        holder(door, "admin").may("orders.reed")


def test_who_may_not_is_told_which_roles_may(door: Door) -> None:
    with pytest.raises(NotAllowed, match=r"stock\.write .*: operator, admin"):
        holder(door, "viewer").require("stock.write")


# Where, and of what --------------------------------------------------------------------

WHERE: list[tuple[dict[str, Any], set[str]]] = [
    ({"everywhere": True}, {"east", "west", "north", "lone"}),
    ({"company": "tea"}, {"east", "west"}),
    ({"company": "rice"}, {"north"}),
    ({"shop": "west"}, {"west"}),
    ({"shop": "lone"}, {"lone"}),
]


@pytest.mark.parametrize(("where", "reached"), WHERE)
def test_a_grant_holds_at_its_shops_and_at_no_other(
    door: Door, shops: dict[str, Shop], where: dict[str, Any], reached: set[str]
) -> None:
    every = list(shops.values())

    for role in ROLES:
        who = holder(door, role, role, **where)
        for permission in PERMISSIONS:
            has = role in MATRIX[permission]
            at = {shop.name for shop in who.shops(every, permission)}
            assert at == (reached if has else set())
            assert who.may(permission) is (has and "everywhere" in where)


@pytest.mark.parametrize(("where", "reached"), WHERE)
def test_a_grant_of_some_kinds_is_of_those_alone(
    door: Door, shops: dict[str, Shop], where: dict[str, Any], reached: set[str]
) -> None:
    who = holder(door, "admin", kinds=["orders", "places"], **where)

    for permission, shop in product(PERMISSIONS, shops.values()):
        own, here = kind_of(permission), shop.name in reached
        assert who.may(permission, shop) is (here and own in ("orders", "places"))
        for kind in KINDS:
            of = own or kind
            assert who.may(permission, shop, kind) is (here and of in ("orders", "places"))


def test_what_a_grant_is_narrowed_to_can_be_asked(door: Door) -> None:
    who = holder(door, "viewer", everywhere=True, kinds=["stock", "orders"])

    assert who.kinds("changes.read") == ["orders", "stock"]
    assert who.kinds("bindings.read") == ["stock"]
    assert who.kinds("products.read") == []


def test_grants_add_up_and_never_cross(door: Door) -> None:
    """Who looks at one shop and ships of another does not ship of the first."""
    first, second = door.shop("first"), door.shop("second")
    holder(door, "viewer", shop="first")
    text, _ = door.key("wang")
    door.grants.grant("wang", "operator", actor="root", shop="second")
    who = door.let_in(text)

    assert who.may("orders.read", first)
    assert who.may("shipments.write", second)
    assert not who.may("shipments.write", first)


def test_a_grant_taken_back_is_gone_with_the_next_request(door: Door) -> None:
    text, _ = door.key("wang")
    made = door.grants.grant("wang", "viewer", actor="root", everywhere=True)
    assert door.let_in(text).may("orders.read")
    ended = door.grants.ungrant(made.id, actor="root")

    assert not door.let_in(text).may("orders.read")
    assert ended.ended_at == door.now()
    assert door.grants.listing() == []
    assert [g.id for g in door.grants.listing("wang", ended=True)] == [made.id]


def test_what_is_granted_already_is_not_granted_twice(door: Door) -> None:
    door.key("wang")
    how: dict[str, Any] = {"everywhere": True, "kinds": ["orders", "stock"]}
    first = door.grants.grant("wang", "viewer", actor="root", **how)
    again = door.grants.grant("wang", "viewer", actor="root", **how)
    other = door.grants.grant("wang", "viewer", actor="root", everywhere=True)

    assert first.id == again.id != other.id


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"role": "boss", "everywhere": True}, "there are: viewer, operator"),
        ({"role": "viewer"}, "say where"),
        ({"role": "viewer", "everywhere": True, "shop": "east"}, "say where"),
        ({"role": "viewer", "shop": "south"}, "there are: east, lone, north, west"),
        ({"role": "viewer", "company": "Tea"}, "there are: rice, tea"),
        ({"role": "viewer", "everywhere": True, "kinds": ["x"]}, "there are: orders"),
        ({"role": "viewer", "everywhere": True, "person": "li"}, "there are: wang"),
    ],
)
@pytest.mark.usefixtures("shops")
def test_a_grant_of_what_there_is_not_is_refused(
    door: Door, how: dict[str, Any], told: str
) -> None:
    door.key("wang")
    with pytest.raises(Misconfigured, match=told):
        door.grants.grant(**{"person": "wang", "actor": "root", **how})
    assert door.grants.listing() == []


# Audited, and reviewed -----------------------------------------------------------------


def test_keys_and_grants_are_audited_with_who_did_it(any_door: Door) -> None:
    text, key = any_door.key("wang", addresses=["192.0.2.0/24"])
    shop = any_door.shop("east")
    grant = any_door.grants.grant("wang", "operator", actor="wu", shop="east")
    any_door.grants.ungrant(grant.id, actor="li")
    any_door.grants.ungrant(grant.id, actor="li")
    any_door.keys.revoke(key.prefix, actor="zhao")
    any_door.audit.keep()

    found = [e.as_dict() for e in reversed(any_door.audit.newest())]
    assert [(e["actor"], e["action"], e["of"]) for e in found] == [
        ("root", "key.created", f"key {key.prefix}"),
        ("wu", "grant.made", f"grant {grant.id}"),
        ("li", "grant.ended", f"grant {grant.id}"),
        ("zhao", "key.revoked", f"key {key.prefix}"),
    ]
    assert {e["details"]["person"] for e in found} == {"wang"}
    assert found[0]["details"]["addresses"] == ["192.0.2.0/24"]
    assert found[1]["details"]["shop_id"] == shop.id
    assert text.rpartition("_")[2] not in repr(found)
    assert any_door.audit.verify().is_whole


def idle(door: Door, days: int = 90) -> set[tuple[str, str, str]]:
    found = review(door.store, days)
    return {(i.person, i.right.partition(":")[0].split()[0], i.why) for i in found}


def test_rights_nobody_uses_are_found_and_those_in_use_are_not(door: Door) -> None:
    east = door.shop("east")
    text, _ = door.key("wang")
    door.key("wang")
    door.grants.grant("wang", "viewer", actor="root", shop="east")
    door.grants.grant("wang", "admin", actor="root", everywhere=True)
    assert idle(door) == set()

    for day in (89, 90, 91):
        door.seconds = day * DAY
        assert door.let_in(text).may("orders.read", east)
    door.keys.close()
    assert {(i.right.split(":")[0], i.next) for i in review(door.store, 90)} == {
        (f"key {door.keys.listing()[0].prefix}",
         f"hub keys revoke {door.keys.listing()[0].prefix}"),
        ("grant 2", "hub keys ungrant 2"),
    }  # fmt: skip
    assert idle(door) == {("wang", "key", "never used"), ("wang", "grant", "never used")}

    door.seconds = 300 * DAY
    assert idle(door) == {
        ("wang", "key", "unused"), ("wang", "key", "never used"),
        ("wang", "grant", "unused"), ("wang", "grant", "never used"),
    }  # fmt: skip


def test_what_can_open_nothing_is_found_at_once(door: Door) -> None:
    door.key("wang")
    _, key = door.key("li")
    door.grants.grant("li", "viewer", actor="root", everywhere=True)
    door.keys.revoke(key.prefix, actor="root")

    assert idle(door) == {
        ("wang", "key", "its owner may do nothing"),
        ("li", "grant", "its owner has no key"),
    }


def test_only_what_was_needed_counts_as_used(door: Door) -> None:
    """Else who is an admin to be on the safe side looks as if he had to be."""
    text, _ = door.key("wang")
    door.grants.grant("wang", "admin", actor="root", everywhere=True)
    door.grants.grant("wang", "viewer", actor="root", everywhere=True)
    door.let_in(text).may("orders.read")
    door.keys.close()
    used = {g.role: g.last_used_at for g in door.grants.listing()}

    assert used == {"admin": None, "viewer": door.now()}
