"""The program as a whole: its help, its document, its database, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest
import typer

from hub_core.cli import failing
from hub_core.cli.app import app
from hub_core.cli.program import HOMES, commands_of
from tests.cli.world import PROGRAM, World, boxed, hub

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "commands.md").read_text("utf-8")


def commands(group: Any = None, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its words."""
    group = group or typer.main.get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            if command.invoke_without_command:
                yield " ".join((*words, name)), command
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


NAMES = [name for name, _ in commands()]


def test_what_a_module_puts_on_the_program_stands_in_the_table_of_commands() -> None:
    there = {name: home for home in set(HOMES.values()) for name in commands_of(home)}

    assert there == HOMES


# The document ---------------------------------------------------------------------------


def test_every_command_has_its_heading_and_every_heading_its_command() -> None:
    headings = re.findall(r"^### `hub ([^`]+)`$", DOCUMENT, re.MULTILINE)

    assert sorted(headings) == sorted(NAMES)


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=NAMES)
def test_every_option_that_is_not_everywhere_stands_in_the_document(
    name: str, command: Any
) -> None:
    section = DOCUMENT.partition(f"### `hub {name}`\n")[2].partition("\n### ")[0]
    shared = DOCUMENT.partition("\n### ")[0]
    options = [o for p in command.params for o in p.opts if o.startswith("--")]

    assert [o for o in options if f"`{o}" not in section + shared] == []


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=NAMES)
def test_every_command_can_speak_json_and_has_a_sentence(name: str, command: Any) -> None:
    options = {o for p in command.params for o in p.opts}

    assert "--json" in options
    assert re.match(r"[A-Z].*[.:]", command.help)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help(name: str) -> None:
    said = hub(*name.split(), "--help")

    assert (said.code, said.err) == (0, "")
    assert "--json" in said.out


def test_the_codes_of_the_document_are_those_of_the_program() -> None:
    codes = dict(re.findall(r"^\| (\d+) \| ([^|]+) \|", DOCUMENT, re.MULTILINE))

    assert {int(code) for code in codes} == {
        failing.WELL, failing.NOT_WELL, failing.WRONG_USE, failing.STOPPED,
    }  # fmt: skip


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
TYPED = re.compile(
    r"(?:^(?: {4}|[*\d/ ]+ )(?:\$ )?|`)hub +([a-z-][^`\n#|>;]*)", re.MULTILINE
)
SHARED = {"--config", "--database", "--version", "--help"}


def typed() -> set[str]:
    """Every command line that stands in a page, in a block or in a sentence."""
    pages = [page.read_text("utf-8") for page in PAGES]
    return {line.strip() for page in pages for line in TYPED.findall(page)}


def test_what_the_pages_tell_to_type_can_be_typed() -> None:
    known, wrong = dict(commands()), []
    groups = {name[:at] for name in known for at, one in enumerate(name) if one == " "}
    for line in sorted(typed()):
        words = line.split()
        name = next((n for n in known if f"{line} ".startswith(f"{n} ")), None)
        plain = line in groups or words[0].startswith("--") or words[0] in ("COMMAND", "…")
        options = {o for p in known[name].params for o in p.opts} if name else set()
        said = {w.partition("=")[0].strip("[],.)") for w in words if w.startswith("--")}
        wrong += [line] if name is None and not plain else []
        wrong += [f"{line}: {o}" for o in said - options - SHARED if name]
    assert len(typed()) > 50
    assert wrong == []


# Tables ---------------------------------------------------------------------------------

ORDERS = """
from hub_core.cli.output import table
row = {"shop": "沙箱京东店317", "state": "pending_payment", "paid": "1.00"}
row["said"] = "a b c d"
table([row], tuple(row), fold=("shop", "state", "said"), narrow=("shop", "state"))
"""


@pytest.mark.parametrize(
    ("columns", "shown"),
    [(4000, "a b c d"), (110, "a b c d"), (60, None)],
)
def test_a_table_leaves_columns_out_where_the_terminal_is_narrow(
    columns: int, shown: str | None
) -> None:
    said = table_at(columns, ORDERS)
    assert "pending_payment" in said
    assert (shown or "paid") in said or shown is None
    assert ("paid" in said) == (shown is not None)


