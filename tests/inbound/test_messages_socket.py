"""Pinduoduo's connection and the hub: what comes is kept before it is acknowledged; a
connection that breaks or falls silent is renewed; one process has it.

The platform's side is written here from channel paper PDD §6 and the official client.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.sync import server as serving

from hub_core.errors import HubError, Misconfigured, Rejected, Retryable
from hub_core.inbound import Inbound
from hub_core.inbound.connected import turned
from hub_core.inbound.dialling import dial
from hub_core.inbound.inlets import Inlets
from hub_core.store import inbox, inlets
from hub_core.store.inlets import Inlet
from tests.harness import Bench, bench

CHANNEL = "pinduoduo"
FIRST = 9_007_199_254_740_993


@dataclass
class Platform:
    """The other end: it hands out what is not acknowledged over each new connection."""

    clock: Any
    queue: dict[int, str] = field(default_factory=dict)
    frames: deque[str] = field(default_factory=deque)
    addresses: list[str] = field(default_factory=list)
    beats: int = 0
    open: int = 0
    answers_beats: bool = True
    hears_acks: bool = True
    breaks: bool = False
    refuses: HubError | None = None
    before_ack: Any = None

    def say(self, type: str, mall: int | str, tid: str, id: int | None = None) -> int:
        id = id or FIRST + len(self.queue)
        content = json.dumps({"tid": tid})
        message = {"type": type, "mallID": int(mall), "content": content}
        sent = int(self.clock.now() * 1000)
        told = {"id": id, "commandType": "Common", "sendTime": sent, "message": message}
        self.queue[id] = json.dumps(told)
        self.frames.append(self.queue[id])
        return id

    def dial(self, address: str, proxy: str | None) -> Platform:
        self.addresses.append(address)
        if self.refuses:
            raise self.refuses
        self.open += 1
        self.frames = deque(self.queue.values())
        return self

    def send(self, text: str) -> None:
        if self.breaks:
            raise Retryable("the connection broke")
        said = json.loads(text)
        if said["commandType"] == "HeartBeat":
            self.beats += 1
            if self.answers_beats:
                self.frames.append('{"commandType":"HeartBeat","time":1}')
            return
        assert said["commandType"] == "Ack"
        if self.before_ack:
            self.before_ack(str(said["id"]))
        if self.hears_acks:
            self.queue.pop(said["id"], None)

    def receive(self, seconds: float) -> str | None:
        if self.frames:
            return self.frames.popleft()
        self.clock.advance(seconds)
        return None

    def close(self) -> None:
        self.open -= 1


@dataclass
class Held:
    """A hub that holds the connection of its one app."""

    bench: Bench
    platform: Platform
    inlets: Inlets
    inbound: Inbound

    @property
    def app(self) -> str:
        return self.bench.platform.accounts()[0].app_key

    @property
    def mall(self) -> str:
        return self.bench.platform.accounts()[0].external_id

    def orders(self) -> list[str]:
        return [t.external_id for t in self.bench.platform.truth(self.mall)]

    def turn(self, turns: int = 1) -> list[float]:
        return [self.inlets.inlet(CHANNEL, self.app).turn() for _ in range(turns)]

    def how(self) -> Inlet:
        with self.bench.hub.store.reading() as connection:
            (found,) = inlets.listing(connection)
        return found


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    with bench(CHANNEL, tmp_path, orders=8) as made:
        platform = Platform(made.platform.clock)
        inbound = Inbound(made.hub)
        held = Held(made, platform, Inlets(made.hub, platform.dial), inbound)
        yield held
        held.inlets.close()
        inbound.close()


def test_what_comes_is_kept_before_it_is_acknowledged_and_its_order_fetched(
    held: Held,
) -> None:
    order = held.orders()[0]
    kept: list[bool] = []
    held.platform.before_ack = lambda id: kept.append(
        id in {k.message_id for k in held.inbound.pushes()}
    )
    held.turn()
    held.platform.say("pdd_trade_TradeConfirmed", held.mall, order)
    held.platform.say("pdd_refund_RefundCreated", held.mall, order)
    held.turn()
    assert kept == [True, True]
    assert held.platform.queue == {}
    done = held.inbound.work_off()
    assert (done.done, done.fetched) == (2, 1)
    assert done.wake == {(held.bench.platform.accounts()[0].name, "after_sales")}
    assert order in held.bench.stored(held.bench.platform.accounts()[0].name)


def test_an_acknowledgement_that_is_lost_brings_the_same_again(held: Held) -> None:
    order = held.orders()[0]
    held.turn()
    held.platform.hears_acks = False
    held.platform.say("pdd_trade_TradeConfirmed", held.mall, order)
    held.turn()
    held.inbound.work_off()
    held.platform.breaks, held.platform.hears_acks = True, True
    held.bench.platform.clock.advance(10)
    (wait,) = held.turn()
    assert 0 < wait <= 2, "the first pause is short"
    held.platform.breaks = False
    held.turn(2)
    assert len(held.platform.addresses) == 2
    assert held.platform.queue == {}
    (one,) = held.inbound.pushes()
    assert one.state == inbox.DONE
    assert held.how().taken == 2


def test_what_the_disk_does_not_take_is_not_acknowledged(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.turn()
    held.platform.say("pdd_trade_TradeConfirmed", held.mall, held.orders()[0])
    with monkeypatch.context() as broken:
        broken.setattr(inbox, "put", lambda *_: 1 / 0)
        held.turn()
    assert len(held.platform.queue) == 1
    held.turn(2)
    assert held.platform.queue == {}
    assert len(held.inbound.pushes()) == 1


def test_it_beats_and_a_connection_that_is_silent_is_renewed(held: Held) -> None:
    held.turn(30)
    assert len(held.platform.addresses) == 1
    assert held.platform.beats >= 3
    held.platform.answers_beats = False
    held.turn(400)
    assert len(held.platform.addresses) >= 2
    assert "no sign of life for 180 s" in (held.how().said or "")
    assert held.platform.open <= 1
    assert len(set(held.platform.addresses)) == len(held.platform.addresses)
    held.platform.answers_beats = True
    held.turn(20)
    assert held.how().failing_since is None


def test_garbage_is_counted_and_is_no_sign_of_life(held: Held) -> None:
    held.turn()
    for text in ("{", "", '{"commandType":"Common"}', "[]"):
        held.platform.frames.append(text)
    held.bench.platform.clock.advance(11)
    held.turn(2)
    held.bench.platform.clock.advance(11)
    held.turn(2)
    assert held.how().unread == 4
    assert len(held.platform.addresses) == 1
    held.platform.answers_beats = False
    for _ in range(500):
        held.platform.frames.append("{")
        held.bench.platform.clock.advance(1)
        held.turn()
    assert len(held.platform.addresses) > 1


def test_an_unknown_type_and_a_shop_that_is_none_of_ours(held: Held) -> None:
    held.turn()
    held.platform.say("pdd_new_Word", held.mall, held.orders()[0])
    held.platform.say("pdd_trade_TradeConfirmed", "4711", held.orders()[0])
    held.turn()
    held.inbound.work_off()
    assert {k.event: k.state for k in held.inbound.pushes()} == {
        "pdd_new_Word": inbox.UNHEEDED,
        "pdd_trade_TradeConfirmed": inbox.NO_SHOP,
    }
    assert held.platform.queue == {}


def test_an_id_that_names_something_else_is_another_message(held: Held) -> None:
    held.turn()
    for order in held.orders()[:2]:
        held.platform.say("pdd_trade_TradeConfirmed", held.mall, order, FIRST)
    held.turn()
    assert len(held.inbound.pushes()) == 2


def test_a_platform_that_refuses_is_asked_seldom_and_told_of(held: Held) -> None:
    held.platform.refuses = Rejected("the platform refused the connection: HTTP 403")
    assert held.turn() == [600.0]
    assert held.how().refused
    held.bench.platform.clock.advance(700)
    (trouble,) = held.inbound.troubles()
    assert trouble.key == f"inlet:pinduoduo:{held.app}"
    held.platform.refuses = None
    held.turn(2)
    assert held.inbound.troubles() == []


def test_pauses_grow_and_end(held: Held) -> None:
    held.platform.refuses = Retryable("no connection")
    waits = [held.turn()[0] for _ in range(12)]
    assert waits[0] <= 2
    assert 30 <= waits[-1] <= 60


def test_one_connection_for_an_app(held: Held) -> None:
    held.turn()
    other = Inlets(held.bench.hub, held.platform.dial).inlet(CHANNEL, held.app)
    assert other.turn() == 10.0
    assert held.platform.open == 1
    held.inlets.close()
    assert held.platform.open == 0
    other.turn()
    assert held.platform.open == 1


def test_a_box_without_a_network_is_not_dialled(held: Held) -> None:
    assert Inlets(held.bench.hub).served() == []
    assert held.inlets.served() == [(CHANNEL, held.app)]


def test_where_the_hub_is_turned_to_another_host_messages_come_from_there() -> None:
    address = "wss://message-api.pinduoduo.com/message/a/1/b%3D"
    assert turned(address, "http://127.0.0.1:8/x") == "ws://127.0.0.1:8/message/a/1/b%3D"
    assert turned(address, "https://relay").startswith("wss://relay/message/")
    box = "ws://127.0.0.1:9/message/a/1/b%3D"
    assert turned(box, "http://127.0.0.1:8") == box


def test_a_platform_that_answers_no_signs_of_life_is_no_trouble(held: Held) -> None:
    held.platform.answers_beats = False
    for _ in range(300):
        held.bench.platform.clock.advance(5)
        held.turn()
    assert len(held.platform.addresses) > 3
    assert held.inbound.troubles() == []


def test_one_that_lets_in_and_hangs_up_is_left_alone_longer_and_longer(
    held: Held,
) -> None:
    held.platform.breaks = True
    waits = []
    for _ in range(12):
        waits += held.turn()
        held.bench.platform.clock.advance(waits[-1])
    assert waits[-1] >= 30
    held.bench.platform.clock.advance(700)
    assert [t.key for t in held.inbound.troubles()] == [f"inlet:pinduoduo:{held.app}"]


# Over a socket --------------------------------------------------------------------------


@pytest.fixture
def echo() -> Iterator[str]:
    """A server that sends back what it is sent, and refuses one path."""

    def answer(line: Any, request: Any) -> Any:
        return line.respond(403, "no\n") if "refused" in request.path else None

    def handle(line: Any) -> None:
        for frame in line:
            line.close() if frame == "end" else line.send(frame)

    with serving.serve(handle, "127.0.0.1", 0, process_request=answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join(5)


def test_a_line_sends_receives_and_says_when_it_broke(echo: str) -> None:
    line = dial(f"{echo}/message/x", None)
    assert line.receive(0.01) is None
    line.send('{"a":1}')
    assert line.receive(5) == '{"a":1}'
    line.send("end")
    with pytest.raises(Retryable, match="the connection broke"):
        line.receive(5)
    line.close()


def settled(held: Held, box: Any, seconds: int = 4000) -> None:
    """Until the box has nothing more to say, and the hub nothing to work off."""
    for _ in range(0, seconds, 100):
        for _ in range(200):
            held.turn()
            if all(m.due > box.clock.now() for m in box.pmc.waiting):
                break
        while held.inbound.work_off().taken:
            pass
        if not box.pmc.waiting and not held.inbound.pushes([inbox.WAITING]):
            return
        box.clock.advance(100)


def test_the_box_and_the_hub_over_a_connection_that_breaks(tmp_path: Path) -> None:
    """Messages late, twice, senseless, with noise between them, and lines that are cut:
    each has one row, is acknowledged, and its order ends in the truth."""
    chances: dict[str, Any] = {
        "pmc_twice": 0.2,
        "pmc_garbage": 0.1,
        "pmc_noise": 0.1,
        "pmc_drops": 0.1,
    }
    with bench(CHANNEL, tmp_path, orders=8, pmc=True, pmc_spread=30.0, **chances) as made:
        box: Any = made.platform
        url, inbound = box.listen().replace("ws:", "http:"), Inbound(made.hub)
        taken = Inlets(made.hub, lambda address, _: dial(turned(address, url), None))
        held = Held(made, Platform(box.clock), taken, inbound)
        held.turn()
        for _ in range(3):
            box.churn(8)
            box.clock.advance(40)
            held.turn(3)
        settled(held, box)
        held.inlets.close()
        box.stop_listening()
        kept = inbound.pushes(limit=1000)
        inbound.close()
        assert box.pmc.waiting == []
        acknowledged = {str(m.id) for m in box.pmc.acknowledged}
        assert sorted(k.message_id or "" for k in kept) == sorted(acknowledged)
        assert len(kept) > 10
        told = {k.external_id for k in kept if k.kind == "orders"}
        wrong = [x for x in made.lost(made.platform.accounts()[0])]
        assert [x for x in wrong if x.split(":")[0] in told] == []


def test_what_hinders_a_connection_is_told_without_its_address(echo: str) -> None:
    wrong = {
        f"{echo}/refused/secret": Rejected,
        "ws://127.0.0.1:9/secret": Retryable,
        "http://127.0.0.1/secret": Misconfigured,
    }
    for address, kind in wrong.items():
        with pytest.raises(kind) as told:
            dial(address, None)
        assert "secret" not in f"{told.value} {told.value.__cause__}"


def test_a_proxy_is_gone_by_and_none_of_the_environment(
    echo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    dial(echo, None).close()
    with pytest.raises(Retryable):
        dial(echo, "http://127.0.0.1:9")
