"""The Pinduoduo box's websocket: who gets in, what is said and said again, what fails."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from sandboxes.pinduoduo import create
from sandboxes.pinduoduo.topics import TOPICS

HALF_DAY, WEEK = 43_200.0, 7 * 86_400.0
PERMIT, USER = "pdd.pmc.user.permit", "pdd.pmc.user.get"


def digest(client_id: str, ms: str, secret: str) -> str:
    hashed = hashlib.md5(f"{client_id}{ms}{secret}".encode()).hexdigest()
    return base64.b64encode(hashed.encode()).decode()


class Wire:
    """A websocket client as small as can be: masked text out, frames in."""

    def __init__(self, url: str, path: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=5)
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET {path} HTTP/1.1\r\nHost: box\r\nUpgrade: websocket\r\n"
        head += f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        self.socket.sendall(f"{head}Sec-WebSocket-Version: 13\r\n\r\n".encode())
        self.stream = self.socket.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        while self.stream.readline().strip():
            pass

    def say(
        self, kind: int, body: bytes, *, final: bool = True, masked: bool = True
    ) -> None:
        mask = os.urandom(4) if masked else b""
        size = struct.pack(">BB", kind | 0x80 * final, 0x80 * masked | min(len(body), 126))
        size += struct.pack(">H", len(body)) if len(body) >= 126 else b""
        plain = bytes(b ^ mask[i % 4] for i, b in enumerate(body)) if masked else body
        self.socket.sendall(size + mask + plain)

    def tell(self, **frame: Any) -> None:
        self.say(1, json.dumps(frame).encode())

    def hear(self, wait: float = 2.0) -> tuple[int, bytes] | None:
        """A frame's kind and body; None when nothing came, b"" at the end of the line."""
        self.socket.settimeout(wait)
        try:
            head = self.stream.read(2)
        except (TimeoutError, OSError):
            # A stream that timed out is of no more use: look at the socket anew.
            self.stream = self.socket.makefile("rb")
            return None
        if len(head) < 2:
            return 8, b""
        size = head[1] & 0x7F
        if size == 126:
            size = int.from_bytes(self.stream.read(2), "big")
        return head[0] & 0x0F, self.stream.read(size)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.close()


class Client:
    """An app that connects, acknowledges and counts."""

    def __init__(self, caller: Any) -> None:
        self.caller, self.box = caller, caller.box
        self.url = self.box.listen()
        self.wires: list[Wire] = []

    def path(self, *, id: str | None = None, ms: int | None = None, end: str = "") -> str:
        options = self.box.options
        text = str(int(self.box.clock.now() * 1000) if ms is None else ms)
        signed = digest(options.client_id, text, options.client_secret) + end
        return f"/message/{id or options.client_id}/{text}/{quote(signed, safe='')}"

    def dial(self, path: str | None = None) -> Wire:
        wire = Wire(self.url, path or self.path())
        self.wires.append(wire)
        return wire

    def frames(self, wire: Wire, count: int) -> list[Any]:
        """So many frames, as JSON."""
        return [json.loads(frame[1]) for _ in range(count) if (frame := wire.hear())]

    def ack(self, wire: Wire, frame: Any, kind: str = "Ack") -> None:
        message = frame["message"]
        said = {"type": message["type"], "mallID": message["mallID"]}
        times = {"sendTime": frame["sendTime"], "time": int(self.box.clock.now() * 1000)}
        wire.tell(commandType=kind, id=frame["id"], **times, **said)

    def happen(self, changes: int = 20, then: float = 1.0) -> int:
        """Let it happen, and time pass; how many messages are due."""
        self.box.churn(changes)
        self.box.clock.advance(then)
        now = self.box.clock.now()
        return sum(1 for m in self.box.pmc.waiting if m.due <= now)


def until(fact: Callable[[], bool], wait: float = 3.0) -> None:
    end = time.monotonic() + wait
    while not fact() and time.monotonic() < end:
        time.sleep(0.005)
    assert fact()


