"""Left alone for hours, with troubles one after the other: each is told once, and so is its
end; nothing else is; and at the end the hub has what the platforms have.

`CHANNEL_HUB_LEFT_ALONE_HOURS=10` for the whole of it, each stream every minute.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from tests.alarms.world import Ear, listening
from tests.outbound.erp import Erp
from tests.service.living import (
    HOUR,
    HOURS,
    LAIKE,
    MINUTE,
    PDD,
    TAOBAO,
    Deed,
    Living,
    living,
)

WHOLE = HOURS >= 10
STEP, POLL, CHURN, SHOPS = (10.0, 60.0, 2.0, 2) if WHOLE else (60.0, 300.0, 0.5, 1)
"""Seconds of a turn, and between readings; changes a minute of each box, and its shops."""
BLOCK = (2.5 if WHOLE else 2) * HOUR
"""The troubles below happen once in each. What comes back within an hour of its end has to
stay away for longer, so that there is more than one between them."""

TROUBLES: list[tuple[float, Deed]] = [
    # Minute of the block, and what happens then.
    (2, lambda on: on.fail(PDD, 0.2)),
    (5, lambda on: on.withdraw(LAIKE)),
    (10, lambda on: on.ban(45 * MINUTE)),
    (15, lambda on: on.withdraw(PDD)),
    (45, lambda on: on.come_back(PDD)),
    (50, lambda on: on.fail(PDD, 0.0)),
    (60, lambda on: on.come_back(LAIKE)),
    (62, lambda on: on.fail(PDD, 1.0, ["http_503", "reset", "timeout"])),
    (64, lambda on: on.fail(TAOBAO, 0.15)),
    (75, lambda on: on.fail(LAIKE, 0.15)),
    (80, lambda on: on.erp_is_away(True)),
    (95, lambda on: on.erp_is_away(False)),
    (100, lambda on: on.fail(TAOBAO, 0.0)),
    (104, lambda on: on.fail(LAIKE, 0.0)),
    (105, lambda on: on.fail(PDD, 0.0)),
]


def expected(on: Living) -> Counter[str]:
    """The alarms there are to be, by key."""
    blocks = round(HOURS * HOUR / BLOCK)
    keys = [
        f"refused:{on.account(LAIKE).name}",
        f"token_dead:{on.account(PDD).name}",
        f"ban:app:{TAOBAO}/{on.account(TAOBAO).app_key}",
        *(f"stale:{a.name}:orders" for a in on.boxes[PDD].accounts()),
    ]
    return Counter(dict.fromkeys(keys, blocks))


@pytest.fixture
def ear() -> Iterator[Ear]:
    with listening() as made:
        yield made


@pytest.fixture
def erp() -> Iterator[Erp]:
    with Erp() as made:
        yield made


def verified(on: Living) -> Counter[int]:
    """What the ERP was told of orders: how many messages for each position of the feed,
    all signed as a library that is not ours signs them."""
    hook, positions = Webhook(on.endpoint.secret), dict[str, int]()
    for came in on.erp.came:
        sent = datetime.fromtimestamp(int(came.headers["webhook-timestamp"]), UTC)
        signed = hook.sign(came.id, sent, came.body.decode())
        assert came.headers["webhook-signature"] == signed
        positions[came.id] = came.json["data"]["seq"]
    return Counter(positions.values())


def told(ear: Ear, word: str) -> int:
    """How many alarms were told of with this word."""
    said = (re.findall(rf"{word} (\d+)", text.splitlines()[0]) for text in ear.texts)
    return sum(int(number) for found in said for number in found)


def test_each_trouble_is_told_once_and_so_is_its_end(
    tmp_path: Path, ear: Ear, erp: Erp
) -> None:
    with living(tmp_path, ear, erp, poll=POLL, shops=SHOPS) as on:
        for block in range(round(HOURS * HOUR / BLOCK)):
            begin = block * BLOCK
            for minute, deed in TROUBLES:
                on.live(begin + minute * MINUTE, STEP, CHURN)
                deed(on)
            on.live(begin + BLOCK, STEP, CHURN)
        on.live(HOURS * HOUR + 12 * MINUTE, STEP, 0)

        assert on.lost() == []
        assert on.doubled() == []
        made = on.told()
        assert set(made.values()) == {1}
        assert len(made) == sum(
            len(on.boxes[c].truth(a.external_id)) for c, a in on.accounts
        )
        assert verified(on) == dict.fromkeys(on.changes(), 1)
        alarms, wanted = on.alarms(), expected(on)
        assert Counter(one.key for one in alarms) == wanted
        assert [one.key for one in alarms if one.closed_at is None or one.quiet] == []
        assert told(ear, "新告警") == told(ear, "已恢复") == wanted.total()
        assert on.reads[True] > on.reads[False] > 0
