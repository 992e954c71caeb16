"""Sealing anew, on both databases, in any batch; what others write meanwhile is theirs."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub_core.rekeying import reseal
from hub_core.store import Store, resealing, rotation
from hub_core.store.resealing import Batch
from hub_core.store.tables import RawRow
from hub_core.tokens import StoredToken
from tests.store.making import KEY, NOON, Hands, a_party, a_shop, an_order

NEW = bytes(range(32))


def a_token(access: str, version: int = 1) -> StoredToken:
    return StoredToken(access_token=access, version=version, fetched_at=NOON)


def test_all_is_sealed_anew_in_order_of_its_keys(database: str, store: Store) -> None:
    hands = Hands(store, a_shop(store))
    hands.write(*(an_order(f"A{n}", party=a_party()) for n in range(7)))
    for n in range(3):
        assert store.tokens.save_if(f"jd/{n}", None, a_token(f"t{n}"))
    with store.tokens.lock("jd/nobody"):
        pass
    both = Store.open(database, (NEW, KEY), store.now)
    with both.writing() as connection:
        former = rotation.begin(connection, both.vault, actor="wu", at=NOON)
    assert reseal(both, size=2).done == {"token": 3, "party": 7, "raw": 7}
    with both.reading() as connection:
        assert resealing.left(connection, both.vault) == {}
        kept = connection.execute(select(RawRow.__table__.c.sealed)).scalars()  # type: ignore[attr-defined]
        assert {bytes(one)[:4].hex() for one in kept} == {both.vault.fingerprint}
    with both.writing() as connection:
        assert rotation.finish(connection, both.vault)
    both.close()
    alone = Store.open(database, NEW, store.now)
    assert alone.tokens.load("jd/2") == a_token("t2")
    assert former == store.vault.fingerprint
    alone.close()


def test_what_another_wrote_meanwhile_is_not_written_over(store: Store) -> None:
    assert store.tokens.save_if("jd/1", None, a_token("old"))
    vault = type(store.vault)(NEW, KEY)

    def read(query: object) -> object:
        with store.reading() as connection:
            return connection.execute(query).all()  # type: ignore[call-overload]

    found: list[Batch] = [b for b in resealing.batches(read, vault) if b.rows]  # type: ignore[arg-type]
    assert store.tokens.save_if("jd/1", 1, a_token("newer", 2))
    with store.writing() as connection:
        for batch in found:
            resealing.write(connection, batch)
    assert store.tokens.load("jd/1") == a_token("newer", 2)


def test_it_goes_on_where_it_was_broken_off(database: str, store: Store) -> None:
    for n in range(5):
        assert store.tokens.save_if(f"jd/{n}", None, a_token(f"t{n}"))
    both = Store.open(database, (NEW, KEY), store.now)

    class Broken(Exception): ...

    def broken(done: object) -> None:
        raise Broken

    with pytest.raises(Broken):
        reseal(both, size=3, on_batch=broken)
    assert reseal(both, size=3).done["token"] == 2
    both.close()
