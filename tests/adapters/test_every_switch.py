"""Whatever way an undocumented fact is settled, what a box sends is read, none put aside.

An order that is parked is not lost, so that no test of loss would notice.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hub_core.ports import Channel
from tests.harness import PLUGINS, bench

BOXES = {
    "douyin-laike": "sandboxes.douyin_laike.switches",
    "taobao": "sandboxes.taobao.switches",
    "jd": "sandboxes.jd.switches",
    "pinduoduo": "sandboxes.pinduoduo.switches",
}


def positions(channel: str) -> list[tuple[str, str]]:
    """Every position of every switch but the first, which is the default."""
    tables = [
        table
        for name, table in vars(import_module(BOXES[channel])).items()
        if name.isupper() and isinstance(table, dict)
    ]
    (table,) = tables
    return [(name, word) for name, words in table.items() for word in words[1:]]


CASES = [(channel, *position) for channel in BOXES for position in positions(channel)]


@pytest.mark.parametrize(("channel", "switch", "position"), CASES)
def test_every_position_of_every_switch_is_read(
    channel: str, switch: str, position: str, tmp_path: Path
) -> None:
    how: dict[str, Any] = {"poison": 0.0, "switches": {switch: position}}
    with bench(channel, tmp_path, orders=12, **how) as one:
        one.platform.clock.advance(400)
        outcomes = one.hub.sync()
        account = one.platform.accounts()[0]
        assert [o.error for o in outcomes] == [None] * len(outcomes)
        assert [(p.external_id, p.reason) for p in one.hub.parked(account.name)] == []
        assert one.lost(account) == []


def test_every_channel_with_a_box_is_here() -> None:
    known: list[Channel] = [PLUGINS.channel(name) for name in BOXES]
    assert {channel.id for channel in known} == set(BOXES)
