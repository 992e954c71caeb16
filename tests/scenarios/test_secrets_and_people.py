"""S18, S19: planted secrets and people are in nothing shown, logged or left in clear.

A proxy between the box and the hub plants them in every good answer, under the fields the
platform itself uses, and in every error, half answer and page of markup it makes up.
"""

from __future__ import annotations

import itertools
import json
import logging
import re
import sqlite3
import traceback
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hub_core.client import httpx
from hub_core.errors import HubError
from hub_core.hub import Hub
from hub_core.sandbox import Platform
from hub_core.testing.bridge import platform_transport
from tests.scenarios.served import Served, served

NAMES = ("阮青禾", "欧阳紫萱")
PHONES = (
    "17000004321",
    "+86 170 0000 4321",
    "１７００００４３２１９",
    "＋８６１７００００４３２１８",
    "170-0000-4327",
    "0571-88884321",
)
ADDRESSES = ("无名路7号海棠苑3幢", "未名街道99弄")
NOTES = ("生日惊喜请写贺卡给小禾", "门锁密码是0417请放鞋柜")
PLANTS: Mapping[str, tuple[str, ...]] = (
    dict.fromkeys(("name", "receiver_name", "fullname", "userName", "buyer_nick"), NAMES)
    | dict.fromkeys(("phone", "receiver_phone", "receiver_mobile", "mobile"), PHONES)
    | {"telephone": PHONES}
    | dict.fromkeys(
        ("location_address", "receiver_address", "fullAddress", "address"), ADDRESSES
    )
    | dict.fromkeys(
        ("remark", "buyer_message", "seller_memo", "orderRemark", "venderRemark"), NOTES
    )
    | {"receiver_name_mask": NAMES, "receiver_phone_mask": PHONES}
    | dict.fromkeys(("address_mask", "receiver_address_mask"), ADDRESSES)
    | {"buyer_memo": NOTES}
)
PROSE = re.compile(r"msg|desc|message|err(or)?_?(msg|code)?$", re.IGNORECASE)
WORDS = (*NAMES, *PHONES, *ADDRESSES, *NOTES)
CHANNELS = ("douyin-laike", "taobao", "jd", "pinduoduo")
CLEAR: Mapping[str, Mapping[str, Any]] = {
    "taobao": {"privacy": "clear"},
    # Not 52102, after which an operation is left alone for ten minutes.
    "pinduoduo": {"privacy": "plain", "switches": {"busy": "50002"}},
}
"""Boxes whose receivers are as clear as they can be."""
SHOWN = (
    ("journal", "--json"),
    ("journal",),
    ("parked", "list", "--json"),
    ("orders", "list", "--json"),
    ("orders", "list"),
    ("coverage", "--json"),
    ("changes", "--json"),
    ("shop", "list", "--json"),
    ("plugins", "--json"),
    ("export", "orders"),
)