def test_a_table_leaves_columns_out_before_it_breaks_a_word() -> None:
    wide = ORDERS.replace('"1.00"', '"1" * 80')
    assert "paid" not in table_at(111, wide)
    assert "pending_payment" in table_at(111, wide)
    assert "paid" in table_at(120, wide)


def table_at(columns: int, script: str) -> str:
    env = os.environ | {"COLUMNS": str(columns), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-c", script], env=env, text=True, capture_output=True,
        timeout=60, check=True,
    ).stdout  # fmt: skip


# Wrong use ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [("nonsense",), ("orders", "nonsense"), ("sync", "--nonsense"), ("journal", "x")],
)
def test_a_slip_of_the_pen_ends_with_2_and_points_at_help(words: tuple[str, ...]) -> None:
    said = hub(*words)

    assert (said.code, said.out) == (2, "")
    assert "--help" in said.err


def test_no_words_at_all_show_the_help_of_the_program() -> None:
    said = subprocess.run(
        [PROGRAM], capture_output=True, text=True, timeout=60, check=False
    )

    assert said.returncode == 2
    assert "demo" in said.stdout + said.stderr


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"channel-hub \d+\.\d+\.\d+\n", hub("--version").out)


# Settings, key and database -------------------------------------------------------------


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[World]:
    with boxed(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[hub", "not valid TOML"),
        ("[hub]\ndatabas = 1", "did you mean database"),
        ('[hub]\nkey = "in clear"', "key"),
        ("[apps.a]\nchannel = 'jd'\napp_key = 'k'\napp_secret = 'clear'", "app_secret"),
    ],
)
def test_settings_with_a_fault_are_named_by_file_and_key(
    bare: World, text: str, told: str
) -> None:
    bare.config.write_text(text)
    said = bare.hub("orders", "list")

    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert str(bare.config) in said.err
    assert "clear" not in said.err.replace("in clear", "")


def test_a_settings_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = hub("--config", tmp_path / "none.toml", "orders", "list")

    assert said.code == 2
    assert "none.toml" in said.err


def test_another_key_than_the_databases_is_named_and_neither_shown(bare: World) -> None:
    assert bare.hub("shop", "list").code == 0
    former = (bare.folder / "master.key").read_text()
    (bare.folder / "master.key").unlink()
    bare.write_settings()
    said = bare.hub("orders", "list")

    assert said.code == 2
    assert "was sealed with key" in said.err
    assert former.strip() not in said.err


@pytest.mark.parametrize("text", ["", "short", "not base64 at all !"])
def test_what_is_no_key_says_how_to_make_one(bare: World, text: str) -> None:
    (bare.folder / "master.key").write_text(text)
    said = bare.hub("orders", "list")

    assert said.code == 2
    assert "master.key" in said.err


@pytest.mark.parametrize(
    ("url", "code", "told"),
    [
        ("nonsense", 2, "sqlite:////folder/hub.db"),
        ("oracle://x/y", 2, "postgresql://host/name"),
        ("postgresql://127.0.0.1:1/x", 1, "cannot be used"),
        ("sqlite:////dev/null/hub.db", 1, "/dev/null"),
    ],
)
def test_a_database_that_cannot_be_opened_says_what_to_write(
    bare: World, url: str, code: int, told: str
) -> None:
    said = bare.hub("--database", url, "orders", "list")

    assert (said.code, said.out) == (code, "")
    assert told in said.err
    assert "Traceback" not in said.err


@pytest.mark.sqlite("a file is damaged")
def test_a_file_that_is_no_database_is_no_accident(bare: World) -> None:
    (bare.folder / "hub.db").write_bytes(b"this is no database at all" * 100)
    said = bare.hub("orders", "list")

    assert said.code == 1
    assert "the database's file is damaged" in said.err


