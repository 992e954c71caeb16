"""An operation says `simulated` exactly when it has been answered by its sandbox here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hub_core.wire import pick
from tests.harness import PLUGINS, Bench, bench

Seen = set[tuple[str, str, str]]


def answered(one: Bench) -> Seen:
    """(name, endpoint, shape) of every call that was answered well."""
    return {
        (e.call, e.endpoint, e.shape) for e in one.hub.journal(outcome="ok", limit=10_000)
    }


def use(one: Bench) -> Seen:
    """Everything a hub does with a shop: lists, details, a token that has ended."""
    one.hub.sync()
    shop = one.hub.shops()[0]
    line = one.hub.lines.open(shop)
    source = one.hub.plugins.orders(shop.channel, line)
    for truth in one.platform.truth(shop.external_id):
        source.record(truth.external_id)
        note(one, line)
    one.platform.expire_token(shop.external_id)  # type: ignore[attr-defined]
    one.platform.churn(5)
    one.platform.clock.advance(900)
    one.hub.sync()
    return answered(one) | one_more(one)


_noted: dict[int, Seen] = {}


def note(one: Bench, line: Any) -> None:
    if line.last is not None and line.last.outcome == "ok":
        entry = (line.last.call, line.last.endpoint, line.last.shape)
        _noted.setdefault(id(one), set()).add(entry)


def one_more(one: Bench) -> Seen:
    return _noted.pop(id(one), set())


def scroll(one: Bench, area: str) -> Seen:
    """Laike's paging by cursor, which the window walk does without."""
    shop = one.hub.shops()[0]
    line = one.hub.lines.open(shop)
    call = pick("adapters.douyin_laike", area).SCROLL
    page = line.send(call, account_id=shop.external_id, page_size=5)
    assert page.items
    note(one, line)
    return one_more(one)


@contextmanager
def laike(folder: Path, pins: dict[str, int], **settings: str) -> Iterator[Bench]:
    with bench(
        "douyin-laike", folder, orders=25, settings=[settings],
        channel_settings={"pins": pins},
    ) as one:  # fmt: skip
        yield one


def laike_calls(folder: Path) -> Seen:
    seen: Seen = set()
    with laike(folder, {"orders": 1}, shape="2022") as one:
        seen |= use(one)
    with laike(folder, {}) as one:
        seen |= use(one) | scroll(one, "orders")
    with laike(folder, {}, business="catering") as one:
        seen |= use(one) | scroll(one, "orders_catering")
    return seen


def taobao_calls(folder: Path) -> Seen:
    seen: Seen = set()
    ways: list[dict[str, Any]] = [{"pins": {"orders": 1}}, {"facts": {"refresh_by": "top"}}]
    for way in ways:
        with bench("taobao", folder, orders=25, channel_settings=way) as one:
            seen |= use(one)
    return seen


def jd_calls(folder: Path) -> Seen:
    seen: Seen = set()
    for pins in ({}, {"orders": 1}):
        with bench("jd", folder, orders=60, channel_settings={"pins": pins}) as one:
            seen |= use(one)
    return seen


CALLS = {"douyin-laike": laike_calls, "taobao": taobao_calls, "jd": jd_calls}


@pytest.mark.parametrize("channel", sorted(CALLS))
def test_simulated_means_answered_by_the_sandbox(channel: str, tmp_path: Path) -> None:
    seen = CALLS[channel](tmp_path)
    operations = PLUGINS.operations(channel)

    said = {(o.name, o.endpoint, o.shape) for o in operations if o.status == "simulated"}

    assert said == seen
    assert {o.status for o in operations} <= {"documented", "simulated"}
