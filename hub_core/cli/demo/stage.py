"""The demo's stage: platforms in a box on loopback, a hub with a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from ...errors import Misconfigured
from ..boxes import add_account, app_tables, toml
from ..stopping import Stop

if TYPE_CHECKING:
    from ...hub import Hub
    from ...insight.forward_reader import ForwardReader
    from ...plugins import Plugins
    from ...sandbox import Account, Clock, Platform

KEY = "master.key"
HISTORY = timedelta(days=7)
OTHER_KINDS = ["products", "after_sales", "redemptions", "places"]
"""Read once at the end, not in each round."""
PAGE_SIZE = 25
"""Small, so that shops of this size have as many pages as large ones have in life."""
ERP = {"allow": ["127.0.0.1"], "ports": [443, 8700]}
"""Webhooks may go to somebody on this machine who tries them."""
SIZES = {
    "douyin-laike": (2, 700), "taobao": (2, 220), "jd": (2, 500), "pinduoduo": (1, 400),
}  # fmt: skip
"""Channel: how many shops, and how many orders each has at first."""
TELLING: dict[str, dict[str, Any]] = {
    "taobao": {"messages": True},
    "pinduoduo": {"pmc": True},
}
"""What has a box give messages of every shop."""
FACTS = {"pinduoduo": {"after_sales_states": "0"}}
SWITCHES = {"pinduoduo": {"every_case": "zero"}}
"""Whether a list of cases of every state can be asked for is not documented; the show has
the platform that can, for 25 lists in half hours are too many for a minute."""


@dataclass(slots=True)
class Show:
    """Everything the demo has set up."""

    hub: Hub
    opened: Callable[[list[str]], Hub]
    """A hub over the same store that leaves these kinds out."""
    clock: Clock
    begin: datetime
    folder: Path
    stop: Stop = field(default_factory=Stop)
    platforms: dict[str, Platform] = field(default_factory=dict)
    forward: dict[str, ForwardReader] = field(default_factory=dict)

    def read_everything(self) -> None:
        """From now on the hub reads every kind of record."""
        self.hub.close()
        self.hub = self.opened([])


@contextmanager
def stage(channels: list[str], seed: int, *, telling: bool = False) -> Iterator[Show]:
    """Boxes on loopback, a hub with a folder and a throwaway key of its own. `telling`:
    those that have messages for their apps give them."""
    from ...hub import Hub
    from ...plugins import load
    from ...sandbox import Clock
    from ...sandbox.server import running
    from ...settings import Settings, key_file
    from ...testing.bridge import VirtualClock

    plugins, clock = load(), Clock(running=True)
    if strange := [c for c in channels if c not in SIZES]:
        raise Misconfigured(f"the demo has no {strange[0]}; it has: {', '.join(SIZES)}")
    folder = Path(mkdtemp(prefix="channel-hub-demo-"))
    with _kept_when_whole(folder), ExitStack() as stack:
        boxes = {c: _box(plugins, c, clock, seed, telling) for c in channels}
        lines = {c: line for c, box in boxes.items() if telling and (line := _line(box))}
        urls = {c: stack.enter_context(running(box)) for c, box in boxes.items()}
        key = key_file(folder / KEY).key

        def opened(off: list[str]) -> Hub:
            return Hub.open(
                settings=Settings.load(_settings(boxes, urls, lines, folder, off)),
                plugins=plugins, database=_database(folder), key=key,
                clock=VirtualClock(clock), shared_limits=False,
            )  # fmt: skip

        begin = datetime.fromtimestamp(clock.now(), UTC) - HISTORY - timedelta(hours=1)
        show = Show(opened(OTHER_KINDS), opened, clock, begin, folder, platforms=boxes)
        stack.callback(lambda: show.hub.close())
        _add_shops(show)
        yield show


@contextmanager
def _kept_when_whole(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise


def _box(
    plugins: Plugins, channel: str, clock: Clock, seed: int, telling: bool
) -> Platform:
    shops, orders = SIZES[channel]
    how = TELLING.get(channel, {}) if telling else {}
    platform: Platform = plugins.sandbox(channel)(
        seed=seed, shops=shops, orders=orders, clock=clock, history=HISTORY,
        switches=SWITCHES.get(channel), **how,
    )  # fmt: skip
    return platform


def _line(box: Platform) -> dict[str, str]:
    """Where a box that speaks over a connection is heard; nothing for any other."""
    with suppress(ValueError):
        if there := box.door("listen", {}):
            return {"message_url": str(there["url"])}
    return {}


def _settings(
    boxes: dict[str, Platform],
    urls: dict[str, str],
    lines: dict[str, dict[str, str]],
    folder: Path,
    off: list[str],
) -> Path:
    """A settings file, so that the store can be looked at when the demo is over."""
    apps: dict[str, Any] = {}
    for channel, box in boxes.items():
        apps |= app_tables(channel, box.accounts(), urls[channel], folder)
    page = {"page_size": PAGE_SIZE}
    streams = {"orders": page, "unpaid": page}
    facts = {c: {**FACTS.get(c, {}), **lines.get(c, {})} for c in boxes}
    channels: dict[str, Any] = {
        c: {"streams": streams, "off": off, "facts": facts[c]} for c in boxes
    }
    hub = {"database": _database(folder), "key": f"file:{KEY}"}
    path = folder / "plugins.toml"
    tables = {"hub": hub, "outbound": ERP, "apps": apps, "channels": channels}
    path.write_text(toml(tables), "utf-8")
    return path


def _database(folder: Path) -> str:
    return f"sqlite:///{(folder / 'hub.db').as_posix()}"


def _add_shops(show: Show) -> None:
    from ...insight.forward_reader import ForwardReader

    for channel, account in accounts(show):
        shop = add_account(show.hub, channel, account, show.begin)
        source = show.hub.plugins.orders(channel, show.hub.lines.open(shop))
        same = [show.hub.settings.stream(channel, s) for s in source.streams]
        show.forward[account.name] = ForwardReader(source, same)


def accounts(show: Show) -> list[tuple[str, Account]]:
    """Every shop of every box, with its channel."""
    return [(c, a) for c, box in show.platforms.items() for a in box.accounts()]
