"""`hub record` and `hub sandbox diff`: shapes of answers that hold nobody's data."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_core.insight.shapes import Shape
from hub_core.insight.vocabulary import Vocabulary, vocabulary
from hub_core.plugins import load
from tests.cli.world import World, boxed, hub

SHOPS = {"douyin-laike": "沙箱商户1", "taobao": "沙箱旗舰店1", "jd": "沙箱京东店317"}
ALL = pytest.mark.parametrize("channel", SHOPS)


def known(channel: str) -> Vocabulary:
    plugins = load()
    sandbox = plugins.sandbox(channel).__module__.rpartition(".")[0]
    return vocabulary(plugins.channel(channel).adapters, sandbox)


# Nobody's data --------------------------------------------------------------------------

CANARIES = [
    *("13800138000", "1380013", "310101199001011234", "6201-token-7f3a"),
    *("zhangsan", "ZhangSan", "ZHANG_SAN", "wx_zhang_san_88", "zhang@example.com"),
    *("张三", "上海市人民大道1号", "请放门口"),
    *(13800138000, 310101199001011234, 1380),
]
FIELDS = [
    "status", "order_status", "refund_status", "type", "buyer_nick", "receiver_name",
    "receiver_state", "id", "created", "note", "trade_from", "phone",
]  # fmt: skip


def is_free_of(shape: Shape, canary: object) -> bool:
    return str(canary) not in json.dumps(shape.as_dict(), ensure_ascii=False)


@ALL
@pytest.mark.parametrize("canary", CANARIES, ids=str)
def test_no_planted_value_or_key_is_ever_written(channel: str, canary: Any) -> None:
    shape = Shape(known(channel))
    for name in FIELDS:
        shape.add({name: canary, "list": [canary, {name: [canary]}]})
        shape.add({str(canary): {name: canary}, name: {str(canary): canary}})
        shape.add({name: f"{canary},{canary}"})

    assert is_free_of(shape, canary)


secret_text = st.text(st.sampled_from(string.ascii_letters + string.digits + "张三_@*. "),
                      min_size=6, max_size=30).map(lambda text: f"q{text}xq")  # fmt: skip
secret = secret_text | st.integers(10**6, 10**18)
answer = st.recursive(
    secret | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | secret_text, inner, max_size=4)
    ),
    max_leaves=12,
)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from [] if key in FIELDS else [key]
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif value is not None and not isinstance(value, bool):
        yield value


TAOBAO = known("taobao")


@given(answer)
def test_whatever_the_answer_nothing_of_it_is_written(value: Any) -> None:
    shape = Shape(TAOBAO)
    shape.add(value)

    assert all(is_free_of(shape, leaf) for leaf in leaves(value))


@ALL
def test_a_recording_holds_no_text_of_the_orders_it_was_made_from(
    world: World, channel: str
) -> None:
    said = world.hub("record", SHOPS[channel])
    ids = [o["external_id"] for o in _orders(world, channel)]
    raw = world.hub("orders", "show", ids[0], "--raw", "--json").json["explain"]["raw"]
    texts = {t for r in raw for t in leaves(r["body"]) if isinstance(t, str) and len(t) > 3}

    assert said.code == 0
    assert not [i for i in ids if i in said.out]
    assert not [t for t in texts if not t.isascii() and t in said.out]
    for account in world.accounts(channel):
        for owned in (account.app_key, account.app_secret, account.access_token):
            assert not owned or owned not in said.out


def _orders(world: World, channel: str) -> list[dict[str, Any]]:
    said = world.hub("orders", "list", "--channel", channel, "--limit", "500", "--json")
    return list(said.json)


# What is written ------------------------------------------------------------------------


def test_a_recording_tells_paths_types_counts_and_forms(world: World) -> None:
    told = world.hub("record", SHOPS["taobao"]).json
    calls = {call["name"]: call for call in told["calls"]}
    trade = "$.trade_fullinfo_get_response.trade"
    paths = calls["orders.get"]["paths"]

    assert (told["kind"], told["channel"]) == ("channel-hub shapes", "taobao")
    assert set(calls) == {"orders.list", "orders.get"}
    assert calls["orders.get"]["answers"] == 1
    assert paths[f"{trade}.tid"]["types"] == {"integer": 1}
    assert paths[f"{trade}.tid_str"]["forms"] == {"digits(19)": 1}
    assert paths[f"{trade}.post_fee"]["forms"] == {"decimal(.2)": 1}
    assert paths[f"{trade}.created"]["forms"] == {"clock-text": 1}
    assert paths[f"{trade}.receiver_name"]["forms"] == {"masked-text": 1}
    assert min(paths[f"{trade}.status"]["forms"]).startswith("word ")
    assert all(seen["present"] <= seen["of"] for seen in paths.values())


def test_a_file_and_what_to_do_with_it(world: World, tmp_path: Path) -> None:
    path = tmp_path / "shapes.json"
    said = world.hub("record", SHOPS["jd"], "--stream", "unpaid", "--out", path)
    told = world.hub("record", SHOPS["jd"], "--out", path, "--json").json

    assert said.code == 0
    assert f"hub sandbox diff jd {path}" in said.out
    assert {call["call"] for call in told["calls"]} >= {"orders.list", "unpaid.list"}
    assert json.loads(path.read_text("utf-8"))["channel"] == "jd"


def test_a_name_that_no_code_spells_out_is_left_blank_unless_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with boxed(tmp_path, "jd", orders=20) as made:
        account = made.accounts("jd")[0]
        monkeypatch.setenv("SHOP_TOKEN", account.access_token or "")
        made.add_shop(account, "jd")
        before = made.hub("record", account.name).out
    blank = Shape(Vocabulary(frozenset({"data"}), frozenset()))
    blank.add({"data": {"carbon_label": 1, "data": 2}})
    named = Shape(Vocabulary(frozenset({"data"}), frozenset()).with_names(["carbonLabel"]))
    named.add({"data": {"carbon_label": 1}})

    assert "{?}" not in before  # the sandbox's own fields are documented ones
    assert set(blank.paths) == {"$", "$.data", "$.data.{?}", "$.data.data"}
    assert "$.data.carbon_label" in named.paths


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nobody",), SHOPS["jd"]),
        ((SHOPS["jd"], "--stream", "x"), "orders, unpaid"),
        ((SHOPS["jd"], "--out", "/nowhere/x.json"), "make it first"),
    ],
)
def test_what_cannot_be_recorded_is_wrong_use(
    world: World, words: tuple[str, ...], told: str
) -> None:
    said = world.hub("record", *words)

    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_a_stream_that_is_refused_is_named_and_ends_with_1(world: World) -> None:
    box = world.boxes["jd"]
    secret, before = world.folder / "AK0001.secret", box.accounts()[0].app_secret
    secret.write_text("not-it")
    try:
        said = world.hub("record", SHOPS["jd"])
    finally:
        secret.write_text(before)

    assert said.code == 1
    assert "nothing of the stream orders" in said.err


# Held against a box ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded(world: World) -> dict[str, Path]:
    """A recording of each channel's shop."""
    paths = {channel: world.folder / f"{channel}.json" for channel in SHOPS}
    for channel, path in paths.items():
        assert world.hub("record", SHOPS[channel], "--out", path).code == 0
    return paths


