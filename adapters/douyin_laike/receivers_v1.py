"""Buyers' ciphertext, first and only shape: `Enc.` texts, opened in batches.

Since V27, when what apps could read by themselves became a call that is counted. Each text
has a result of its own. Its fields are documented for encrypting only (`results`,
`error_code`, `error_msg`, `cipher_text`); what the clear text is called differs between
clients, so several names are read (C), and a result that names no text is that of its
place. Source: channel paper §7, §9.11; pages common-capaticy/decryption-open-platform and
open-platform-encryption.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AliasChoices, Field, TypeAdapter

from hub_core.wire import JSON, Ask, Call, SomeFlag, SomeText, Wire

SHAPE = "receivers_v1"
MOST = 50
LISTS = ("results", "decrypt_results", "decrypt_result_list", "result_list")


class DecryptAsk(Ask):
    """Up to 50 ciphertexts of one account."""

    account: str = Field(min_length=1, serialization_alias="account_id")
    texts: Annotated[tuple[str, ...], Field(min_length=1, max_length=MOST, repr=False)] = (
        Field(serialization_alias="cipher_texts")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One text in clear, or the code of why not. It prints nothing."""

    cipher: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    code: str | None = None


class WireOpened(Wire):
    """One result as the platform has it."""

    error_code: SomeText = None
    is_success: SomeFlag = None
    cipher_text: SomeText = None
    plain_text: SomeText = Field(
        None, validation_alias=AliasChoices("plain_text", "decrypt_text", "decrypted_text")
    )


_OPENED: TypeAdapter[list[WireOpened]] = TypeAdapter(list[WireOpened])


def read(data: JSON) -> tuple[Opened, ...]:
    """A result for each text, in the platform's order."""
    rows: Any = next((data[name] for name in LISTS if name in data), None)
    if rows is None:
        raise ValueError("no list of results")
    return tuple([_opened(row) for row in _OPENED.validate_python(rows)])


def _opened(row: WireOpened) -> Opened:
    shut = row.is_success is False or row.error_code not in (None, "0")
    text = None if shut else row.plain_text
    code = None if text else row.error_code or "no code"
    return Opened(cipher=row.cipher_text, text=text, code=code)


DECRYPT: Call[tuple[Opened, ...]] = Call(
    name="receivers.decrypt",
    endpoint="/goodlife/v1/open/common_biz/crypto/decrypt/batch/",
    ask=DecryptAsk,
    read=read,
    is_write=True,  # each is counted: sent again, it would be paid for twice
    shape=SHAPE,
    status="simulated",
)
