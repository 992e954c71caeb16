"""`hub verify`: a shop against its merchant console's own export.

The files are as consoles write them: Chinese column names, GBK or UTF-8 with a mark, ids
guarded against Excel, a title line above. Their rows are made from the box's truth.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cli.world import Said, World

Row = list[str]
Order = dict[str, Any]

TAOBAO_WORDS = {
    "WAIT_BUYER_PAY": "等待买家付款", "TRADE_NO_CREATE_PAY": "等待买家付款",
    "PAY_PENDING": "等待买家付款",
    "SELLER_CONSIGNED_PART": "卖家部分发货",
    "WAIT_BUYER_CONFIRM_GOODS": "卖家已发货,等待买家确认",
    "TRADE_BUYER_SIGNED": "卖家已发货,等待买家确认",
    "TRADE_FINISHED": "交易成功", "TRADE_CLOSED": "交易关闭",
    "TRADE_CLOSED_BY_TAOBAO": "交易关闭",
}  # fmt: skip
STATES = {
    "pending_payment": "待支付", "open": "待使用", "completed": "已完成",
    "cancelled": "已关闭", "unknown": "待使用",
}  # fmt: skip


def yuan(minor: int | None) -> str:
    return "" if minor is None else f"{minor // 100}.{minor % 100:02d}"


def clock(text: str) -> str:
    at = datetime.fromisoformat(text).astimezone(ZoneInfo("Asia/Shanghai"))
    return f"{at:%Y-%m-%d %H:%M:%S}"


def taobao(order: Order) -> Row:
    word = TAOBAO_WORDS.get(order["status_raw"], "买家已付款,等待卖家发货")
    paid = yuan(order["buyer_paid_amount"]) or "0.00"
    at = clock(order["channel_created_at"])
    return [f'="{order["external_id"]}"', "t**1", paid, word, "收**", at]


def jd(order: Order) -> Row:
    word = {**STATES, "open": "等待出库", "completed": "完成"}[order["order_status"]]
    at = clock(order["channel_created_at"])
    return [order["external_id"], at, yuan(order["payable_amount"]), word]


def laike(order: Order) -> Row:
    word = STATES[order["order_status"]]
    paid = yuan(order["buyer_paid_amount"])
    at = clock(order["channel_created_at"])
    return [f"{order['external_id']}\t", word, f"¥{paid}" if paid else "-", at]


CONSOLES: dict[str, tuple[str, Sequence[str], Callable[[Order], Row], str]] = {
    "taobao": (
        "沙箱旗舰店1",
        (
            "订单编号",
            "买家会员名",
            "买家实际支付金额",
            "订单状态",
            "收货人姓名",
            "订单创建时间",
        ),
        taobao,
        "gb18030",
    ),
    "jd": (
        "沙箱京东店317",
        ("订单号", "下单时间", "应付金额", "订单状态"),
        jd,
        "utf-8-sig",
    ),
    "douyin-laike": (
        "沙箱商户1",
        ("订单ID", "订单状态", "用户实付金额", "下单时间"),
        laike,
        "utf-8",
    ),
}
ALL = pytest.mark.parametrize("channel", CONSOLES)


class File:
    """A console's export of all the shop's orders, to be spoiled."""

    def __init__(self, world: World, channel: str) -> None:
        self.world = world
        self.shop, self.head, make, self.encoding = CONSOLES[channel]
        orders = world.hub(
            "orders", "list", "--shop", self.shop, "--limit=500", "--json"
        ).json
        self.orders = [o for o in orders if o["order_status"] != "unknown"]
        self.rows = [make(order) for order in self.orders]
        self.states = self.head.index("订单状态")
        self.amounts = next(i for i, name in enumerate(self.head) if "金额" in name)

    def verify(self, *words: str) -> Said:
        path = self.world.folder / "console.csv"
        text = io.StringIO(newline="")
        csv.writer(text).writerows([["订单导出"], self.head, *self.rows, ["合计", "", ""]])
        path.write_bytes(text.getvalue().encode(self.encoding))
        return self.world.hub("verify", self.shop, "--against", path, *words)


@ALL
def test_a_console_that_has_the_same_shows_no_difference(
    world: World, channel: str
) -> None:
    file = File(world, channel)
    said = file.verify("--json")

    assert said.json["differences"] == []
    assert (said.code, said.json["ok"]) == (0, True)
    assert said.json["both"] == said.json["same"] == said.json["orders"] == len(file.rows)
    assert said.json["columns"]["amount"] == file.head[file.amounts]
    assert said.json["skipped_rows"] == 1


@ALL
def test_every_kind_of_difference_is_listed_and_ends_with_1(
    world: World, channel: str
) -> None:
    file = File(world, channel)
    ids = [order["external_id"] for order in file.orders]
    paid = next(i for i, row in enumerate(file.rows) if row[file.amounts].strip("-0.¥"))
    moved, gone = [i for i in (3, 4, 5) if i != paid][:2]
    off = file.orders[moved]["order_status"] == "cancelled"
    file.rows[paid][file.amounts] = "99999.99"
    file.rows[moved][file.states] = "交易成功" if off else "已取消"
    file.rows.append(["9" * 19, *file.rows[-2][1:]])
    del file.rows[gone]
    said = file.verify("--json")
    found = {(d["kind"], d["external_id"]) for d in said.json["differences"]}

    assert (said.code, said.json["ok"]) == (1, False)
    assert found == {
        ("amount", ids[paid]), ("state", ids[moved]), ("only there", "9" * 19),
        ("only here", ids[gone]),
    }  # fmt: skip
    table = file.verify().out
    assert all(id in table for _, id in found)
    assert "99,999.99" in table


def test_ids_that_excel_has_rounded_are_refused(world: World) -> None:
    file = File(world, "taobao")
    for row in file.rows:
        number = int(row[0].strip('="'))
        row[0] = f"{number:.5E}"
    said = file.verify()

    assert said.code == 2
    assert "Excel has rounded" in said.err


def test_a_status_word_that_is_not_known_is_no_verdict(world: World) -> None:
    file = File(world, "jd")
    word, meant = "飞走了", file.orders[0]["order_status"]
    file.rows[0][file.states] = word
    said, mapped = file.verify("--json"), file.verify("--map", f"{word}={meant}", "--json")

    assert (said.code, said.json["unknown_words"]) == (1, {word: 1})
    assert "--map" in file.verify().err
    assert (mapped.code, mapped.json["ok"]) == (0, True)


def test_columns_of_another_name_are_told(world: World) -> None:
    file = File(world, "jd")
    file.head = ("单号", "时间", "付", "态")
    refused = file.verify()
    named = file.verify(
        "--id-column=单号", "--status-column=态", "--amount-column=付",
        "--time-column=时间", "--json",
    )  # fmt: skip

    assert refused.code == 2
    assert "--id-column" in refused.err
    assert named.json["columns"] == {
        "id": "单号",
        "status": "态",
        "amount": "付",
        "time": "时间",
    }
    assert named.json["counts"]["only_there"] == named.json["counts"]["only_here"] == 0


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "no column"),
        (b"PK\x03\x04xlsx", "save it as CSV"),
        ("订单号\n".encode(), "no order in it"),
        ("订单号,应付金额\n123,viel\n".encode(), "no amount"),
    ],
)
def test_a_file_that_is_none_says_why(
    world: World, tmp_path: Path, body: bytes, told: str
) -> None:
    path = tmp_path / "console.csv"
    path.write_bytes(body)
    said = world.hub("verify", "沙箱京东店317", "--against", path)

    assert (said.code, said.out) == (2, "")
    assert told in said.err


@pytest.mark.parametrize(
    "words",
    [("nobody", "--against", __file__), ("沙箱京东店317", "--against", "not-there.csv"),
     ("沙箱京东店317",), ("沙箱京东店317", "--against", __file__, "--map", "x=y")],
)  # fmt: skip
def test_wrong_use_ends_with_2(world: World, words: tuple[str, ...]) -> None:
    said = world.hub("verify", *words, "--json")

    assert (said.code, said.out) == (2, "")
