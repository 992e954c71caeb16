"""One world of three channels per module: synced once, looked at by many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.world import World, boxed

CHANNELS = ("douyin-laike", "taobao", "jd")


@pytest.fixture(autouse=True, scope="session")
def _no_settings_of_mine() -> Iterator[None]:
    """What the developer's own environment says of hubs stays out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CONFIG", "DATABASE", "KEY", "KEY_FILE"):
            patch.delenv(f"CHANNEL_HUB_{name}", raising=False)
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop of each channel, read; nothing changes by itself."""
    with boxed(tmp_path_factory.mktemp("hub"), *CHANNELS) as made:
        for channel in CHANNELS:
            account = made.accounts(channel)[0]
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("SHOP_TOKEN", account.access_token or "")
                added = made.add_shop(account, channel)
            assert added.code == 0, added.err
        synced = made.hub("sync")
        assert synced.code == 0, synced.err
        yield made