@ALL
def test_a_box_does_not_differ_from_itself(
    world: World, recorded: dict[str, Path], channel: str
) -> None:
    said = world.hub("sandbox", "diff", channel, recorded[channel], "--json")

    assert said.json["differences"] == []
    assert (said.code, said.json["ok"]) == (0, True)


def spoiled(path: Path, spoil: Any) -> Path:
    told = json.loads(path.read_text("utf-8"))
    spoil({call["name"]: call["paths"] for call in told["calls"]})
    other = path.with_name("spoiled.json")
    other.write_text(json.dumps(told), "utf-8")
    return other


def test_what_differs_in_presence_type_or_form_is_listed(
    world: World, recorded: dict[str, Path]
) -> None:
    trade = "$.trade_fullinfo_get_response.trade"
    seen = {"of": 1, "present": 1, "types": {"string": 1}, "forms": {"text": 1}}

    def spoil(calls: dict[str, Any]) -> None:
        paths = calls["orders.get"]
        paths[f"{trade}.new_thing"] = seen
        paths[f"{trade}.tid"] = {**seen, "forms": {"digits(19)": 1}}
        paths[f"{trade}.post_fee"] = {**seen, "forms": {"digits(4)": 1}}
        for other in calls["orders.list"].values():
            other["types"] = {kind: 60 * n for kind, n in other["types"].items()}
        del calls["orders.list"][
            next(p for p in calls["orders.list"] if p.endswith(".tid"))
        ]

    path = spoiled(recorded["taobao"], spoil)
    said = world.hub("sandbox", "diff", "taobao", path, "--json")
    found = {(d["path"].rpartition(".")[2], d["kind"]) for d in said.json["differences"]}

    assert said.code == 1
    assert found == {
        ("new_thing", "only recorded"), ("tid", "type"), ("post_fee", "form"),
        ("tid", "only in the box"),
    }  # fmt: skip
    assert "new_thing" in world.hub("sandbox", "diff", "taobao", path).out


def test_a_switch_or_another_kind_of_shop_shows(
    world: World, recorded: dict[str, Path]
) -> None:
    clear = world.hub(
        "sandbox", "diff", "taobao", recorded["taobao"], "--set", "privacy=clear", "--json"
    )
    kinds = {(d["path"].rpartition(".")[2], d["kind"]) for d in clear.json["differences"]}

    assert clear.code == 1
    assert ("receiver_mobile", "form") in kinds
    assert ("oaid", "only recorded") in kinds


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no JSON"),
        ("[]", "no recording"),
        ('{"kind": "channel-hub shapes", "version": 1, "channel": "jd"}', "damaged"),
        ('{"kind": "channel-hub shapes", "version": 1, "channel": "taobao", "calls": []}',
         "recorded on taobao, not jd"),
        ('{"kind": "channel-hub shapes", "version": 1, "channel": "jd", "calls": [{"name":'
         ' "a", "shape": "b", "answers": 1, "paths": {"$.x": {}}}]}', "damaged"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_recording_is_refused(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "shapes.json"
    path.write_text(text, "utf-8")
    said = hub("sandbox", "diff", "jd", path)

    assert (said.code, said.out) == (2, "")
    assert told in said.err
