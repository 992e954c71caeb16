"""`hub init` and `hub shop`: from nothing to shops that can be read."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub_core.settings import Settings
from tests.cli.world import Said, World, boxed, hub

TOKEN = "6200-planted-token-7700"
HEAD = "name,channel,external_id,app,company,group,start,token_env"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[World]:
    """Apps of two channels, no shop; nothing is asked of the boxes."""
    with boxed(tmp_path, "taobao", "jd", orders=0) as made:
        yield made


def add(world: World, name: str, *words: object, **over: str) -> Said:
    told = {"channel": "jd", "id": "10622317", "app": "AK0001", **over}
    options = [f"--{k}={v}" for k, v in told.items()]
    return world.hub("shop", "add", name, *options, *words)


def rows(world: World, text: str, *words: object, encoding: str = "utf-8") -> Said:
    path = world.folder / "shops.csv"
    path.write_bytes(text.encode(encoding))
    return world.hub("shop", "add", "--from", path, *words)


# One shop -------------------------------------------------------------------------------


def test_a_shop_is_added_and_listed(fresh: World) -> None:
    said = add(fresh, "旗舰店", "--company=甲公司", "--group=华东", "--since=2026-11-01")
    (shop,) = fresh.hub("shop", "list", "--json").json

    assert said.code == 0
    assert "hub sync 旗舰店" in said.out
    assert (shop["name"], shop["company"], shop["group"]) == ("旗舰店", "甲公司", "华东")
    assert (shop["external_id"], shop["state"]) == ("10622317", "active")
    assert shop["start"] == "2026-11-01 00:00"
    assert "旗舰店" in fresh.hub("shop", "list").out


def test_a_shop_whose_token_cannot_be_kept_is_not_added(
    fresh: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its app's secret is missing: once it is there the same command has to work."""
    monkeypatch.setenv("MY_TOKEN", TOKEN)
    whole = fresh.config.read_text("utf-8")
    secret = re.compile(r'app_secret = "file:[^"]*"')
    fresh.config.write_text(secret.sub('app_secret = "env:NOT_SET_YET"', whole), "utf-8")
    refused = add(fresh, "a", "--token-env", "MY_TOKEN")
    assert refused.code == 2
    assert "NOT_SET_YET" in refused.err
    assert fresh.hub("shop", "list", "--json").json == []
    fresh.config.write_text(whole, "utf-8")
    assert add(fresh, "a", "--token-env", "MY_TOKEN").code == 0


