"""A list whose pages its source cannot ask for is refused by name, not read wrongly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from hub_core.errors import Misconfigured
from hub_core.ports import Paging, Source, Stream, Window
from hub_core.wire import Page
from tests.harness import bench


@dataclass(frozen=True)
class ByCursor:
    """A channel's orders, as if its platform handed out where the next page begins."""

    real: Source

    @property
    def streams(self) -> tuple[Stream, ...]:
        return tuple(replace(s, paging=Paging.OPAQUE_CURSOR) for s in self.real.streams)

    def probe(self, stream: Stream, window: Window) -> Page:
        return self.real.probe(stream, window)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        return self.real.page(stream, window, number, count=count)

    def record(self, external_id: str) -> Any:
        return self.real.record(external_id)


def test_a_stream_paged_by_cursors_takes_a_source_that_knows_them(tmp_path: Path) -> None:
    with bench("jd", tmp_path) as made:
        (account,) = made.platform.accounts()
        shop = made.hub.shop(account.name)
        real = made.hub.plugins.orders("jd", made.hub.lines.open(shop))
        found = made.hub.pull.streams(shop, {"orders": real}, ())
        assert [one.stream.name for one in found] == ["orders", "unpaid"]
        with pytest.raises(Misconfigured, match="jd: orders is paged by opaque cursors"):
            made.hub.pull.streams(shop, {"orders": ByCursor(real)}, ())