@pytest.fixture
def client(shop: Any) -> Iterator[Callable[..., Client]]:
    opened: list[Client] = []

    def open(**options: Any) -> Client:
        usual = {"pmc": True, "orders": 20}
        opened.append(Client(shop(**(usual | options))))
        return opened[-1]

    yield open
    for one in opened:
        one.box.stop_listening()
        for wire in one.wires:
            wire.close()


# Getting in ---------------------------------------------------------------------------


def test_the_documented_address(client: Any) -> None:
    assert client().dial().status == 101
    vector = "OTgxODMwNDI2NWZiN2NiNzA2NzIxOTI0ZjJlMDMxMjE="
    assert digest("app", "1700000000000", "secret") == vector


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_address_is_refused(client: Any, status: int) -> None:
    one = client(switches={"pmc_refusal": str(status)})
    old = int(one.box.clock.now() * 1000) - 601_000
    for path in (
        *(one.path(end="x"), one.path(id="other"), one.path(ms=old)),
        *("/message/", "/", "/message/client-1/now/x"),
    ):
        assert one.dial(path).status == status
    assert one.box.pmc.refused == 6


def test_a_wrong_address_may_be_told_after_the_opening(client: Any) -> None:
    one = client(switches={"pmc_refusal": "closed"})
    wire = one.dial(one.path(end="x"))
    assert wire.status == 101
    kind, body = wire.hear()
    assert (kind, int.from_bytes(body[:2], "big")) == (8, 1008)


def test_an_old_address_may_do(client: Any) -> None:
    one = client(switches={"pmc_time": "ignored"})
    assert one.dial(one.path(ms=1_700_000_000_000)).status == 101


# What is said -------------------------------------------------------------------------


def test_messages_are_said_as_documented(client: Any) -> None:
    one = client()
    wire, due = one.dial(), one.happen(60)
    frames = one.frames(wire, due)
    assert len(frames) == due > 0
    for frame in frames:
        assert frame["commandType"] == "Common"
        assert frame["id"] > 2**53
        assert frame["sendTime"] == int(one.box.clock.now() * 1000)
        said = frame["message"]
        assert said["type"] in TOPICS
        assert str(said["mallID"]) == one.caller.account
        content = json.loads(said["content"])
        assert content["mall_id"] == said["mallID"]
        assert "tid" in content or "goods_id" in content


def test_what_was_said_happened(client: Any) -> None:
    one = client(orders=60)
    wire, due = one.dial(), one.happen(250)
    topics = set()
    for frame in one.frames(wire, due):
        said = frame["message"]
        topics.add(said["type"])
        content = json.loads(said["content"])
        if said["type"] == "pdd_trade_TradeSuccess":
            assert one.caller.order(content["tid"])["order_status"] == 3
        if said["type"] == "pdd_refund_RefundCreated":
            assert content["operation"] == 1000
            assert content["refund_fee"] >= 0
    assert {"pdd_trade_TradeConfirmed", "pdd_trade_TradeSellerShip"} <= topics
    assert {"pdd_refund_RefundCreated", "pdd_trade_TradeSuccess"} <= topics


def test_a_heartbeat_is_answered_and_one_without_is_hung_up_on(client: Any) -> None:
    one = client()
    wire = one.dial()
    until(lambda: len(one.box.pmc.lines) == 1)
    one.box.clock.advance(179)
    wire.tell(commandType="HeartBeat", time=1)
    assert json.loads(wire.hear()[1])["commandType"] == "HeartBeat"
    one.box.clock.advance(180)
    assert wire.hear(0.1) is None
    one.box.clock.advance(1)
    assert wire.hear() == (8, b"")


def test_heartbeats_may_stay_unanswered(client: Any) -> None:
    one = client(switches={"pmc_heartbeat": "unanswered"})
    wire = one.dial()
    wire.tell(commandType="HeartBeat", time=1)
    assert wire.hear(0.1) is None


def test_what_is_acknowledged_is_done(client: Any) -> None:
    one = client()
    wire, due = one.dial(), one.happen()
    for frame in one.frames(wire, due):
        one.ack(wire, frame)
    until(lambda: not one.box.pmc.waiting)
    assert len(one.box.pmc.acknowledged) == due
    one.box.clock.advance(HALF_DAY)
    assert one.dial().hear(0.1) is None


