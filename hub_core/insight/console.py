"""What merchants' consoles export, read back: column names, status words, amounts, ids.

The names are those consoles are known by to use, whatever the channel; a console that has
others is told with options. None of it is documented by a platform (C).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ..errors import Misconfigured
from ..models.money import minor_units
from ..models.words import OrderStatus

BEIJING = ZoneInfo("Asia/Shanghai")
IDS = ("订单编号", "主订单编号", "订单号", "订单ID", "external_id", "order_id")
STATES = ("订单状态", "status_raw", "order_status", "状态")
AMOUNTS = {
    "买家实际支付金额": "buyer_paid_amount",
    "买家实付金额": "buyer_paid_amount",
    "用户实付金额": "buyer_paid_amount",
    "实际支付金额": "buyer_paid_amount",
    "实付金额": "buyer_paid_amount",
    "buyer_paid_amount": "buyer_paid_amount",
    "应付金额": "payable_amount",
    "买家应付金额": "payable_amount",
    "payable_amount": "payable_amount",
}
"""A column, and the hub's own amount it is compared with."""
TIMES = ("订单创建时间", "下单时间", "创建时间", "拍下时间", "channel_created_at")
OPEN, DONE, OFF = OrderStatus.OPEN, OrderStatus.COMPLETED, OrderStatus.CANCELLED
WORDS: dict[str, tuple[OrderStatus, ...]] = {
    **dict.fromkeys(
        ("等待买家付款", "等待付款", "待付款", "待支付", "未付款"),
        (OrderStatus.PENDING_PAYMENT,),
    ),
    **dict.fromkeys(
        (
            *("买家已付款,等待卖家发货", "等待卖家发货", "买家已付款", "已付款", "待发货"),
            *(
                "卖家部分发货",
                "部分发货",
                "卖家已发货,等待买家确认",
                "卖家已发货",
                "已发货",
            ),
            *("待收货", "等待出库", "等待发货", "等待确认收货", "锁定", "暂停"),
            *("待使用", "待核销", "部分使用", "部分核销", "待预约", "已预约"),
        ),
        (OPEN,),
    ),
    **dict.fromkeys(("交易成功", "已完成", "完成", "已使用", "已核销"), (DONE,)),
    **dict.fromkeys(("交易关闭", "已关闭", "已取消", "取消"), (OFF,)),
    "退款中": (OPEN, DONE),
    "已退款": (OFF, DONE),
}
"""A console's word, and the hub's words it may stand for."""
DAMAGED = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
MARKS = str.maketrans("", "", "¥￥元,， \t'’")
NOTHING = ("", "-", "--", "/", "无")
ENCODINGS = ("utf-8-sig", "gb18030")
HEAD_ROWS = 20
"""How far down a title may push the line of column names."""


@dataclass(frozen=True, slots=True)
class Names:
    """Columns asked for by name; None: the known ones are looked for."""

    id: str | None = None
    status: str | None = None
    amount: str | None = None
    time: str | None = None


@dataclass(slots=True)
class Listed:
    """One order as the console's file has it, in one row or several."""

    external_id: str
    states: set[str] = field(default_factory=set)
    amounts: list[int] = field(default_factory=list)
    created_at: datetime | None = None

    def may_be(self, amount: int) -> bool:
        """Whether the rows can mean it: each row the order's amount, or its line's."""
        return amount in self.amounts or amount == sum(self.amounts)

    @property
    def amount(self) -> int | None:
        """The order's amount: the one all rows repeat, else their sum."""
        if not self.amounts:
            return None
        same = len(set(self.amounts)) == 1
        return self.amounts[0] if same else sum(self.amounts)


@dataclass(slots=True)
class Console:
    """A console's export, read."""

    columns: dict[str, str | None]
    encoding: str
    orders: dict[str, Listed] = field(default_factory=dict)
    rows: int = 0
    skipped: int = 0
    """Rows without an order number: sums, remarks."""

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """From the first order's creation to the last one's."""
        times = [o.created_at for o in self.orders.values() if o.created_at]
        return (min(times), max(times)) if times else None


def read(path: Path, names: Names) -> Console:
    """Read the file. Raises Misconfigured saying what is wrong with it."""
    text, encoding = decoded(path)
    header, rows = _split(path, text, names)
    where = _columns(path, header, names)
    found = Console(
        {k: header[n] if n is not None else None for k, n in where.items()}, encoding
    )
    for number, row in rows:
        _take(found, row, where, f"{path}, row {number}")
    if not found.orders:
        raise Misconfigured(f"{path} has no order in it")
    _refuse_damaged(path, found)
    return found


