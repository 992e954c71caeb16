"""Taobao's queue and the hub joined: what is taken is kept before it is confirmed, comes
again until it is, and has one effect.

`CHANNEL_HUB_MESSAGES=2000` has that many changes in the long one.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from hub_core.inbound import Inbound
from hub_core.inbound import inlets as module
from hub_core.inbound.inlets import Inlets
from hub_core.sandbox import Fault
from hub_core.store import inbox, inlets
from hub_core.store.inlets import Inlet
from hub_core.store.tables import DriftRow
from tests.harness import Bench, bench

CHANNEL = "taobao"
CHANGES = int(os.environ.get("CHANNEL_HUB_MESSAGES", "30"))
CONSUME, CONFIRM = "messages.consume", "messages.confirm"


@dataclass
class Taking:
    """A box that tells, and a hub that takes, turn by turn."""

    bench: Bench
    inlets: Inlets
    inbound: Inbound

    @property
    def box(self) -> Any:
        return self.bench.platform

    @property
    def queue(self) -> Any:
        return self.box.messages

    @property
    def app(self) -> str:
        return self.bench.platform.accounts()[0].app_key

    def happen(self, changes: int) -> None:
        self.box.churn(changes)
        self.box.clock.advance(2)

    def take(self, turns: int = 1) -> list[float]:
        """How long to wait after each."""
        return [self.inlets.inlet(CHANNEL, self.app).turn() for _ in range(turns)]

    def settle(self, seconds: int = 3600, step: int = 60) -> None:
        """Until nothing waits anywhere."""
        for _ in range(0, seconds, step):
            self.take(4)
            while self.inbound.work_off().taken:
                pass
            self.box.clock.advance(step)
            waits = self.inbound.pushes([inbox.WAITING])
            if not waits and not self.queue.waiting:
                return

    def how(self) -> Inlet:
        with self.bench.hub.store.reading() as connection:
            (found,) = inlets.listing(connection)
        return found

    def kept(self) -> list[inbox.Kept]:
        return self.inbound.pushes(limit=10_000)


@contextmanager
def taking(folder: Path, **how: Any) -> Iterator[Taking]:
    kinds = ("orders", "products", "after_sales")
    how = {"orders": 5, "messages": True, "kinds": kinds, **how}
    with bench(CHANNEL, folder, **how) as made:
        inbound = Inbound(made.hub)
        on = Taking(made, Inlets(made.hub), inbound)
        yield on
        on.inlets.close()
        inbound.close()


def calls(on: Taking, operation: str) -> int:
    return [e.operation for e in on.box.log.entries].count(operation)


def right(on: Taking) -> None:
    """The orders messages told of are stored as the box has them."""
    account = on.bench.platform.accounts()[0]
    told = {k.external_id for k in on.kept() if k.kind == "orders"}
    wrong = [x for x in on.bench.lost(account) if x.split(":")[0] in told]
    assert told
    assert wrong == []
    assert on.bench.doubled(account) == []


def test_what_happens_is_taken_kept_confirmed_and_fetched(tmp_path: Path) -> None:
    with taking(tmp_path) as on:
        on.happen(8)
        (wait,) = on.take()
        assert wait < 1, "there may be more"
        kept = on.kept()
        assert {k.state for k in kept} == {inbox.WAITING}
        assert len(on.queue.confirmed) == len(kept) == on.how().taken > 5
        on.settle()
        assert {k.state for k in on.kept()} == {inbox.DONE}
        right(on)
        assert {k.account for k in kept} == {on.bench.platform.accounts()[0].external_id}
        assert {"orders", "products"} <= {k.kind for k in kept}


def test_killed_between_keeping_and_confirming_it_comes_again_and_has_one_effect(
    tmp_path: Path,
) -> None:
    with taking(tmp_path) as on:
        on.happen(8)
        script = on.box.faults.script
        script.append(Fault("reset", CONFIRM))
        assert on.take() != [0.1]
        kept = {k.id for k in on.kept()}
        assert kept
        assert on.queue.confirmed == []
        assert "the line failed" in (on.how().said or "")
        script.clear()
        other = Inlets(on.bench.hub)  # the process that comes after
        on.inlets.close()
        on.inlets = other
        on.take()
        assert on.queue.confirmed == [], "it is not due yet"
        on.settle()
        assert {k.id for k in on.kept()} == kept
        assert on.queue.waiting == []
        assert on.how().taken == 2 * len(kept)
        assert on.how().failing_since is None
        right(on)


def test_a_confirmation_whose_answer_is_lost_is_given_again(tmp_path: Path) -> None:
    with taking(tmp_path) as on:
        on.happen(8)
        on.box.faults.script.append(Fault("reset_after", CONFIRM, frozenset({1})))
        on.take()
        assert calls(on, CONFIRM) > 1
        assert len(on.queue.confirmed) == len(on.kept())


def test_nothing_is_confirmed_that_the_disk_does_not_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with taking(tmp_path) as on:
        on.happen(8)
        with monkeypatch.context() as broken:
            broken.setattr(inbox, "put", lambda *_: 1 / 0)
            on.take()
        assert (on.kept(), on.queue.confirmed) == ([], [])
        assert "ZeroDivisionError" in (on.how().said or "")
        on.settle()
        assert on.queue.waiting == []
        right(on)


def test_late_twice_unknown_and_senseless_ones_end_in_the_truth(tmp_path: Path) -> None:
    chances = {"message_twice": 0.3, "message_garbage": 0.1, "message_unknown": 0.2}
    with taking(tmp_path, message_spread=90.0, message_loss=0.05, **chances) as on:
        for _ in range(CHANGES // 10):
            on.happen(10)
            on.take(2)
            on.inbound.work_off()
            on.box.clock.advance(20)
        on.settle()
        kept = on.kept()
        given = {str(m.id) for m in on.queue.confirmed}
        assert sorted(k.message_id or "" for k in kept) == sorted(given)
        assert on.queue.waiting == []
        assert {k.state for k in kept} == {inbox.DONE, inbox.UNHEEDED}
        unheeded = {k.event for k in kept if k.state == inbox.UNHEEDED}
        assert len(unheeded) > 1, "the unknown topic, and senseless ones of known topics"
        with on.bench.hub.store.reading() as connection:
            words = set(connection.execute(select(DriftRow.code)).scalars())  # type: ignore[call-overload]
        assert unheeded <= words
        on.bench.hub.sync()
        assert on.bench.lost(on.bench.platform.accounts()[0]) == []


def test_a_message_of_a_shop_the_hub_does_not_know_waits_for_it(tmp_path: Path) -> None:
    with taking(tmp_path) as on:
        user = "2206999999999"
        seller = next(iter(on.queue._sellers.values()))
        on.queue._sellers[user] = seller
        for n in range(3):
            on.queue.say(user, "taobao_trade_TradeCreate", f'{{"tid":37{n}}}')
        on.take()
        on.inbound.work_off()
        assert {k.state for k in on.kept()} == {inbox.NO_SHOP}
        (incident,) = on.bench.hub.incidents()
        assert incident.kind == "push_no_shop"
        assert len(on.queue.confirmed) == 3
        assert [t.key for t in on.inbound.troubles()] == ["push_no_shop"]


def test_an_empty_queue_is_asked_seldom_and_fills_no_journal(tmp_path: Path) -> None:
    with taking(tmp_path) as on:
        before = len(on.bench.hub.journal(limit=1000))
        assert on.take(5) == [5.0] * 5
        assert calls(on, CONSUME) == 5
        assert len(on.bench.hub.journal(limit=1000)) == before
        assert on.how().heard_at is not None
        assert on.inbound.troubles() == []


def test_a_platform_that_will_not_have_the_app_is_told_of_until_it_does(
    tmp_path: Path,
) -> None:
    with taking(tmp_path) as on:
        on.take()
        (secret,) = tmp_path.glob("secret-*")
        right_one = secret.read_text()
        secret.write_text("another")
        on.inlets.close()
        assert on.take() == [600.0]
        how = on.how()
        assert how.refused
        assert right_one not in str(how)
        assert on.inbound.troubles() == []
        on.box.clock.advance(660)
        (trouble,) = on.inbound.troubles()
        assert trouble.key == f"inlet:taobao:{on.app}"
        assert "平台拒绝了该应用" in trouble.text
        secret.write_text(right_one)
        on.inlets.close()
        on.take()
        assert on.inbound.troubles() == []


def test_one_process_takes_and_another_takes_over(tmp_path: Path) -> None:
    with taking(tmp_path) as on:
        on.take()
        asked = calls(on, CONSUME)
        other = Inlets(on.bench.hub).inlet(CHANNEL, on.app)
        assert other.turn() == 10.0
        assert calls(on, CONSUME) == asked
        on.inlets.close()
        assert other.turn() == 5.0
        assert calls(on, CONSUME) == asked + 1


def test_no_more_is_taken_than_is_worked_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub_core.inbound.inlets.FULL", 5)
    with taking(tmp_path) as on:
        on.happen(8)
        on.take()
        asked = calls(on, CONSUME)
        on.take(5)
        assert calls(on, CONSUME) == asked, "it is full"
        on.settle()
        assert on.queue.waiting == []


def test_what_is_told_to_be_gone_and_is_gone_is_done_with(tmp_path: Path) -> None:
    with taking(tmp_path) as on:
        user = on.bench.platform.accounts()[0].external_id
        on.queue.say(user, "taobao_item_ItemDelete", '{"num_iid":41}')
        on.queue.say(user, "taobao_item_ItemUpdate", '{"num_iid":42}')
        on.take()
        on.inbound.work_off()
        states = {k.external_id: (k.state, k.attempts) for k in on.kept()}
        assert states == {"41": (inbox.DONE, 0), "42": (inbox.WAITING, 1)}


def test_turned_off_nothing_is_asked(tmp_path: Path) -> None:
    with taking(tmp_path, channel_settings={"messages": False}) as on:
        assert on.inlets.served() == []
        on.inlets.turn()
        assert calls(on, CONSUME) == 0


def test_a_database_that_is_away_at_the_beginning_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with taking(tmp_path) as on:
        on.happen(3)
        looks, well = [0], Inlets.served
        ending, quiet = threading.Event(), time.monotonic() + 10

        def served(self: Inlets) -> list[tuple[str, str]]:
            looks[0] += 1
            if looks[0] == 1:
                raise OperationalError("SELECT", {}, Exception("away"))
            return well(self)

        monkeypatch.setattr(Inlets, "served", served)
        monkeypatch.setattr(module, "AGAIN", 0.05)
        thread = threading.Thread(target=on.inlets.run, args=(ending,))
        thread.start()
        while not on.kept() and time.monotonic() < quiet:
            time.sleep(0.05)
        ending.set()
        thread.join(10)
        assert on.kept()


def test_a_shop_is_let_send_its_messages(tmp_path: Path) -> None:
    with taking(tmp_path, messages=False) as on:
        hub, shop = on.bench.hub, on.bench.hub.shops()[0]
        named = replace(shop, account={"nick": on.bench.platform.accounts()[0].name})
        line, found = hub.lines.open(named), hub.plugins.messages(CHANNEL)
        assert not found.permitted(line)
        found.permit(line)
        assert found.permitted(line)
        on.happen(8)
        on.take()
        assert on.kept()