def test_a_token_comes_from_the_environment_and_is_never_shown(
    fresh: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", TOKEN)
    said = [
        add(fresh, "a", "--token-env", "MY_TOKEN", "--json"),
        fresh.hub("shop", "token", "a", "--token-env", "MY_TOKEN", "--json"),
        fresh.hub("shop", "list", "--json"),
    ]

    assert [s.code for s in said] == [0, 0, 0]
    assert not any(TOKEN in s.out + s.err for s in said)
    assert TOKEN.encode() not in (fresh.folder / "hub.db").read_bytes()
    assert said[1].json == {"shop": "a", "expires_in": None}


@pytest.mark.parametrize(
    ("over", "words", "told"),
    [
        ({"channel": "ebay"}, (), "there are: douyin-laike, jd, pinduoduo, taobao"),
        ({"app": "nope"}, (), "add it, or use one of"),
        ({"app": "12345678"}, (), "is for taobao, not jd"),
        ({}, ("--account", "nonsense=1"), "it has: none"),
        ({}, ("--account", "nonsense"), "name=value"),
        ({}, ("--since", "soon"), "2026-11-20"),
        ({}, ("--token-env", "NOT_SET"), "NOT_SET is empty or not set"),
        ({}, ("--refresh-token-env", "NOT_SET"), "give the token too"),
        ({"id": "1.06E+7"}, (), "rounded by a spreadsheet"),
    ],
)
def test_a_shop_that_could_not_be_read_is_refused(
    fresh: World, over: dict[str, str], words: tuple[str, ...], told: str
) -> None:
    said = add(fresh, "x", *words, **over)

    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert fresh.hub("shop", "list", "--json").json == []


def test_a_second_shop_of_one_account_is_refused(fresh: World) -> None:
    add(fresh, "one")

    assert add(fresh, "two").code == 2
    assert add(fresh, "one", id="9").code == 2


def test_missing_words_are_named(fresh: World) -> None:
    said = fresh.hub("shop", "add", "x")

    assert said.code == 2
    assert "--channel, --id and --app" in said.err


def test_what_never_stopped_is_not_resumed_and_says_so(fresh: World) -> None:
    add(fresh, "a")
    said = fresh.hub("shop", "resume", "a")
    assert (said.code, said.out) == (0, "a: had not stopped; next: hub sync a\n")
    assert fresh.hub("shop", "resume", "a", "--json").json == [
        {"shop": "a", "had_stopped": False}
    ]
    assert fresh.hub("shop", "resume", "b").code == 2


def test_a_token_for_no_shop_names_those_there_are(fresh: World) -> None:
    add(fresh, "one")
    said = fresh.hub("shop", "token", "two", "--token-env", "PATH")

    assert said.code == 2
    assert "one" in said.err


# Many -----------------------------------------------------------------------------------

GOOD = f"{HEAD}\n一店,jd,1,AK0001,甲公司,华东,2026-11-01,\n二店,taobao,2,12345678,,,,T\n"
BAD = (
    f"{HEAD}\n"
    "a,jd,1,AK0001,,,,\n"  # 2
    "b,jd,1,AK0001,,,,\n"  # 3: the same account again
    "a,jd,2,AK0001,,,,\n"  # 4: the same name again
    ",jd,3,AK0001,,,,\n"
    "c,ebay,3,AK0001,,,,\n"
    "d,jd,1.2E+18,AK0001,,,,\n"
    "e,jd,3,AK0001,,,2026-99-99,\n"
    "f,jd,3,AK0001,,,,NOT_SET\n"
    "g,jd,3,AK0001,,,,\n"  # 10
)
WHY = {
    3: "in a row above", 4: "in a row above", 5: "name", 6: "ebay", 7: "spreadsheet",
    8: "2026-99-99", 9: "NOT_SET",
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_as_excel_saves_it(
    fresh: World, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("T", TOKEN)
    said = rows(fresh, GOOD, "--json", encoding=encoding)

    assert (said.code, [s["result"] for s in said.json["shops"]]) == (0, ["added"] * 2)
    names = [s["name"] for s in fresh.hub("shop", "list", "--json").json]
    assert sorted(names) == ["一店", "二店"]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_marks_between_columns_are_seen(
    fresh: World, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("T", TOKEN)

    assert rows(fresh, GOOD.replace(",", mark)).code == 0


def test_a_dry_run_tells_every_rows_fault_and_adds_nothing(fresh: World) -> None:
    said = rows(fresh, BAD, "--dry-run", "--json")
    told = {s["row"]: s["error"] for s in said.json["shops"]}

    assert (said.code, said.json["dry_run"]) == (1, True)
    assert {row for row, error in told.items() if error is None} == {2, 10}
    assert all(why in told[row] for row, why in WHY.items())
    assert "7 of 9 rows refused" in said.err
    assert fresh.hub("shop", "list", "--json").json == []


def test_good_rows_are_added_though_others_are_refused(fresh: World) -> None:
    dry = rows(fresh, BAD, "--dry-run", "--json").json["shops"]
    said = rows(fresh, BAD, "--json")

    assert said.code == 1
    assert [s["error"] for s in said.json["shops"]] == [s["error"] for s in dry]
    assert [s["name"] for s in fresh.hub("shop", "list", "--json").json] == ["a", "g"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "no rows"),
        (HEAD.encode(), "no rows"),
        (b"PK\x03\x04....", "is a workbook"),
        (b"\x81\xff\xff\x00\xfe", "neither UTF-8 nor GB18030"),
    ],
)
def test_a_file_that_is_no_csv_says_so(fresh: World, body: bytes, told: str) -> None:
    path = fresh.folder / "shops.csv"
    path.write_bytes(body)
    said = fresh.hub("shop", "add", "--from", path)

    assert said.code == 2
    assert told in said.err


def test_columns_of_another_file_are_refused_row_by_row(fresh: World) -> None:
    said = rows(fresh, "foo,bar\n1,2\n", "--json")

    assert said.code == 1
    assert "name is empty or not there" in said.json["shops"][0]["error"]


# The settings file ----------------------------------------------------------------------


def test_init_writes_settings_that_can_be_read(tmp_path: Path) -> None:
    config = tmp_path / "new" / "plugins.toml"
    said = hub("--config", config, "init", "--app", "erp=taobao:123", "--json")
    settings = Settings.load(config)

    assert (said.code, said.json["settings"]) == (0, str(config))
    assert settings.app("erp").app_key == "123"
    assert settings.app("erp").secret_reference == "env:ERP_SECRET"
    assert any("export ERP_SECRET=" in command for command in said.json["next"])
    assert any("shop add" in command for command in said.json["next"])


def test_init_without_an_app_shows_one_of_each_channel(tmp_path: Path) -> None:
    config = tmp_path / "plugins.toml"
    said = hub("--config", config, "init")
    text = config.read_text("utf-8")

    assert said.code == 0
    assert Settings.load(config).apps == {}
    uncommented = [line.removeprefix("# ") for line in text.splitlines()[4:]]
    config.write_text("\n".join(uncommented), "utf-8")
    assert set(Settings.load(config).apps) == {"douyin-laike", "jd", "pinduoduo", "taobao"}


def test_init_never_writes_over_a_file(tmp_path: Path) -> None:
    config = tmp_path / "plugins.toml"
    config.write_text("# mine\n")
    said = hub("--config", config, "init")

    assert said.code == 2
    assert "is there already" in said.err
    assert config.read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--app", "erp"), "NAME=CHANNEL:KEY"),
        (("--app", "erp=ebay:1"), "there are"),
        (("--app", "e p=jd:1"), "letters, digits"),
        (("--sandbox", "jd"), "CHANNEL=http"),
        (("--sandbox", "ebay=http://127.0.0.1:9"), "there are"),
        (("--sandbox", "jd=http://127.0.0.1:9"), "hub sandbox serve jd"),
        (("--sandbox", "jd=http://127.0.0.1:9", "--app", "a=jd:1"), "stay apart"),
    ],
)
def test_init_refuses_what_it_cannot_write(
    tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    said = hub("--config", tmp_path / "p.toml", "init", *words)

    assert said.code == 2
    assert told in said.err
    assert not (tmp_path / "p.toml").exists()


def test_init_with_a_box_is_ready_to_read(fresh: World, tmp_path: Path) -> None:
    config = tmp_path / "other" / "plugins.toml"
    boxes = [f"--sandbox={channel}={url}" for channel, url in fresh.urls.items()]
    said = hub("--config", config, "init", *boxes, "--json")
    checks = hub("--config", config, "doctor", "--json").json

    assert said.code == 0
    assert len(said.json["shops"]) == 2
    assert checks["ok"] is True
    assert [c for c in checks["checks"] if c["name"].startswith("app")] != []
    assert (config.parent / "master.key").stat().st_mode & 0o077 == 0


def test_made_up_shops_never_go_to_the_database_of_the_environment(
    fresh: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANNEL_HUB_DATABASE", "sqlite:///real.db")
    said = hub("--config", tmp_path / "o.toml", "init", f"--sandbox=jd={fresh.urls['jd']}")

    assert said.code == 2
    assert "unset CHANNEL_HUB_DATABASE" in said.err


def test_json_is_all_that_stands_on_standard_output(fresh: World) -> None:
    said: list[Any] = [
        json.loads(fresh.hub(*words, "--json").out)
        for words in (("shop", "list"), ("plugins",), ("db", "upgrade"), ("doctor",))
    ]

    assert len(said) == 4


def test_the_table_of_many_rows_can_be_read_as_columns(fresh: World) -> None:
    out = rows(fresh, BAD, "--dry-run").out
    first = next(csv.reader(io.StringIO(out.splitlines()[0]), delimiter=" "))

    assert [word for word in first if word] == ["row", "name", "result", "error"]