def decoded(path: Path) -> tuple[str, str]:
    """A text file as Excel or a console saves it, and its encoding. Raises Misconfigured
    for a workbook and for what is no text."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read: {error.strerror}") from None
    if body.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Misconfigured(f"{path} is a workbook: save it as CSV (UTF-8) and give that")
    wide = ("utf-16",) if body.startswith((b"\xff\xfe", b"\xfe\xff")) else ()
    for encoding in (*wide, *ENCODINGS):
        try:
            return body.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise Misconfigured(f"{path} is neither UTF-8 nor GB18030 text")


Rows = Iterable[tuple[int, list[str]]]


def _split(path: Path, text: str, names: Names) -> tuple[list[str], Rows]:
    """The line of column names and the rows below it, whatever parts the columns."""
    ids = (names.id,) if names.id else IDS
    for mark in (",", "\t", ";"):
        rows = enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=mark), 1)
        for number, row in rows:
            header = [bare(name) for name in row]
            if any(name in header for name in ids):
                return header, rows
            if number > HEAD_ROWS:
                break
    first = ", ".join(text.split("\n", 1)[0].strip().split(",")[:12])
    raise Misconfigured(
        f"{path}: no column {' or '.join(ids)}; name it with --id-column. "
        f"It begins: {first}"
    )


def _columns(path: Path, header: Sequence[str], names: Names) -> dict[str, int | None]:
    known: Mapping[str, tuple[str | None, Iterable[str]]] = {
        "id": (names.id, IDS), "status": (names.status, STATES),
        "amount": (names.amount, AMOUNTS), "time": (names.time, TIMES),
    }  # fmt: skip
    found: dict[str, int | None] = {}
    for what, (asked, usual) in known.items():
        if asked is not None and asked not in header:
            there = ", ".join(header)
            raise Misconfigured(f"{path} has no column {asked!r}; it has: {there}")
        name = asked or next((n for n in usual if n in header), None)
        found[what] = None if name is None else header.index(name)
    return found


def _take(
    found: Console, row: list[str], where: Mapping[str, int | None], place: str
) -> None:
    def cell(what: str) -> str:
        at = where[what]
        return bare(row[at]) if at is not None and at < len(row) else ""

    found.rows += 1
    external_id = cell("id")
    if not any(c.isdigit() for c in external_id):
        found.skipped += 1
        return
    one = found.orders.setdefault(external_id, Listed(external_id))
    if state := cell("status"):
        one.states.add(state)
    if (amount := _amount(cell("amount"), place)) is not None:
        one.amounts.append(amount)
    one.created_at = one.created_at or _moment(cell("time"))


def bare(text: str) -> str:
    """A cell without what keeps Excel from changing it: ="…", apostrophes, tabs."""
    text = text.strip(" \t\r\n\ufeff\xa0\u3000")
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.strip("'`’ \t")


def _amount(text: str, place: str) -> int | None:
    said = text.translate(MARKS)
    if said in NOTHING:
        return None
    try:
        return minor_units(said)
    except (ValueError, ArithmeticError):
        raise Misconfigured(
            f"{place}: {text!r} is no amount; see --amount-column"
        ) from None


def _moment(text: str) -> datetime | None:
    """A time on Beijing's clock; None where it is none."""
    said = re.sub(r"[/年月.]", "-", text).replace("日", " ").replace("T", " ")
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            read = datetime.strptime(said.strip(), form)  # noqa: DTZ007 - made aware below
        except ValueError:
            continue
        return read.replace(tzinfo=BEIJING).astimezone(UTC)
    return None


def _refuse_damaged(path: Path, found: Console) -> None:
    """Excel has rounded the order numbers: nothing can be compared by them."""
    long = [i for i in found.orders if i.isdigit() and len(i) > 15]
    rounded = len(long) > 2 and all(i.endswith("0" * (len(i) - 15)) for i in long)
    if rounded or any(DAMAGED.fullmatch(i) for i in found.orders):
        raise Misconfigured(
            f"{path}: Excel has rounded the order numbers when it saved this file; export "
            "it again and give the file as the console made it"
        )


def means(word: str, more: Mapping[str, tuple[OrderStatus, ...]]) -> tuple[str, ...] | None:
    """The hub's words for a console's word; None when it is not known."""
    table = {_plain(k): v for k, v in {**WORDS, **more}.items()}
    return table.get(_plain(word))


def _plain(word: str) -> str:
    return re.sub(r"[\s,，、。]", "", word).casefold()