def test_the_rest_is_said_again_at_the_documented_times(client: Any) -> None:
    one = client(pmc_idle=WEEK)
    wire = one.dial()
    one.box.pmc.say(one.caller.account, TOPICS[0], "{}")
    (first,) = one.frames(wire, 1)
    for wait in (*[600] * 3, *[3600] * 3, *[43_200] * 8):
        one.box.clock.advance(wait - 1)
        assert wire.hear(0.05) is None
        one.box.clock.advance(1)
        (again,) = one.frames(wire, 1)
        assert (again["id"], again["message"]) == (first["id"], first["message"])
    one.box.clock.advance(HALF_DAY)
    until(lambda: len(one.box.pmc.given_up) == 1)


def test_nothing_is_kept_beyond_a_week(client: Any) -> None:
    one = client()
    due = one.happen()
    one.box.clock.advance(WEEK - 2)
    wire = one.dial()
    assert len(one.frames(wire, due)) == due
    one.box.clock.advance(2)
    until(lambda: len(one.box.pmc.given_up) == due)


def test_a_fail_is_no_acknowledgement(client: Any) -> None:
    one = client()
    wire = one.dial()
    message = one.box.pmc.say(one.caller.account, TOPICS[0], "{}")
    (frame,) = one.frames(wire, 1)
    one.ack(wire, frame, "Fail")
    until(lambda: one.box.pmc.failed == [message.id])
    one.box.clock.advance(600)
    wire = one.dial()
    assert [f["id"] for f in one.frames(wire, 1)] == [message.id]


# Who is told of -----------------------------------------------------------------------


def test_a_shop_is_told_of_once_it_is_permitted(client: Any) -> None:
    one = client(pmc=False)
    assert one.happen(40) == 0
    assert one.caller.call(PERMIT)["is_success"] is True
    assert one.happen(40) > 0


def test_a_permit_replaces_the_topics_of_before(client: Any) -> None:
    one = client(pmc=False)
    only = "pdd_trade_TradeConfirmed"
    one.caller.call(PERMIT, topics="pdd_trade_TradeSuccess")
    one.caller.call(PERMIT, topics=only)
    one.happen(150)
    assert {m.topic for m in one.box.pmc.waiting} == {only}
    user = one.caller.call(USER, owner_id=one.caller.account)["pmc_user"]
    assert (user["topics"], user["is_expire"]) == ([only], 0)
    assert one.caller.call(PERMIT, topics="nonsense")["error_code"] == 10000


def test_a_dead_authorisation_is_not_told_of(client: Any) -> None:
    one = client()
    one.box.revoke(one.caller.account)
    assert one.happen(40) == 0
    user = one.caller.call(USER, owner_id=one.caller.account)["pmc_user"]
    assert user["is_expire"] == 1


def test_after_a_cancellation_nothing_is_told(client: Any) -> None:
    one = client()
    raw = one.caller.raw("pdd.pmc.user.cancel", owner_id=one.caller.account)
    assert raw["tmc_user_cancel_response"]["is_success"] is True
    assert one.happen(40) == 0


def test_what_waits_can_be_counted(client: Any) -> None:
    one = client()
    due = one.happen(40)
    raw = one.caller.raw("pdd.pmc.accrue.query")
    assert raw["pmc_user_get_response"]["number"] == due > 0


# What may fail ------------------------------------------------------------------------


def test_a_line_may_fall_silent(client: Any) -> None:
    one = client()
    wire = one.dial()
    one.box.pmc.silent = True
    one.happen()
    wire.tell(commandType="HeartBeat", time=1)
    assert wire.hear(0.1) is None
    one.box.pmc.silent = False
    assert wire.hear() is not None


def test_a_line_may_be_cut(client: Any) -> None:
    one = client()
    wire = one.dial()
    until(lambda: len(one.box.pmc.lines) == 1)
    one.box.pmc.drop()
    assert wire.hear() == (8, b"")


