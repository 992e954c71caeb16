"""What holds for an app, a shop and a stream: the nearer table over the wider one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from hub_core.errors import Misconfigured
from hub_core.ports import Channel, Limit, Paging, Stream
from hub_core.settings import Settings
from hub_core.wire import Dialect

SECRET = "planted-app-secret"
TABLES: dict[str, Any] = {
    "hub": {"proxy": "http://proxy.example:3128"},
    "apps": {
        "main": {
            "channel": "jd",
            "app_key": "k1",
            "app_secret": "env:JD_SECRET",
            "facts": {"total": "capped"},
            "options": {"sign_method": "md5"},
            "attempts": 2,
            "limits": [{"calls": 7, "seconds": 1, "prefix": "orders."}],
        },
        "second": {
            "channel": "jd",
            "app_key": "k2",
            "app_secret": "file:second.txt",
            "proxy": "direct",
        },
    },
    "channels": {
        "jd": {
            "base_url": "http://127.0.0.1:9000",
            "facts": {"total": "lagging", "ends": "open"},
            "attempts": 4,
            "deadline_seconds": 30,
            "pins": {"orders": 1, "tokens": 1},
            "off": ["unpaid"],
            "streams": {"orders": {"page_size": 20, "settle_lag_seconds": 600}},
        }
    },
    "shops": {
        "west": {
            "pins": {"orders": 2},
            "off": ["late"],
            "settings": {"kind": "goods"},
            "streams": {"orders": {"settle_lag_seconds": 60, "reread_hours": 0}},
        }
    },
}
JD = Channel(
    id="jd",
    title="京东",
    base_url="https://platform.example",
    dialect=cast("Dialect", None),
    adapters="nowhere",
    limits=(Limit(50, 1), Limit(5, 1, "orders."), Limit(900, 60, "orders.", "shop")),
    facts={"total": "exact", "ends": "closed", "ties": "stable"},
)
ORDERS = Stream(
    name="orders",
    paging=Paging.REVERSE_OFFSET,
    order="modified desc",
    max_window=timedelta(hours=24),
    settle_lag=timedelta(minutes=5),
    overlap=timedelta(minutes=1),
    page_size=100,
)


@pytest.fixture
def settings() -> Settings:
    return Settings.of(TABLES)


def test_an_app_stands_over_its_channel_and_the_channel_over_the_hub(
    settings: Settings,
) -> None:
    main, second = settings.app("main"), settings.app("second")

    assert (main.attempts, second.attempts) == (2, 4)
    assert (main.deadline_seconds, main.base_url) == (30, "http://127.0.0.1:9000")
    assert (main.proxy, second.proxy) == ("http://proxy.example:3128", None)
    assert main.options == {"sign_method": "md5"}
    assert settings.apps_of("jd") == ["main", "second"]


def test_an_app_that_is_not_there_is_answered_with_those_that_are(
    settings: Settings,
) -> None:
    with pytest.raises(Misconfigured, match=r"no \[apps.x\].*main, second"):
        settings.app("x")


def test_a_secret_is_fetched_when_it_is_used(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = settings.app("main")
    monkeypatch.setenv("JD_SECRET", SECRET)

    assert app.secret().get_secret_value() == SECRET
    assert SECRET not in repr(app.secret()) + repr(app) + repr(settings)


def test_a_secret_that_is_not_there_is_named_by_its_place(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JD_SECRET", raising=False)

    with pytest.raises(Misconfigured, match="env:JD_SECRET: nothing is there"):
        settings.app("main").secret()


def test_a_secret_file_is_found_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "second.txt").write_text(SECRET + "\n")
    app = Settings.of(TABLES, tmp_path / "plugins.toml").app("second")

    assert app.secret().get_secret_value() == SECRET


def test_a_secret_file_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    app = Settings.of(TABLES, tmp_path / "plugins.toml").app("second")

    with pytest.raises(Misconfigured, match=r"second.txt cannot be read"):
        app.secret()


def test_a_limit_set_replaces_the_channels_for_its_prefix_and_sharer(
    settings: Settings,
) -> None:
    assert set(settings.limits("main", JD)) == {
        Limit(50, 1),
        Limit(7, 1, "orders."),
        Limit(900, 60, "orders.", "shop"),
    }
    assert settings.limits("second", JD) == JD.limits


def test_facts_are_the_channels_but_where_configured(settings: Settings) -> None:
    assert settings.facts("main", JD) == {
        "total": "capped",
        "ends": "open",
        "ties": "stable",
    }


def test_a_fact_the_channel_does_not_have_is_refused() -> None:
    channels = {"jd": {"facts": {"totl": "exact"}}}
    settings = Settings.of({**TABLES, "channels": channels})

    with pytest.raises(Misconfigured, match="jd has no fact totl; it has: total, ends"):
        settings.facts("main", JD)


def test_a_stream_takes_the_shops_setting_over_the_channels(settings: Settings) -> None:
    channel, west = settings.stream("jd", ORDERS), settings.stream("jd", ORDERS, "west")

    assert (channel.page_size, channel.settle_lag) == (20, timedelta(minutes=10))
    assert (west.page_size, west.settle_lag) == (20, timedelta(minutes=1))
    assert (channel.reread_every, west.reread_every) == (timedelta(hours=6), None)
    assert (west.overlap, west.max_window) == (ORDERS.overlap, ORDERS.max_window)


@pytest.mark.parametrize("table", ["channels.jd", "shops.east"])
def test_no_window_is_longer_than_the_platform_answers_for(table: str) -> None:
    part, name = table.split(".")

    def wide(hours: float) -> Settings:
        return Settings.of(
            {part: {name: {"streams": {"orders": {"max_window_hours": hours}}}}}
        )

    assert wide(24).stream("jd", ORDERS, "east") == ORDERS
    with pytest.raises(Misconfigured, match=r"longer than the 24 that one query") as told:
        wide(24.5).stream("jd", ORDERS, "east")
    assert f"[{table}] streams.orders.max_window_hours: 24.5" in str(told.value)


def test_a_shop_is_held_to_the_platforms_limit_and_not_to_its_channels_setting() -> None:
    hours = [{"streams": {"orders": {"max_window_hours": n}}} for n in (1, 24)]
    settings = Settings.of({"channels": {"jd": hours[0]}, "shops": {"east": hours[1]}})

    assert settings.stream("jd", ORDERS).max_window == timedelta(hours=1)
    assert settings.stream("jd", ORDERS, "east").max_window == timedelta(hours=24)


def test_a_list_that_takes_no_time_has_no_longest_window() -> None:
    whole = replace(ORDERS, name="places", is_snapshot=True)
    wide = {"streams": {"places": {"max_window_hours": 999}}}

    assert Settings.of({"channels": {"jd": wide}}).stream("jd", whole).is_snapshot


def test_a_stream_nobody_configured_stays_as_it_is(settings: Settings) -> None:
    assert settings.stream("taobao", ORDERS, "east") == ORDERS


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"settle_lag_seconds": 0}, "settle_lag", timedelta(0)),
        ({"overlap_seconds": 0.5}, "overlap", timedelta(milliseconds=500)),
        ({"max_window_hours": 3}, "max_window", timedelta(hours=3)),
        ({"page_size": 1}, "page_size", 1),
        ({"look_back_days": 30}, "look_back", timedelta(days=30)),
        ({"reread_hours": 1}, "reread_every", timedelta(hours=1)),
    ],
)
def test_each_stream_setting_changes_that_one_thing(
    given: dict[str, Any], name: str, value: object
) -> None:
    settings = Settings.of({"channels": {"jd": {"streams": {"orders": given}}}})
    changed = settings.stream("jd", ORDERS)
    others = [f for f in Stream.__dataclass_fields__ if f != name]

    assert getattr(changed, name) == value != getattr(ORDERS, name)
    assert all(getattr(changed, f) == getattr(ORDERS, f) for f in others)


def test_a_shop_is_pinned_in_one_line(settings: Settings) -> None:
    assert settings.pins("jd", "west") == {"orders": 2, "tokens": 1}
    assert settings.pins("jd", "east") == {"orders": 1, "tokens": 1}
    assert settings.pins("taobao") == {}


def test_a_stream_is_off_where_channel_or_shop_say_so(settings: Settings) -> None:
    assert settings.off("jd", "west") == {"unpaid", "late"}
    assert settings.off("jd", "east") == {"unpaid"}


def test_a_shops_own_settings_reach_its_connector(settings: Settings) -> None:
    assert settings.shop_settings("west") == {"kind": "goods"}
    assert settings.shop_settings("east") == {}


def test_tables_for_nobody_are_named(settings: Settings) -> None:
    assert settings.strangers(["jd"], ["west"]) == []
    assert settings.strangers(["taobao"], []) == [
        "plugins.toml: [channels.jd] names no such channel",
        "plugins.toml: [shops.west] names no such shop",
        "plugins.toml: [apps.main] is for channel jd, which no plugin serves",
        "plugins.toml: [apps.second] is for channel jd, which no plugin serves",
    ]
