"""Orders as files: CSV that Excel opens rightly, JSON lines for programs; any number.

CSV: UTF-8 with a mark, CRLF, amounts in major units, times on Beijing's clock. A text cell
that a spreadsheet would take for a formula, a number or a date (`=1+1`, an order number of
19 digits, the size 3-4) begins with an apostrophe, which says "text" and is no formula;
so does one that has an apostrophe there already. Who reads the file takes one off.
Source: OWASP ASVS 5.0, 1.2.10. Amounts are numbers, negative ones too.

JSON lines: amounts in minor units, times in ISO-8601 with Z, ids as they are.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from ..models.money import EXPONENTS
from ..store.reads import StoredOrder

BEIJING = ZoneInfo("Asia/Shanghai")
COLUMNS = (
    "channel", "shop", "external_id", "parent_external_id", "type", "order_status",
    "payment_status", "fulfillment_status", "after_sale_status", "status_raw",
    "channel_created_at", "paid_at", "shipped_at", "completed_at", "cancelled_at",
    "channel_updated_at", "business_date", "place_external_id", "currency", "goods_amount",
    "freight_amount", "tax_amount", "discount_amount", "merchant_discount_amount",
    "platform_discount_amount", "talent_discount_amount", "payment_discount_amount",
    "payable_amount", "buyer_paid_amount", "merchant_receivable_amount", "refunded_amount",
    "source", "flags", "close_reason", "hub_changed_at", "uid", "proved",
)  # fmt: skip
LINE_COLUMNS = (
    "line_external_id", "line_title", "line_spec_text", "line_sku_code",
    "line_sku_external_id", "line_product_external_id", "line_quantity", "line_unit_price",
    "line_goods_amount", "line_discount_amount", "line_buyer_paid_amount",
    "line_refunded_amount", "line_fulfillment_status", "line_after_sale_status",
    "line_is_gift",
)  # fmt: skip
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
FORMULA = re.compile(r"[\x00\t\r\n']|[\s\x00-\x1f\ufeff\u200b-\u200f]*[=+\-@＝＋－＠]")
NUMBER = re.compile(
    r"(?=.*\d)[\d\s.,:/\\+\-–%()¥￥$€£年月日时分秒上下午]*"
    r"([eE][+\-]?\d+|[ap]m?|[AP]M?)?[\d\s.,:/\-+%)]*"
)
MONTH = re.compile(
    r"(?i)[\d\s./,-]*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[\d\s./,:-]*"
    r"|true|false"
)
LONGEST_NUMBER = 100
Proved = Callable[[StoredOrder], bool]
Row = Mapping[str, Any]


def write_csv(
    orders: Iterable[StoredOrder], file: IO[bytes], proved: Proved, *, lines: bool = False
) -> int:
    """A row per order, or per line of one. Gives how many rows."""
    text = io.TextIOWrapper(
        file, "utf-8-sig", errors="backslashreplace", newline="", write_through=True
    )
    columns = COLUMNS + (LINE_COLUMNS if lines else ())
    writer, rows = csv.writer(text, lineterminator="\r\n"), 0
    writer.writerow(columns)
    for order in orders:
        exponent = EXPONENTS.get(order.values["currency"], 2)
        for row in _rows(order, proved(order), lines):
            writer.writerow([_cell(name, row.get(name), exponent) for name in columns])
            rows += 1
    text.flush()
    text.detach()
    return rows


def write_jsonl(
    orders: Iterable[StoredOrder], file: IO[bytes], proved: Proved, *, lines: bool = False
) -> int:
    """An order a line, whole; or a line of an order a line. Gives how many."""
    rows = 0
    for order in orders:
        whole = order.as_dict(children=not lines) | {"proved": proved(order)}
        found = [{**whole, "line": one} for one in order.lines or [None]]  # type: ignore[list-item]
        for one in found if lines else [whole]:
            told = json.dumps(one, ensure_ascii=False, default=_plain)
            file.write(told.encode("utf-8", "backslashreplace") + b"\n")
            rows += 1
    return rows


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Write a file aside; it takes its name when it is whole and on disk, or never."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with aside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _rows(order: StoredOrder, proved: bool, lines: bool) -> Iterator[Row]:
    head = {"uid": order.uid, "shop": order.shop, "channel": order.channel}
    whole: dict[str, Any] = {**order.values, **head, "proved": proved}
    if not lines or not order.lines:
        yield whole
        return
    for line in order.lines:
        yield {**whole, **{f"line_{name}": value for name, value in line.items()}}


def _cell(name: str, value: Any, exponent: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        money = name.endswith(("_amount", "_price"))
        return major(value, exponent) if money else str(value)
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    if name == "business_date":
        return str(value)
    return text_cell(" ".join(map(str, value)) if isinstance(value, list) else str(value))


def major(minor: int, exponent: int = 2) -> str:
    """Minor units as a plain decimal, exactly: -1230 is -12.30."""
    if not exponent:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**exponent)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{exponent}d}"


def text_cell(text: str) -> str:
    """Text on one line that a spreadsheet shows as it is."""
    said = CONTROL.sub(" ", text)
    return f"'{said}" if FORMULA.match(text) or _is_changed(said) else said


def _is_changed(text: str) -> bool:
    """Whether a spreadsheet would make a number, a date or a truth value of it."""
    if len(text) > LONGEST_NUMBER:
        return text.strip().isdecimal()
    return bool(NUMBER.fullmatch(text) or MONTH.fullmatch(text.strip()))


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} is not JSON")
