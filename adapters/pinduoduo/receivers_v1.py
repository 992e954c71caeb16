"""Receivers, first and only shape: ciphertext of an order, opened by the platform.

Since 2021, when names, phones and addresses came to be sealed. Each row has an outcome of
its own. A phone may be a virtual number with an extension, in a field beside it or within
the text itself (B). From outside the platform's own cloud one call is let through in ten
seconds. What comes is for the moment: nothing of it may be kept or printed.
Source: page of pdd.open.decrypt.batch in copies of 2021 to 2024; channel paper PDD §3, §4.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, PlainSerializer, TypeAdapter

from hub_core.wire import JSON, Ask, Call, SomeFlag, SomeText, Text, Wire, Words

SHAPE = "receivers_v1"
MOST = 100
DONE = "0"
JOINED = re.compile(r"\$([0-9]+)\$#([0-9]+)#")
"""A virtual number and its extension in one text."""
KINDS: Words[str] = Words(
    {
        "5": "name",
        "6": "phone",
        "7": "full_address",
        "8": "address",
        "9": "tracking_no",
        "10": "id_number",
        "11": "id_name",
    },
    unknown="unknown",
)
"""`data_type`: what a text is. 1 to 4 are cards and payments, which nobody asks for."""


class Sealed(Ask):
    """One ciphertext, and the order it was read from."""

    order: str = Field(min_length=1, serialization_alias="data_tag")
    cipher: str = Field(min_length=1, repr=False, serialization_alias="encrypted_data")


def sealed_text(given: Sequence[Sealed]) -> str:
    """The rows as JSON, as it is signed too."""
    said = [row.model_dump(by_alias=True) for row in given]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


class DecryptAsk(Ask):
    """Up to 100 ciphertexts at once."""

    rows: Annotated[tuple[Sealed, ...], PlainSerializer(sealed_text)] = Field(
        min_length=1, max_length=MOST, repr=False, serialization_alias="data_list"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One text in clear, or why it stays shut. It prints nothing."""

    order_external_id: str = field(repr=False)
    cipher: str | None = field(default=None, repr=False)
    """What was asked to be opened: rows need not come in the order they were asked in."""
    what: str = field(default="unknown", repr=False)
    """`name`, `phone` …, as in KINDS."""
    text: str | None = field(default=None, repr=False)
    extension: str | None = field(default=None, repr=False)
    is_virtual_number: bool | None = field(default=None, repr=False)
    refused: str | None = field(default=None, repr=False)
    """The platform's words, or its code, where it was not opened."""


class WireOpened(Wire):
    """One row as the platform has it."""

    data_tag: Text
    error_code: Text
    encrypted_data: SomeText = None
    data_type: SomeText = None
    decrypted_data: SomeText = None
    error_msg: SomeText = None
    virtual_number_type: SomeFlag = None
    virtual_identify_number: SomeText = None


_OPENED: TypeAdapter[list[WireOpened]] = TypeAdapter(list[WireOpened])


def read(inner: JSON) -> tuple[Opened, ...]:
    """What the platform told of; a row it leaves out was not told."""
    found = _OPENED.validate_python(inner["data_decrypt_list"])
    return tuple([_opened(row) for row in found])


def _opened(row: WireOpened) -> Opened:
    is_open = row.error_code == DONE
    text, extension = _parted(row.decrypted_data if is_open else None)
    return Opened(
        order_external_id=row.data_tag,
        cipher=row.encrypted_data,
        what=KINDS[row.data_type or ""],
        text=text,
        extension=extension or (row.virtual_identify_number if is_open else None),
        is_virtual_number=extension is not None or row.virtual_number_type,
        refused=None if is_open else row.error_msg or row.error_code,
    )


def _parted(text: str | None) -> tuple[str | None, str | None]:
    """A text, and the extension where it is a virtual number written as one."""
    joined = JOINED.fullmatch(text or "")
    return (joined[1], joined[2]) if joined else (text, None)


DECRYPT: Call[tuple[Opened, ...]] = Call(
    name="receivers.decrypt",
    endpoint="pdd.open.decrypt.batch",
    ask=DecryptAsk,
    read=read,
    is_write=True,  # each is counted: sent again, it would be paid for twice
    shape=SHAPE,
    status="simulated",
)
