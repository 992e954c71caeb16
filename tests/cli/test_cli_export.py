"""`hub export`: files a spreadsheet opens rightly, and a copy an ERP can go live from."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub_core.cli.output import as_json
from hub_core.hub import Hub
from hub_core.insight.export import text_cell, write_csv
from hub_core.store.reads import StoredOrder
from tests.cli.world import World, boxed

MARK = "\ufeff"


def exported(world: World, *words: object) -> list[dict[str, str]]:
    path = world.folder / "orders.csv"
    assert world.hub("export", "orders", "--out", path, *words).code == 0
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_every_order_is_a_row_and_its_number_is_text(world: World) -> None:
    rows = exported(world)
    orders = world.hub("orders", "list", "--limit", "500", "--json").json

    assert {r["external_id"] for r in rows} == {f"'{o['external_id']}" for o in orders}
    assert len(rows) == len(orders)


def test_a_csv_begins_with_a_mark_and_ends_lines_as_excel_does(world: World) -> None:
    path = world.folder / "orders.csv"
    world.hub("export", "orders", "--out", path)
    body = path.read_bytes()

    assert body.startswith(MARK.encode())
    assert body.count(b"\n") == body.count(b"\r\n") > 1


def test_amounts_are_in_yuan_and_nothing_said_is_empty(world: World) -> None:
    rows = {r["uid"]: r for r in exported(world)}

    for order in world.hub("orders", "list", "--limit", "500", "--json").json:
        paid = order["buyer_paid_amount"]
        told = "" if paid is None else f"{paid // 100}.{paid % 100:02d}"
        assert rows[order["uid"]]["buyer_paid_amount"] == told


def test_a_row_per_line_repeats_its_order(world: World) -> None:
    rows, orders = exported(world, "--lines"), exported(world)

    assert {r["uid"] for r in rows} == {o["uid"] for o in orders}
    assert len(rows) > len(orders)
    assert all(r["line_title"] for r in rows)


DANGEROUS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "＝1+1",
    "＋1", "－1", "＠x", "\u200b=1+1", "\ufeff=1", "'=1", "=cmd|' /C calc'!A0",
]  # fmt: skip


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_can_carry_a_formula(text: str) -> None:
    cell = text_cell(text)

    assert cell.startswith("'")
    assert not any(c in cell for c in "\t\r\n")


@pytest.mark.parametrize(
    "text", ["2206890150000123456", "0123", "3-4", "1/2", "1.2E+18", "1e5", "true", "MAR1"]
)
def test_no_text_becomes_a_number_or_a_date(text: str) -> None:
    assert text_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["纯棉T恤", "M", "B-1", "SKU-474160", "规格:共10册"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert text_cell(text) == text


def test_a_planted_formula_in_a_title_reaches_the_file_as_text() -> None:
    values: dict[str, Any] = {
        "currency": "CNY", "channel_created_at": datetime(2026, 11, 20, tzinfo=UTC),
        "external_id": "=HYPERLINK(1)", "buyer_paid_amount": -1230,
    }  # fmt: skip
    order = StoredOrder("u", "店", "jd", values, lines=[{"title": '\t=1+1,"x"\r\n@a'}])
    file = io.BytesIO()
    write_csv([order], file, lambda order: True, lines=True)
    (row,) = csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""))

    assert row["external_id"] == "'=HYPERLINK(1)"
    assert row["line_title"] == '\' =1+1,"x"  @a'
    assert row["buyer_paid_amount"] == "-12.30"
    assert row["channel_created_at"] == "2026-11-20 08:00:00"


# JSON lines -----------------------------------------------------------------------------


def test_json_lines_hold_whole_orders(world: World) -> None:
    path = world.folder / "orders.jsonl"
    said = world.hub("export", "orders", "--out", path, "--json")
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    assert (said.code, said.json["format"]) == (0, "jsonl")
    assert said.json["rows"] == said.json["orders"] == len(found)
    assert {"uid", "shop", "lines", "receiver", "proved"} <= set(found[0])
    assert all(isinstance(o["external_id"], str) for o in found)


def test_rows_to_standard_output_leave_the_summary_on_standard_error(
    world: World,
) -> None:
    program = world.start("export", "orders", "--format", "jsonl", "--json")
    out, err = program.communicate(timeout=60)

    assert program.returncode == 0
    assert json.loads(err)["rows"] == len(out.splitlines()) > 0


def test_a_reader_that_leaves_early_is_no_accident(world: World) -> None:
    with world.start("export", "orders", "--format", "jsonl") as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        program.stdout.close()
        said = program.stderr.read()

    assert program.returncode == 1
    assert "Traceback" not in said


# What it says of itself -----------------------------------------------------------------


def test_the_summary_tells_what_is_proved_and_where_to_go_on(world: World) -> None:
    said = world.hub("export", "orders", "--out", world.folder / "o.csv", "--json").json

    assert (said["complete"], said["never_read"], said["open"]) == (True, [], [])
    assert said["position"] == world.hub("changes", "--now", "--json").json["position"]
    assert said["proved_until"].endswith("Z")


@pytest.fixture
def half_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with boxed(tmp_path, "jd", orders=20) as made:
        account = made.accounts("jd")[0]
        monkeypatch.setenv("SHOP_TOKEN", account.access_token or "")
        made.add_shop(account, "jd")
        made.hub("sync", "--stream", "orders")
        yield made


def test_an_export_of_what_is_not_read_whole_ends_with_1_and_is_there(
    half_read: World,
) -> None:
    path = half_read.folder / "o.csv"
    said = half_read.hub("export", "orders", "--out", path)

    assert said.code == 1
    assert "hub sync 沙箱京东店317" in said.err
    assert path.read_text("utf-8-sig").count("\n") > 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--out", "orders.xlsx"), ".csv and .jsonl"),
        (("--out", "/nowhere/o.csv"), "make it first"),
        (("--out", "."), "is a folder"),
        (("--format", "xml"), "csv"),
        (("--shop", "nobody"), "沙箱"),
        (("--since", "soon"), "2026-11-20"),
    ],
)
def test_what_cannot_be_written_is_wrong_use(
    world: World, words: tuple[str, ...], told: str
) -> None:
    said = world.hub("export", "orders", *words)

    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_a_failing_export_leaves_the_former_file(world: World) -> None:
    path = world.folder / "kept.csv"
    path.write_text("former")
    said = world.hub("export", "orders", "--shop", "nobody", "--out", path)

    assert said.code == 2
    assert path.read_text() == "former"
    assert list(world.folder.glob(".kept*")) == []


# Going live -----------------------------------------------------------------------------


class Erp:
    """Keeps a copy by uid, and every version it was ever handed."""

    def __init__(self) -> None:
        self.orders: dict[str, str] = {}
        self.handed: list[tuple[str, str]] = []

    def take(self, told: str) -> None:
        order = json.loads(told)
        order.pop("proved", None)
        version = json.dumps(order, sort_keys=True, ensure_ascii=False)
        self.handed.append((order["uid"], version))
        self.orders[order["uid"]] = version

    def follow(self, hub: Hub, after: int) -> list[str]:
        changed = [change.uid for change in hub.changes(after, limit=10_000)]
        for uid in dict.fromkeys(changed):
            self.take(as_json(hub.order(uid).as_dict()))
        return changed


def test_an_erp_that_goes_live_while_orders_change_misses_none_and_gets_none_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    erp, naive, whole = Erp(), Erp(), Erp()
    with boxed(tmp_path, "jd", orders=700) as made:  # more than a page of the copy
        account = made.accounts("jd")[0]
        monkeypatch.setenv("SHOP_TOKEN", account.access_token or "")
        made.add_shop(account, "jd")
        made.hub("sync")
        with made.start("export", "orders", "--format", "jsonl", "--json") as program:
            assert program.stdout is not None
            assert program.stderr is not None
            first = program.stdout.readline()  # and now it stands still: the pipe is full
            assert first, program.communicate()
            erp.take(first)
            made.boxes["jd"].churn(120)
            streams = made.hub("sync", "--json").json["streams"]
            for line in program.stdout:
                erp.take(line)
            summary = program.stderr.read()
        told, copied = json.loads(summary), len(erp.handed)
        with made.open() as hub:
            naive.orders |= erp.orders  # the control: a copy, and the feed from its end on
            naive.follow(hub, hub.position())
            events = erp.follow(hub, told["position"])
            for order in hub.each_order():
                whole.take(as_json(order.as_dict()))

    assert sum(s["created"] for s in streams) > 0
    assert sum(s["changed"] for s in streams) > 0
    assert copied == told["orders"]
    assert len(events) == sum(s["created"] + s["changed"] for s in streams)
    assert erp.orders == whole.orders
    assert naive.orders != whole.orders
    assert len(erp.handed) == len(set(erp.handed))
