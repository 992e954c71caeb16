"""The master key: 32 bytes that seal what the hub keeps of tokens and people.

Looked for in this order: CHANNEL_HUB_KEY, CHANNEL_HUB_KEY_FILE, `key` in `[hub]` (which
may name a keyring), the file `master.key` in the user's folder. Only the last is made
when it is not there. Whoever loses the key loses what it sealed.
"""

from __future__ import annotations

import base64
import binascii
import logging
import os
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import Misconfigured
from .folders import Environment, config_folder
from .secret import reveal
from .settings import Settings

LENGTH = 32
FILE = "master.key"
MAKE = "python -c 'import os,base64;print(base64.b64encode(os.urandom(32)).decode())'"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key, where it was found, and what a person should mend about that."""

    key: bytes = field(repr=False)
    source: str
    warning: str | None = None


def master_key(settings: Settings) -> bytes:
    """The key in force; made on first use. A warning about it goes to the log.

    Raises Misconfigured when the key cannot be read or is no key.
    """
    found = find_key(settings)
    if found.warning:
        log.warning("%s", found.warning)
    return found.key


def find_key(settings: Settings) -> MasterKey:
    """The key in force, with its source and warning. Raises as `master_key`."""
    given = Environment()
    if given.key is not None:
        key = _decode(given.key.get_secret_value(), "CHANNEL_HUB_KEY")
        return MasterKey(key, "CHANNEL_HUB_KEY")
    if given.key_file is not None:
        return _read(given.key_file)
    if (reference := settings.hub.key) is not None:
        folder = settings.source.parent if settings.source else None
        secret = reveal(reference, folder).get_secret_value()
        return MasterKey(_decode(secret, reference), reference)
    return key_file(config_folder() / FILE)


def key_file(path: Path) -> MasterKey:
    """The key in a file, which is made, readable by its owner only, if not there."""
    if not path.exists():
        _make(path)
    return _read(path)


def _read(path: Path) -> MasterKey:
    try:
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise Misconfigured(f"{path}: the key cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path}: {_wrong()}") from None
    return MasterKey(_decode(text, str(path)), str(path), _loose(path))


def _loose(path: Path) -> str | None:
    if sys.platform == "win32" or not path.stat().st_mode & 0o077:
        return None
    return f"{path}: other users may read the key; run: chmod 600 '{path}'"


def _decode(text: str, source: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise Misconfigured(f"{source}: {_wrong()}") from None
    if len(key) != LENGTH:
        raise Misconfigured(f"{source}: {_wrong()}, not of {len(key)}")
    return key


def _wrong() -> str:
    return f"the key has to be base64 of {LENGTH} bytes (make one: {MAKE})"


def _make(path: Path) -> None:
    """Written aside and linked into place: of two first uses one wins, and the other
    never sees half a key."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            _write(aside)
            _place(aside, path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise Misconfigured(
            f"{path}: the key cannot be made: {error.strerror}; set CHANNEL_HUB_KEY or "
            "CHANNEL_HUB_KEY_FILE instead"
        ) from None


def _place(aside: Path, path: Path) -> None:
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return  # another process was first: its key holds


def _write(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(LENGTH)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
