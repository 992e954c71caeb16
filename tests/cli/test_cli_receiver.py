"""`hub receiver`: a person's data are shown where somebody says so, and nowhere else."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.world import PROGRAM, World, boxed

SHOP = "沙箱旗舰店1"


class Window:
    """A shop of Taobao, its orders read."""

    def __init__(self, world: World) -> None:
        self.world, self.hub, box = world, world.hub, world.boxes["taobao"]
        account = box.accounts()[0].external_id
        shut = ("TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO")
        trades = [r.latest.content["trade"] for r in box.book.records(account)]
        self.open: Any = next(t for t in trades if t.status not in shut)

    def reveal(self, *words: str) -> Any:
        order = str(self.open.tid)
        how = ("--purpose", "shipping", "--actor", "wang", *words)
        return self.hub("receiver", "reveal", SHOP, order, *how)

    def audit(self) -> Any:
        return self.hub("receiver", "audit", "--json").json


@pytest.fixture(scope="module")
def window(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Window]:
    folder: Path = tmp_path_factory.mktemp("receiver")
    with pytest.MonkeyPatch.context() as patch, boxed(folder, "taobao", orders=12) as world:
        account = world.accounts("taobao")[0]
        patch.setenv("SHOP_TOKEN", account.access_token or "")
        assert world.add_shop(account, "taobao").code == 0
        assert world.hub("sync").code == 0
        yield Window(world)


def test_without_a_word_for_it_nothing_is_asked(window: Window) -> None:
    before = window.audit()["asked"]
    for words in ((), ("--clear",)):
        said = window.reveal(*words)
        assert (said.code, said.out) == (2, "")
        assert "--json" in said.err
    assert window.audit()["asked"] == before


def test_a_program_gets_it_as_json_and_it_is_audited(window: Window) -> None:
    said = window.reveal("--json")
    to = window.open.receiver
    assert said.code == 0
    assert (said.json["ok"], said.json["name"]) == (True, to.name)
    assert said.json["address"] == to.address
    assert said.json["is_virtual"] is True
    newest = window.audit()["asked"][0]
    assert (newest["outcome"], newest["actor"], newest["units"]) == ("revealed", "wang", 1)
    assert to.name not in window.hub("receiver", "audit").out


def test_a_terminal_gets_it_on_request(window: Window) -> None:
    pty = pytest.importorskip("pty", reason="no terminals to be had here")
    words = ("receiver", "reveal", SHOP, str(window.open.tid), "--purpose", "shipping")
    ours, theirs = pty.openpty()
    program = [str(PROGRAM), "--config", str(window.world.config), *words, "--clear"]
    with subprocess.Popen(program, stdout=theirs, cwd=window.world.folder) as done:
        os.close(theirs)
        shown = _all_of(ours)
    os.close(ours)
    assert done.returncode == 0
    assert window.open.receiver.name in shown.decode()


def _all_of(terminal: int) -> bytes:
    """What is written to it until its other end is closed, which is an error of it."""
    shown = b""
    with contextlib.suppress(OSError):
        while chunk := os.read(terminal, 4096):
            shown += chunk
    return shown


def test_a_purpose_there_is_none_of_and_one_that_is_refused(window: Window) -> None:
    order = str(window.open.tid)
    how = ("receiver", "reveal", SHOP, order, "--json", "--purpose")
    unknown = window.hub(*how, "marketing")
    assert (unknown.code, "customer_service" in unknown.err) == (2, True)
    refused = window.hub(*how, "invoice")
    assert (refused.code, refused.json["reason"]) == (1, "not_permitted")
    assert refused.json["ok"] is False


def test_the_audit_tells_what_the_day_has_cost(window: Window) -> None:
    before = window.audit()["today"][0]
    window.reveal("--json")
    (now,) = window.audit()["today"]
    assert (now["shop"], now["used"]) == (SHOP, before["used"] + 1)
    assert SHOP in window.hub("receiver", "audit", "--shop", SHOP).out
    assert window.hub("receiver", "audit", "--shop", "nobody").code == 2
