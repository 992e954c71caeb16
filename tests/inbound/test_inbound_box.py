"""The box and the hub joined: what one side pushes the other takes in, and how soon.

`CHANNEL_HUB_PUSH_SECONDS=3600` measures for an hour.

Neither was written after the other: where they differ about the wire, one is wrong.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hub_core.store import inbox
from tests.inbound.joint import POLL, Joint, joint
from tests.inbound.pushing import CHANNEL

SECONDS = int(os.environ.get("CHANNEL_HUB_PUSH_SECONDS", "120"))
SOON = 10.0


class Told(Joint):
    """Measures the changes of which something is pushed: the others wait for the lists."""

    def counts(self, id: str) -> bool:
        return any(id in push.request.body.decode() for push in self.box.pushes.queue[-6:])


def right(both: Joint) -> None:
    """The hub has the truth, once it has read what is not pushed."""
    both.box.clock.advance(200)
    both.bench.hub.sync()
    account = both.bench.platform.accounts()[0]
    assert both.bench.lost(account) == []
    assert both.bench.doubled(account) == []


def p95(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]


def test_the_hub_verifies_the_platforms_challenge(tmp_path: Path) -> None:
    for content, sign in (("object", "unsigned"), ("text", "signed")):
        switches = {"push_challenge": content, "push_challenge_sign": sign}
        (tmp_path / content).mkdir()
        with joint(tmp_path / content, orders=0, switches=switches) as both:
            assert both.inbound.counts == {(CHANNEL, "challenge"): 1}


def test_a_change_is_in_the_feed_within_ten_seconds(tmp_path: Path) -> None:
    with joint(tmp_path, Told) as both:
        both.run(SECONDS, step=2)
        pushes = both.box.pushes
        assert len(both.took) > SECONDS / 6
        assert p95(both.took) <= SOON
        assert (pushes.given_up, pushes.lost) == ([], [])
        assert both.inbound.counts[CHANNEL, "kept"] == pushes.delivered > SECONDS / 6
        assert both.inbound.pushes([inbox.PARKED, inbox.NO_SHOP]) == []
        right(both)


def test_with_all_pushes_lost_orders_come_within_the_poll(tmp_path: Path) -> None:
    with joint(tmp_path, push_loss=1.0) as both:
        both.run(SECONDS, step=2)
        both.run(int(POLL) + 10, changes=0, step=10)
        assert len(both.box.pushes.lost) > SECONDS / 6
        assert both.inbound.counts == {(CHANNEL, "challenge"): 1}
        assert len(both.took) > SECONDS / 4
        assert max(both.took) <= POLL + SOON
        assert both.waiting == {}
        right(both)


@pytest.mark.parametrize(
    "switches",
    [
        {"push_ids": "numbers", "push_content": "object", "push_msg_id": "event"},
        {
            "push_msg_id_place": "header",
            "push_answer": "body",
            "push_refund_asked": "always",
        },
    ],
    ids=lambda switches: "-".join(switches.values()),
)
def test_whatever_documents_leave_open_the_hub_takes_it(
    tmp_path: Path, switches: dict[str, str]
) -> None:
    worst: dict[str, Any] = {"push_twice": 0.5, "push_loss": 0.2, "push_spread": 40.0}
    with joint(tmp_path, switches=switches, undo=0.1, cancels=0.5, **worst) as both:
        both.run(60, changes=6, step=10)
        both.run(80, changes=0, step=20)
        assert both.box.pushes.given_up == []
        assert set(both.inbound.counts) == {(CHANNEL, "challenge"), (CHANNEL, "kept")}
        right(both)


def test_a_voucher_used_twice_is_heard_twice_under_one_id(tmp_path: Path) -> None:
    """The platform gives both uses one Msg-Id: whoever goes by it loses the second."""
    with joint(tmp_path, cancels=1.0) as both:
        both.run(60, changes=12, step=10)
        kept = both.inbound.pushes(limit=1000)
        uses = [p for p in kept if p.event == "life_trade_certificate_notify"]
        assert len({p.message_id for p in uses}) < len(uses)
        assert {p.state for p in uses} == {inbox.DONE}


def test_a_hub_that_can_take_nothing_gets_all_when_it_can(tmp_path: Path) -> None:
    """503 while the disk takes nothing: the platform repeats, and nothing is lost."""
    with joint(tmp_path) as both:
        pushes, store = both.box.pushes, both.bench.hub.store
        both.box.churn(10)
        both.box.clock.advance(5)
        with store.writing() as connection:
            connection.execute(text("ALTER TABLE inbox RENAME TO elsewhere"))
        sent = pushes.deliver(both.post)
        with store.writing() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO inbox"))
        assert (pushes.delivered, len(pushes.queue)) == (0, sent)
        both.box.clock.advance(60)
        assert pushes.deliver(both.post) == sent == pushes.delivered > 0
        assert len(both.inbound.pushes()) == sent


def test_an_upper_case_signature_is_refused_and_pulled_instead(tmp_path: Path) -> None:
    """Documents have lower case; a platform that ever wrote it otherwise is not obeyed."""
    with joint(
        tmp_path, switches={"push_signature": "upper", "push_challenge_sign": "unsigned"}
    ) as both:
        both.run(20, changes=5, step=5)
        assert both.inbound.counts[CHANNEL, "signature"] > 0
        assert both.inbound.pushes() == []
        right(both)


def test_what_is_kept_of_a_push_is_what_was_sent(tmp_path: Path) -> None:
    with joint(tmp_path) as both:
        both.box.churn(30)
        sent = {p.request.headers["msg-id"]: p.request.body for p in both.box.pushes.queue}
        both.box.clock.advance(5)
        both.box.pushes.deliver(both.post)
        for kept in both.inbound.pushes():
            body = json.loads(sent[str(kept.message_id)])
            assert body["event"] == kept.event
            assert str(kept.external_id) in body["content"]
