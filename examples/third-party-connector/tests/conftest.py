"""A hub over the shop in a box, without sockets and on the box's own time."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from hub_core.hub import Hub
from hub_core.testing.bridge import VirtualClock, platform_transport

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
SETTINGS = """
[apps.own]
channel = "own-shop"
app_key = "own"
app_secret = "env:OWN_SECRET"

[channels.own-shop.streams]
orders = { page_size = 10 }
after_sales = { page_size = 5 }
products = { page_size = 3 }
"""


@pytest.fixture
def hub_over(tmp_path, monkeypatch):
    """Opens a hub over a box, with the shop added; its pages are small."""

    @contextmanager
    def opened(box):
        (account,) = box.accounts()
        monkeypatch.setenv("OWN_SECRET", account.app_secret)
        (tmp_path / "plugins.toml").write_text(SETTINGS)
        with Hub.open(
            tmp_path / "plugins.toml",
            database="sqlite://",
            key=b"k" * 32,
            clock=VirtualClock(box.clock),
            transports=lambda channel: platform_transport(box),
        ) as hub:
            hub.add_shop(
                "shop",
                channel="own-shop",
                external_id=account.external_id,
                app="own",
                start_at=NOON - timedelta(days=2),
            )
            yield hub

    return opened
