"""The door: installed plugins are found, the broken reported, the disabled not touched.

Plugins are installed here the way pip leaves them: a module and a .dist-info folder.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from hub_core.errors import Misconfigured
from hub_core.plugins import Plugins, Row, load

CHANNEL = """
from hub_core import Channel, hookimpl

@hookimpl
def hub_channel():
    return Channel(
        id={id!r}, title="试用", base_url="https://x.example", dialect=None, adapters=""
    )

@hookimpl
def hub_orders(session):
    return "orders of " + __name__
"""
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)

    def install(name: str, source: str, *, owner: str = "", module: str = "") -> None:
        module, owner = module or f"plugin_{name}", owner or f"channel-hub-{name}"
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        info = tmp_path / f"{owner.replace('-', '_')}-1.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {owner}\nVersion: 1.5\n"
        )
        (info / "entry_points.txt").write_text(f"[channel_hub]\n{name} = {module}\n")

    yield install
    for name in set(sys.modules) - before:
        if name.startswith("plugin_"):
            del sys.modules[name]


def row(plugins: Plugins, name: str) -> Row:
    return next(row for row in plugins.table() if row.name == name)


def test_an_installed_plugin_is_found_and_told_of(install: Install) -> None:
    install("pdd", CHANNEL.format(id="pdd"))
    plugins = load()

    assert plugins.channel("pdd").title == "试用"
    assert row(plugins, "pdd") == Row(
        name="pdd",
        distribution="channel-hub-pdd",
        version="1.5",
        channel="pdd",
        title="试用",
        capabilities=("orders",),
    )


def test_a_disabled_plugin_is_not_even_imported(install: Install) -> None:
    install("pdd", "raise SystemExit('imported')")
    plugins = load(frozenset({"pdd"}))

    assert row(plugins, "pdd").state == "off"
    assert "plugin_pdd" not in sys.modules


def test_our_own_plugin_of_a_channel_nobody_uses_waits_until_it_is_asked_for(
    install: Install,
) -> None:
    install("pdd", CHANNEL.format(id="pdd"), owner="channel-hub")
    others = frozenset(e.name for e in entry_points(group="channel_hub")) - {"pdd"}
    plugins = load(others, channels={"jd"})
    waits = "plugin_pdd" not in sys.modules

    assert (waits, plugins.channel("pdd").title) == (True, "试用")
    assert "pdd" in {row.name for row in load(others, channels={"jd"}).table()}
    assert "pdd" in {channel.id for channel in load(others, channels=set()).channels()}


def test_a_strangers_plugin_never_waits_for_it_may_listen(install: Install) -> None:
    install("pdd", CHANNEL.format(id="pdd"))
    load(channels={"jd"})

    assert "plugin_pdd" in sys.modules


def test_our_own_plugins_serve_the_channel_they_are_named_for_and_do_not_listen() -> None:
    ours = [row for row in load().table() if row.distribution == "channel-hub"]
    listening = {"order_changed", "record_parked"}

    assert {row.name: row.channel for row in ours} == {row.name: row.name for row in ours}
    assert [row.name for row in ours if listening & set(row.capabilities)] == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("1 / 0", "ZeroDivisionError: division by zero (plugin_bad.py:1)"),
        ("def f(:", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit: 3 (plugin_bad.py:1)"),
        (
            "from hub_core import hookimpl\n@hookimpl\ndef hub_ordres(session): ...",
            "hub_ordres is no hook of the hub; is hub_orders meant?",
        ),
        (
            "from hub_core import hookimpl\n@hookimpl\ndef hub_orders(sesion): ...",
            "PluginValidationError: Plugin 'bad' for hook 'hub_orders'",
        ),
        (
            "from hub_core import hookimpl\n@hookimpl\ndef hub_channel(): return 'bad'",
            "TypeError: hub_channel answers a str, not a Channel",
        ),
        (
            "from hub_core import hookimpl\n@hookimpl\ndef hub_channel(): 1 / 0",
            "ZeroDivisionError: division by zero (plugin_bad.py:3)",
        ),
        (CHANNEL.format(id="Bad Id"), "ValueError: channel id 'Bad Id' is not kebab case"),
    ],
)
def test_a_broken_plugin_is_reported_and_the_others_work(
    install: Install, source: str, said: str
) -> None:
    install("bad", source)
    install("good", CHANNEL.format(id="good"))
    plugins = load()

    broken = row(plugins, "bad")
    assert (broken.state, broken.version, broken.capabilities) == ("broken", "1.5", ())
    assert said in broken.error
    assert plugins.channel("good").id == "good"


def test_a_name_two_distributions_declare_is_refused_with_both_named(
    install: Install,
) -> None:
    install("pdd", CHANNEL.format(id="pdd"), owner="first")
    install("pdd", CHANNEL.format(id="pdd"), owner="second", module="plugin_pdd2")
    plugins = load()

    said = "first and second both declare this name: uninstall one"
    assert row(plugins, "pdd").error == said
    with pytest.raises(Misconfigured, match=said):
        plugins.channel("pdd")


def test_two_plugins_for_one_channel_are_both_refused_and_named(install: Install) -> None:
    for name in ("a", "b", "c"):
        install(name, CHANNEL.format(id="pdd"))
    plugins = load()

    assert {r.state for r in plugins.table() if r.name in "abc"} == {"broken"}
    assert "a and b and c all serve pdd" in row(plugins, "a").error
    with pytest.raises(Misconfigured, match=r"no plugin serves 'pdd'.*a and b and c"):
        plugins.channel("pdd")


def test_disabling_one_of_two_rivals_leaves_the_other(install: Install) -> None:
    install("a", CHANNEL.format(id="pdd"))
    install("b", CHANNEL.format(id="pdd"))
    plugins = load(frozenset({"a"}))

    assert row(plugins, "b").state == "on"
    assert plugins.channel("pdd").id == "pdd"


def test_a_channel_nobody_serves_is_answered_with_those_there_are(install: Install) -> None:
    install("pdd", CHANNEL.format(id="pdd"))
    install("bad", "1 / 0")

    with pytest.raises(Misconfigured, match=r"no plugin serves 'xhs'; there are: .*pdd"):
        load().channel("xhs")
    with pytest.raises(Misconfigured, match=r"left out: bad .ZeroDivisionError"):
        load().channel("xhs")