def test_every_line_may_be_cut_right_after_a_message(client: Any) -> None:
    one = client(pmc_drops=1.0)
    wire = one.dial()
    until(lambda: len(one.box.pmc.lines) == 1)
    one.box.pmc.say(one.caller.account, TOPICS[0], "{}")
    assert wire.hear()[0] == 1
    assert wire.hear() == (8, b"")


def test_noise_and_garbage(client: Any) -> None:
    one = client(pmc_noise=1.0, pmc_garbage=1.0)
    wire, due = one.dial(), one.happen()
    heard = [wire.hear()[1] for _ in range(2 * due)]
    for noise, message in zip(heard[::2], heard[1::2], strict=True):
        assert b'"message"' not in noise
        content = json.loads(message)["message"]["content"]
        with pytest.raises((ValueError, KeyError, TypeError)):
            int(json.loads(content)["mall_id"])


def test_some_are_lost_and_some_come_twice(client: Any) -> None:
    one = client(pmc_loss=0.3, pmc_twice=0.5)
    wire = one.dial()
    due = one.happen(100, then=61.0)
    ids = [frame["id"] for frame in one.frames(wire, due)]
    assert len(set(ids)) < len(ids)
    assert {m.id for m in one.box.pmc.lost}.isdisjoint(ids)
    assert one.box.pmc.lost


def test_what_is_late_passes_other_messages(client: Any) -> None:
    one = client(pmc_spread=100.0)
    wire, due = one.dial(), one.happen(80, then=102.0)
    ids = [frame["id"] for frame in one.frames(wire, due)]
    assert ids != sorted(ids)


@pytest.mark.parametrize(
    ("position", "statuses", "left"),
    [("shared", (101, 101), 2), ("newest", (101, 101), 1), ("first", (101, 409), 1)],
)
def test_a_second_line(
    client: Any, position: str, statuses: tuple[int, int], left: int
) -> None:
    one = client(switches={"pmc_lines": position})
    first = one.dial()
    until(lambda: len(one.box.pmc.lines) == 1)
    second = one.dial()
    assert (first.status, second.status) == statuses
    until(lambda: len(one.box.pmc.lines) == left)
    if position == "newest":
        assert first.hear()[0] == 8


# The protocol -------------------------------------------------------------------------


def test_pings_fragments_and_a_proper_end(client: Any) -> None:
    one = client()
    wire = one.dial()
    wire.say(9, b"there?")
    assert wire.hear() == (10, b"there?")
    wire.say(1, b'{"commandType":"Hea', final=False)
    wire.say(0, b'rtBeat","time":1}')
    assert json.loads(wire.hear()[1])["commandType"] == "HeartBeat"
    wire.say(8, struct.pack(">H", 1000))
    assert wire.hear() == (8, struct.pack(">H", 1000))
    until(lambda: not one.box.pmc.lines)


def test_who_does_not_mask_is_hung_up_on(client: Any) -> None:
    wire = client().dial()
    wire.say(1, b"{}", masked=False)
    assert wire.hear() == (8, b"")


def test_what_is_no_frame_of_theirs_is_passed_over(client: Any) -> None:
    one = client()
    wire = one.dial()
    for text in (b"", b"[]", b"{", b'{"commandType":"Ack","id":"x"}', b"\xff"):
        wire.say(1, text)
    wire.tell(commandType="HeartBeat", time=1)
    assert json.loads(wire.hear()[1])["commandType"] == "HeartBeat"


def test_the_websocket_can_be_opened_over_http(client: Any) -> None:
    one = client()
    assert one.box.door("listen", {}) == {"url": one.url}
    assert one.box.door("messages", {})["permitted"] == [one.caller.account]


def test_telling_changes_nothing_that_happens() -> None:
    def truth(**options: Any) -> Any:
        box = create(orders=30, seed=4, **options)
        box.churn(200)
        (account,) = box.accounts()
        told = [(t.external_id, t.status, t.paid) for t in box.truth(account.external_id)]
        kinds = {k: box.records(account.external_id, k) for k in box.KINDS}
        return told, {k: [r.facts for r in v] for k, v in kinds.items()}

    assert truth() == truth(pmc=True, pmc_loss=0.3, pmc_twice=0.5)
