"""The vocabulary version files are written in. Pure: nothing here does I/O.

A version file holds wire models (the platform's own shape), readers (wire to canonical)
and `Call`s (one platform operation each: what to ask, how to read the answer). A
channel's `Dialect` signs and places a call's parameters and opens the envelope.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, PlainValidator, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from .errors import BadRequest, Misconfigured
from .models import Order, minor_units

JSON = dict[str, Any]
Answer = TypeVar("Answer")
W = TypeVar("W", bound="Wire")
T = TypeVar("T")

VERSION_FILE = re.compile(r"(?P<area>[a-z_]+)_v(?P<number>\d+)")
BEIJING = ZoneInfo("Asia/Shanghai")


# What comes back -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, init=False)
class Fetched:
    """A record read whole: the canonical order, and the platform's own form of it.

    That form is kept as text: it waits for its commit among a thousand others, and the
    objects it was read from take four times the room.
    """

    order: Order
    text: bytes = field(repr=False)
    """UTF-8 JSON."""

    def __init__(self, order: Order, raw: JSON) -> None:
        object.__setattr__(self, "order", order)
        object.__setattr__(self, "text", to_json(raw))

    @property
    def raw(self) -> JSON:
        """The record as it came, decoded anew."""
        decoded: JSON = from_json(self.text)
        return decoded


@dataclass(frozen=True, slots=True)
class Ref:
    """A record only named by a list: it has to be fetched by id."""

    external_id: str
    updated_at: datetime | None = None
    status_raw: str | None = None
    """The platform's word for its state, where the list tells it: of two changes within
    a second the time shows only one."""


@dataclass(frozen=True, slots=True)
class Misread:
    """A record that could not be read: kept in its raw form, the others go on."""

    external_id: str | None
    reason: str
    raw: Any = field(repr=False)
    updated_at: datetime | None = None


Item = Fetched | Ref | Misread


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    `total` is the number of rows the platform says the whole window has, `number` the
    page it says this is, `has_more` whether it says others follow, `cursor` where it
    says the next page begins. None: it did not say.
    """

    items: tuple[Item, ...]
    total: int | None = None
    number: int | None = None
    has_more: bool | None = None
    cursor: Any = None


# What goes out -------------------------------------------------------------------------


class Ask(BaseModel):
    """A request's parameters, checked before they leave. Unknown ones are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Answer]):
    """One platform operation in one of its shapes. Does no I/O."""

    name: str
    """Ours, stable across shapes: `orders.list`, `orders.get`, `token.fetch` …"""
    endpoint: str
    """The platform's path or method name."""
    ask: type[Ask]
    read: Callable[[JSON], Answer]
    """From the opened envelope to the answer. Raises ValueError or KeyError when it
    does not have the documented shape."""
    method: str = "POST"
    needs_token: bool = True
    shape: str = ""
    """The version file it stands in: `orders_v2`."""
    status: str = "documented"
    """`documented`, `simulated` or `live-verified YYYY-MM-DD`."""

    def parameters(self, **given: Any) -> JSON:
        """Check and shape what is asked. Raises BadRequest naming each bad parameter."""
        try:
            asked = self.ask.model_validate(given)
        except ValidationError as error:
            raise BadRequest(f"{self.name}: {complaint(error)}") from None
        return asked.model_dump(exclude_none=True, by_alias=True)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing needs. Handed to a dialect by the client, never to a connector."""

    app_key: str
    app_secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    account: Mapping[str, str] = field(default_factory=dict)
    """The shop's ids by the platform's own names (`account_id`, `root_account_id` …)."""
    options: Mapping[str, str] = field(default_factory=dict)
    """C-marked facts of the wire that configuration may set (`sign_method` …)."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A signed request, ready to send. `path` is appended to the channel's base URL.

    Tokens and secrets are in it, so it prints its method and path only.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Sequence[tuple[str, str]] | None = field(default=None, repr=False)
    json: Any = field(default=None, repr=False)
    base_url: str | None = None
    """Another host than the channel's own (some platforms keep tokens elsewhere)."""


class Dialect(Protocol):
    """How a platform is spoken to, whatever the operation. Pure."""

    def request(
        self, call: Call[Any], params: JSON, who: Credentials, now: datetime
    ) -> HttpRequest:
        """Sign and place a call. `now` is the platform's time, aware."""
        ...

    def unwrap(self, call: Call[Any], body: JSON) -> JSON:
        """Open a decoded answer's envelope.

        Raises the `HubError` its error code stands for; success needs positive proof.
        """
        ...

    def request_id(self, body: JSON) -> str | None:
        """The platform's own id for this exchange, for its support desk."""
        ...

    def server_time(self, body: JSON) -> datetime | None:
        """The platform's time if its answers carry it: used when no Date header came."""
        ...


# Wire models ---------------------------------------------------------------------------


class Wire(BaseModel):
    """A platform's own shape. Unknown fields are passed over: the raw record keeps them."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


LARGEST = 10**16
"""No amount, count or time is beyond it: what one order adds up fits 64 bits."""
MOST_PIECES = 10**9
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


# Reading lists -------------------------------------------------------------------------


def complaint(error: Exception) -> str:
    """What a validation error says, without the values: they may be personal data."""
    if isinstance(error, ValidationError):
        rows = error.errors(include_input=False, include_url=False, include_context=False)
        said = [f"{'.'.join(map(str, r['loc']))}: {_plain(r['msg'])}" for r in rows[:5]]
        return "; ".join(said)
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing" if error.args else "a field is missing"
    return str(error) or type(error).__name__


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")


def read_rows(
    rows: Iterable[Any],
    wire: TypeAdapter[W],
    to_order: Callable[[W], Order],
    name: Callable[[Any], str | None],
) -> tuple[Item, ...]:
    """Read each row; one that does not fit becomes `Misread`, the others go on.

    `name` finds the id in a raw row that could not be read; it may raise.
    """
    return tuple([_read_row(row, wire, to_order, name) for row in rows])


def _read_row(
    row: Any,
    wire: TypeAdapter[W],
    to_order: Callable[[W], Order],
    name: Callable[[Any], str | None],
) -> Item:
    try:
        return Fetched(to_order(wire.validate_python(row)), row)
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
    ) as error:
        return Misread(_name(row, name), complaint(error), row)


def _name(row: Any, name: Callable[[Any], str | None]) -> str | None:
    try:
        return name(row)
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


# Versions ------------------------------------------------------------------------------


def shapes(package: str) -> dict[str, dict[int, str]]:
    """The version files of an adapter package: area → number → module name."""
    found: dict[str, dict[int, str]] = {}
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if m := VERSION_FILE.fullmatch(info.name):
            found.setdefault(m["area"], {})[int(m["number"])] = f"{package}.{info.name}"
    return found


def pick(package: str, area: str, pin: int | None = None) -> Any:
    """Import `<area>_v<pin>` of an adapter package; the newest where there is no pin.

    Raises Misconfigured naming the versions there are, if `pin` is not one of them.
    """
    versions = shapes(package).get(area, {})
    number = max(versions, default=None) if pin is None else pin
    if number is None or number not in versions:
        raise Misconfigured(f"{package} has {area} in shapes {sorted(versions)}, not {pin}")
    return importlib.import_module(versions[number])
