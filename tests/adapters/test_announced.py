"""Where each platform's gateway stands, and what of a shop its plugin has to be told.

Hosts are those of the platforms' documents (channel papers, §1 or §2 of each).
"""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.adapters.goldens import CHANNELS

ANNOUNCED = {
    "douyin_laike": (
        "douyin-laike",
        "https://open.douyin.com",
        {"account_id", "root_account_id"},
    ),
    "jd": ("jd", "https://api.jd.com", set()),
    "pinduoduo": ("pinduoduo", "https://gw-api.pinduoduo.com", set()),
    "taobao": ("taobao", "https://eco.taobao.com", {"nick"}),
}


@pytest.mark.parametrize("folder", CHANNELS)
def test_a_channel_is_announced_by_its_name_and_its_gateway(folder: str) -> None:
    channel = import_module(f"connectors.{folder}").hub_channel()
    told = (channel.id, channel.base_url, set(channel.account_fields))
    assert told == ANNOUNCED[folder]