def test_upgrade_makes_the_tables_and_does_so_once(bare: World) -> None:
    url = f"sqlite:///{(bare.folder / 'new.db').as_posix()}"
    first = bare.hub("--database", url, "db", "upgrade", "--json").json
    again = bare.hub("--database", url, "db", "upgrade", "--json").json

    assert first["before"] is None
    assert again == {"before": first["now"], "now": first["now"]}


# Plugins and doctor ---------------------------------------------------------------------


def test_plugins_tell_channels_and_how_far_each_call_is_tried(bare: World) -> None:
    said = bare.hub("plugins", "--json").json

    channels = {"douyin-laike", "jd", "pinduoduo", "taobao"}
    assert {p["channel"] for p in said["plugins"]} == channels
    states = {o["status"].partition(" ")[0] for o in said["operations"]}
    assert states <= {"documented", "simulated", "live-verified"}
    assert "orders.list" not in bare.hub("plugins", "--no-operations").out


def test_doctor_names_what_fails_and_what_to_do(world: World) -> None:
    well = world.hub("doctor", "--json")
    secret = world.folder / "AK0001.secret"
    kept = secret.read_text()
    secret.unlink()
    try:
        ill = world.hub("doctor", "--json")
        told = world.hub("doctor")
    finally:
        secret.write_text(kept)

    assert (well.code, well.json["ok"]) == (0, True)
    assert (ill.code, ill.json["ok"]) == (1, False)
    failed = [c for c in ill.json["checks"] if c["state"] == "fail"]
    assert any("AK0001" in c["name"] and c["next"] for c in failed)
    assert "fail" in told.out


def test_doctor_live_measures_a_shop_and_ends_well(world: World) -> None:
    said = world.hub("doctor", "--live", "沙箱旗舰店1", "--json")

    assert (said.code, said.json["ok"]) == (0, True)
    assert {s["stream"] for s in said.json["streams"]} == {"orders"}
    assert all(s["calls"] <= 16 for s in said.json["streams"])
    assert said.json["live_verified_candidates"]


# Platforms in a box ---------------------------------------------------------------------


def hears_ctrl_c() -> None:
    """A process that was put into the background by its shell may not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    program = subprocess.Popen(
        [str(PROGRAM), "sandbox", "serve", "jd", "--port", "0", "--orders", "5", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        preexec_fn=hears_ctrl_c,
    )  # fmt: skip
    with program:
        yield program
        program.kill()


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a process")
def test_a_box_is_served_until_ctrl_c(served: subprocess.Popen[str]) -> None:
    assert served.stdout is not None
    lines: list[str] = []
    while not lines or lines[-1] != "}\n":
        lines.append(served.stdout.readline())
    told = json.loads("".join(lines))
    with build_opener(ProxyHandler({})).open(f"{told['url']}/_sandbox/accounts") as answer:
        accounts = json.load(answer)
    served.send_signal(signal.SIGINT)
    rest, err = served.communicate(timeout=30)

    assert told["channel"] == "jd"
    assert [a["external_id"] for a in accounts] == [a["shop"] for a in told["accounts"]]
    assert (served.returncode, rest) == (130, "")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("ebay",), "there are: douyin-laike, jd, pinduoduo, taobao"),
        (("jd", "--switch", "sort"), "name=value"),
        (("jd", "--switch", "sort=upwards"), "no sort=upwards"),
        (("jd", "--set", "colour=red"), "colour"),
        (("taobao", "--set", "privacy=plain"), "masked, clear, mixed"),
        (("douyin-laike", "--set", "shape=1999"), "2022"),
        (("jd", "--port", "99999"), "65535"),
    ],
)
def test_a_box_there_is_not_is_wrong_use(words: tuple[str, ...], told: str) -> None:
    said = hub("sandbox", "serve", *words)

    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_a_port_that_is_taken_says_so(world: World) -> None:
    port = world.urls["jd"].rpartition(":")[2]
    said = hub("sandbox", "serve", "jd", "--port", port)

    assert said.code == 2
    assert "--port 0" in said.err
