"""Scalars as platforms write them, read into what the canonical model holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, PlainValidator

from ..models import minor_units

T = TypeVar("T")
BEIJING = ZoneInfo("Asia/Shanghai")


class Wire(BaseModel):
    """A platform's own shape. Unknown fields are passed over: the raw record keeps them."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


LARGEST = 10**16
"""No amount, count or time is beyond it: what one order adds up fits 64 bits."""
MOST_PIECES = 10**9
"""As many as one line of an order may have."""
MOST_COUNTED = 2**31 - 1
"""What a column of 32 bits holds."""


def _text(value: Any) -> str:
    if type(value) is str:
        if "\0" in value:  # no database takes it
            raise ValueError("an id or word, not one with a NUL in it")
        return value
    if type(value) is int:
        return str(value)
    raise ValueError(f"an id or word, not {type(value).__name__}")


def _some_text(value: Any) -> str | None:
    if type(value) is str:
        if value.isalnum():  # as most are: nothing to strip
            return value
        if "\0" in value:
            value = value.replace("\0", "")
        return value.strip() or None
    return None if value is None else _text(value)


def _id(value: Any) -> str:
    text = value.strip() if type(value) is str else str(value)
    if type(value) not in (str, int) or text in ("", "0") or "\0" in text:
        raise ValueError("an id")
    return text


def _some_id(value: Any) -> str | None:
    if type(value) is str and value.isalnum():
        return None if value == "0" else value
    text = _some_text(value)
    return None if text == "0" else text


def _whole(value: Any) -> int:
    if type(value) is int:
        number = value
    elif type(value) is str and re.fullmatch(r"[+-]?[0-9]{1,17}", value):
        number = int(value)
    else:
        raise ValueError(f"a whole number, not {type(value).__name__}")
    if not -LARGEST <= number <= LARGEST:
        raise ValueError("a whole number of a sensible size")
    return number


def _some_whole(value: Any) -> int | None:
    if type(value) is int and -LARGEST <= value <= LARGEST:
        return value
    return None if value is None or value == "" else _whole(value)


def pieces(count: Any) -> int:
    """How many were bought, 1 or more; anything else is a ValueError."""
    if not 1 <= (number := _whole(count)) <= MOST_PIECES:
        raise ValueError("a number of pieces")
    return number


def _some_pieces(value: Any) -> int | None:
    number = _some_whole(value)
    if number is not None and abs(number) > MOST_COUNTED:
        raise ValueError("a number of pieces")
    return number


def _yuan(value: Any) -> int:
    """Yuan to fen, exactly. A JSON number is read by its shortest decimal form."""
    if type(value) is str and 3 < len(value) < 17 and value[-3] == "." and value.isascii():
        fen = value[:-3] + value[-2:]
        if fen.isdecimal():  # "200.07", as nearly every amount is written
            return int(fen)
    if type(value) is int or type(value) is float:
        value = repr(value)
    if type(value) is not str or not re.fullmatch(
        r"[+-]?[0-9]{1,13}(\.[0-9]{1,12})?", value
    ):
        raise ValueError("an amount in yuan")
    return minor_units(value)


def _some_yuan(value: Any) -> int | None:
    return None if value is None or value == "" else _yuan(value)


def _flag(value: Any) -> bool:
    if type(value) is bool:
        return value
    known = {"true": True, "false": False, "1": True, "0": False, 1: True, 0: False}
    if isinstance(value, str | int) and (flag := known.get(value)) is not None:
        return flag
    raise ValueError("true or false")


def _some_flag(value: Any) -> bool | None:
    return None if value is None or value == "" else _flag(value)


EARLIEST, LATEST = 788_918_400, 7_258_118_400
"""1995 and 2200, in epoch seconds."""


def epoch(value: Any) -> datetime | None:
    """Epoch seconds or milliseconds (told apart by size), number or text; 0 is None.

    Anything before 1995 or after 2200 in seconds is a ValueError.
    """
    if type(value) is int and EARLIEST <= value <= LATEST:
        return datetime.fromtimestamp(value, UTC)
    if value is None or value == "" or value == 0 or value == "0":
        return None
    number = _whole(value)
    seconds = number / 1000 if number > 100_000_000_000 else number
    if not EARLIEST <= seconds <= LATEST:
        raise ValueError(f"{number} is no time this century")
    return datetime.fromtimestamp(seconds, UTC)


CLOCK_TEXT = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(Z|[+-]\d\d:?\d\d)?"
)
NEVER = ("0000-00-00", "0001-01-01", "1970-01-01")
"""Dates platforms write for "not yet"."""


def clock_text(value: Any, zone: ZoneInfo = BEIJING) -> datetime | None:
    """`2026-11-20 12:00:00` in the channel's zone, or ISO with its own; "never" is None.

    Fractions of any length are cut to microseconds.
    """
    if value is None or value == "":
        return None
    if type(value) is int:
        return epoch(value)
    match = CLOCK_TEXT.fullmatch(value) if type(value) is str else None
    if match is None:
        raise ValueError("a time such as 2026-11-20 12:00:00")
    day, clock, fraction, offset = match.groups()
    if day in NEVER:
        return None
    micro = (fraction or "")[:6].ljust(6, "0")
    if offset:
        colon = offset if offset == "Z" or ":" in offset else offset[:3] + ":" + offset[3:]
        return datetime.fromisoformat(f"{day}T{clock}.{micro}{colon}").astimezone(UTC)
    naive = datetime.fromisoformat(f"{day}T{clock}.{micro}")
    return naive.replace(tzinfo=zone).astimezone(UTC)


def priced(price: int | None, count: int) -> int | None:
    """What so many pieces cost; ValueError beyond what an amount can be."""
    if price is None:
        return None
    if not -LARGEST <= (amount := price * count) <= LARGEST:
        raise ValueError("an amount of a sensible size")
    return amount


Text = Annotated[str, PlainValidator(_text)]
"""An id or word that comes as text or as a whole number."""
Id = Annotated[str, PlainValidator(_id)]
"""An id that must be there: text or a whole number, neither blank nor 0."""
SomeText = Annotated[str | None, PlainValidator(_some_text)]
"""The same, or nothing (null, absent or blank)."""
SomeId = Annotated[str | None, PlainValidator(_some_id)]
"""The same, where a platform writes 0 for none."""
Whole = Annotated[int, PlainValidator(_whole)]
"""A whole number (also fen), as number or text."""
SomeWhole = Annotated[int | None, PlainValidator(_some_whole)]
Pieces = Annotated[int, PlainValidator(pieces)]
"""How many were bought: 1 or more."""
SomePieces = Annotated[int | None, PlainValidator(_some_pieces)]
"""How many there are, or nothing: 0 and less too, where more was sold than there was."""
Yuan = Annotated[int, PlainValidator(_yuan)]
"""An amount in yuan, kept in fen."""
SomeYuan = Annotated[int | None, PlainValidator(_some_yuan)]
Flag = Annotated[bool, PlainValidator(_flag)]
SomeFlag = Annotated[bool | None, PlainValidator(_some_flag)]
Epoch = Annotated[datetime | None, PlainValidator(epoch)]
ClockText = Annotated[datetime | None, PlainValidator(clock_text)]
"""A Beijing time without zone, or ISO with one."""


class Words(dict[str, T]):
    """A platform's words and what each means to us; a word not in it means `unknown`."""

    def __init__(self, known: Mapping[str, T], *, unknown: T) -> None:
        super().__init__(known)
        self.unknown = unknown

    def __missing__(self, word: str) -> T:
        return self.unknown
