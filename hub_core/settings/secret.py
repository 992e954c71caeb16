"""References to secrets: where one stands, never the secret itself."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from ..errors import Misconfigured

KINDS = re.compile(r"env:[A-Za-z_]\w*|file:.+|keyring:[^/]+/.+")
HOW = (
    'write where it stands: "env:NAME" (an environment variable), "file:/path" (a file '
    'only you can read) or "keyring:service/user"'
)


def is_reference(text: str) -> bool:
    """Whether the text says where a secret stands."""
    return KINDS.fullmatch(text) is not None


def _reference(text: str) -> str:
    if is_reference(text):
        return text
    raise ValueError(
        f"a secret does not belong in this file; {HOW}. If this file was ever shared, "
        "renew the secret on the platform"
    )


def _no_password(text: str) -> str:
    if is_reference(text):
        return text
    try:
        password = urlsplit(text).password
    except ValueError:
        raise ValueError("should be a URL") from None
    if password:
        raise ValueError(f"a password does not belong in this file; for the URL, {HOW}")
    return text


Reference = Annotated[str, AfterValidator(_reference)]
"""`env:NAME`, `file:path` or `keyring:service/user`; anything else is refused unseen."""
OpenURL = Annotated[str, AfterValidator(_no_password)]
"""A URL without a password, or a reference to one that has it."""


def reveal(reference: str, folder: Path | None = None) -> SecretStr:
    """Fetch the secret a reference names; one that is empty or not there is Misconfigured.

    A relative `file:` path starts at `folder`, the settings file's own. A line end after
    the secret is dropped.
    """
    kind, _, where = reference.partition(":")
    match kind:
        case "env":
            found = os.environ.get(where)
        case "file":
            found = _read((folder or Path()) / Path(where).expanduser())
        case "keyring":
            found = _keyring(where)
        case _:
            raise Misconfigured(f"not a reference to a secret; {HOW}")
    if found is None or not found.strip("\r\n"):
        raise Misconfigured(f"{reference}: nothing is there; set it before the hub starts")
    return SecretStr(found.strip("\r\n"))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Misconfigured(f"file:{path} cannot be read: {why}") from None


def _keyring(where: str) -> str | None:
    service, _, user = where.partition("/")
    try:
        from keyring import get_password
        from keyring.errors import KeyringError
    except ImportError:
        raise Misconfigured(
            f"keyring:{where} needs the extra: pip install 'channel-hub[keyring]'"
        ) from None
    try:
        found: str | None = get_password(service, user)
    except KeyringError as error:
        why = type(error).__name__
        raise Misconfigured(
            f"keyring:{where} cannot be asked ({why}): unlock it, or use env: or file:"
        ) from None
    return found
