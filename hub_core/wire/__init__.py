"""The vocabulary version files are written in. Pure: nothing here does I/O.

A version file holds wire models (the platform's own shape), readers (wire to canonical)
and `Call`s (one platform operation each: what to ask, how to read the answer). A
channel's `Dialect` signs and places a call's parameters and opens the envelope.
"""

from .calls import Ask, Call, Credentials, Dialect, HttpRequest
from .complaint import complaint
from .records import Records
from .reread import ReadRow, reread, row_reader
from .rows import JSON, Fetched, Item, Misread, Page, Ref, read_rows
from .strict import strict_json
from .values import (
    BEIJING,
    LARGEST,
    ClockText,
    Epoch,
    Flag,
    Id,
    Pieces,
    SomeFlag,
    SomeId,
    SomePieces,
    SomeText,
    SomeWhole,
    SomeYuan,
    Text,
    Whole,
    Wire,
    Words,
    Yuan,
    clock_text,
    epoch,
    pieces,
    priced,
)
from .versions import VERSION_FILE, pick, shapes

__all__ = [
    "BEIJING",
    "JSON",
    "LARGEST",
    "VERSION_FILE",
    "Ask",
    "Call",
    "ClockText",
    "Credentials",
    "Dialect",
    "Epoch",
    "Fetched",
    "Flag",
    "HttpRequest",
    "Id",
    "Item",
    "Misread",
    "Page",
    "Pieces",
    "ReadRow",
    "Records",
    "Ref",
    "SomeFlag",
    "SomeId",
    "SomePieces",
    "SomeText",
    "SomeWhole",
    "SomeYuan",
    "Text",
    "Whole",
    "Wire",
    "Words",
    "Yuan",
    "clock_text",
    "complaint",
    "epoch",
    "pick",
    "pieces",
    "priced",
    "read_rows",
    "reread",
    "row_reader",
    "shapes",
    "strict_json",
]