class Planting(httpx.BaseTransport):
    """The box behind a proxy that plants people, and now and then an answer of its own."""

    box: Platform

    def __init__(self, secrets: list[str]) -> None:
        self.secrets, self.planted = secrets, 0
        self._turn: dict[str, Iterator[str]] = {
            k: itertools.cycle(v) for k, v in PLANTS.items()
        }
        self._calls = itertools.count(1)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        good = platform_transport(self.box).handle_request(request)
        value = json.loads(good.read())
        self._learn(value)
        whole = json.dumps(self._with_people(value), ensure_ascii=False).encode()
        body = self._spoilt(next(self._calls), whole)
        headers = {k: v for k, v in good.headers.items() if k in ("date", "content-type")}
        return httpx.Response(
            good.status_code, headers=headers, stream=httpx.ByteStream(body)
        )

    def _learn(self, value: Any) -> None:
        """Tokens the platform gives out are secrets too."""
        for key, inner in _pairs(value):
            if key in ("access_token", "refresh_token") and isinstance(inner, str):
                self.secrets.append(inner)

    def _with_people(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: self._with_people(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self._with_people(v, key) for v in value]
        if isinstance(value, str) and key in self._turn:
            self.planted += 1
            return next(self._turn[key])
        return value

    def _spoilt(self, number: int, whole: bytes) -> bytes:
        said = (
            f"收货人：{NAMES[0]}，电话{PHONES[number % 6]}，access_token={self.secrets[-1]}"
        )
        match number % 9:
            case 2:
                return whole[: int(len(whole) * 0.6)]
            case 4:
                page = f"<html><title>拦截</title><p>{said}，{ADDRESSES[0]}</p></html>"
                return page.encode()
            case 6:
                return self._refusal(said)
            case 8:
                return f"busy: {said} {NOTES[0]} {self.secrets[0]}".encode()
            case _:
                return whole

    def _refusal(self, said: str) -> bytes:
        """One of the platform's own, whose words quote a buyer and a token."""

        def quoting(value: Any, key: str = "") -> Any:
            if isinstance(value, dict):
                return {k: quoting(v, k) for k, v in value.items()}
            told = isinstance(value, str) and PROSE.search(key)
            return f"{value}：{said}" if told else value

        value = quoting(json.loads(self.box.error("busy").body))
        return json.dumps(value, ensure_ascii=False).encode()


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pairs(inner)


def secrets_of(made: Served) -> list[str]:
    found = []
    for account in made.platform.accounts():
        found += [account.app_secret, account.access_token, account.refresh_token]
    return [one for one in found if one]


def hits(shown: Mapping[str, str | bytes], secrets: list[str]) -> list[str]:
    """Where a canary is, and which: nowhere, if all is well."""
    wrong = []
    for place, told in shown.items():
        raw = told if isinstance(told, bytes) else told.encode()
        wrong += [f"{place}: {w}" for w in (*WORDS, *secrets) if w.encode() in raw]
    return wrong


@pytest.mark.sqlite("its files are searched")
@pytest.mark.parametrize("channel", CHANNELS)
def test_s18_s19_no_canary_is_shown_logged_or_left_in_clear(
    channel: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    more = CLEAR.get(channel, {})
    with served(channel, tmp_path, seed=19, orders=25, poison=0.15, **more) as made:
        planting = Planting(secrets_of(made))
        planting.box = made.platform
        shown: dict[str, str | bytes] = {}
        with made.hub(transports=lambda channel: planting) as hub:
            shown |= lived_through(hub, made)
            shown |= {f"file {p.name} while open": p.read_bytes() for p in files(made)}
            assert any(p.name.endswith("-wal") for p in files(made))
            an_order = hub.orders(limit=1)[0].uid
            assert_sealed_but_there(hub, an_order)
        commands = [*SHOWN, ("orders", "show", an_order, "--explain", "--json")]
        going = [made.start(*words) for words in commands]
        for words, one in zip(commands, going, strict=True):
            out, err = one.communicate(timeout=120)
            assert out, (words, err)
            shown["hub " + " ".join(words)] = out + err
        shown |= {f"file {p.name}": p.read_bytes() for p in files(made)}
        with closing(sqlite3.connect(made.file)) as raw:
            shown["dump"] = "\n".join(raw.iterdump())
    shown["log"] = caplog.text + "".join(str(r.args) for r in caplog.records)
    assert planting.planted > 50, "the canaries were never there"
    assert hits(shown, planting.secrets) == []


def lived_through(hub: Hub, made: Served) -> dict[str, str]:
    """Everything a hub does with a shop, and all it has to say of it."""
    errors: list[HubError] = []
    for _ in range(6):
        outcomes = hub.sync() + hub.heal() + hub.retry_parked()
        errors += [o.error for o in outcomes if o.error]
        made.platform.churn(5)
    assert hub.orders(limit=1), "nothing could be read at all"
    traces = ["".join(traceback.format_exception(e)) for e in errors]
    return {
        "errors": "\n".join(f"{e} {e!r} {e.args}" for e in errors) + "\n".join(traces),
        "journal": repr(hub.journal(limit=10_000)),
        "parked": repr(hub.parked(resolved=True)),
        "incidents": repr(hub.incidents()),
        "coverage": repr(hub.coverage()),
        "orders": repr(hub.orders(limit=1000))
        + repr([o.as_dict() for o in hub.each_order()]),
        "changes": repr(hub.changes(limit=1000)),
        "hub": repr([hub, hub.settings, hub.store, hub.lines]),
    }


def assert_sealed_but_there(hub: Hub, uid: str) -> None:
    """Control: what is searched for was read and is kept, behind the key."""
    kept = json.dumps([r.body for r in hub.explain(uid)["raw"]], ensure_ascii=False)
    assert any(word in kept for word in WORDS)


def files(made: Served) -> list[Path]:
    return sorted(made.folder.glob("hub.db*"))


def test_s18_s19_no_plain_column_of_postgresql_holds_a_canary(tmp_path: Path) -> None:
    from tests.store import postgres

    url = postgres.fresh()
    try:
        with served(
            "taobao",
            tmp_path,
            database=url,
            seed=19,
            orders=25,
            poison=0.15,
            privacy="clear",
        ) as made:
            planting = Planting(secrets_of(made))
            planting.box = made.platform
            with made.hub(transports=lambda channel: planting) as hub:
                lived_through(hub, made)
                dump = plain_columns(hub)
        assert "WAIT" in dump
        assert hits({"columns": dump}, planting.secrets) == []
    finally:
        postgres.drop(url)


def plain_columns(hub: Hub) -> str:
    with hub.store.reading() as connection:
        tables = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()
        return "\n".join(
            str(row)
            for t in tables
            for row in connection.execute(text(f'SELECT * FROM "{t}"'))
        )
