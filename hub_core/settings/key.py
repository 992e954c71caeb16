"""The master key: 32 bytes that seal what the hub keeps of tokens and people.

Looked for in this order: CHANNEL_HUB_KEY, CHANNEL_HUB_KEY_FILE, `key` in `[hub]` (which
may name a keyring), the file `master.key` in the user's folder. Only the last is made
when it is not there. Whoever loses the key loses what it sealed.

Each may hold several, one a line: the first seals, the others still open what they sealed.
"""

from __future__ import annotations

import base64
import binascii
import logging
import math
import os
import secrets
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import Misconfigured
from .folders import Environment, config_folder
from .secret import file_of, reveal
from .settings import Settings

LENGTH = 32
FILE = "master.key"
SELDOM = 10.0
"""Seconds for which a keyring or a command is not asked again for a missing key."""
MAKE = "python -c 'import os,base64;print(base64.b64encode(os.urandom(32)).decode())'"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key, where it was found, and what a person should mend about that."""

    key: bytes = field(repr=False)
    """The newest: it seals."""
    source: str
    warning: str | None = None
    former: tuple[bytes, ...] = field(default=(), repr=False)
    """Those before it, newest first: they open."""
    file: Path | None = None
    """The file they stand in, where it is one."""

    @property
    def every(self) -> tuple[bytes, ...]:
        """All of them, the newest first."""
        return (self.key, *self.former)


def master_key(settings: Settings) -> bytes:
    """The key in force; made on first use. A warning about it goes to the log.

    Raises Misconfigured when the key cannot be read or is no key.
    """
    return warned_key(settings).key


def warned_key(settings: Settings) -> MasterKey:
    """The same, with those before it."""
    found = find_key(settings)
    if found.warning:
        log.warning("%s", found.warning)
    return found


def find_key(settings: Settings) -> MasterKey:
    """The key in force, with its source and warning. Raises as `master_key`."""
    given = Environment()
    if given.key is not None:
        text = given.key.get_secret_value()
        return _master(text, "CHANNEL_HUB_KEY")
    if given.key_file is not None:
        return _read(given.key_file)
    if (reference := settings.hub.key) is not None:
        folder = settings.source.parent if settings.source else None
        secret = reveal(reference, folder).get_secret_value()
        return _master(secret, reference, file=file_of(reference, folder))
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
    return _master(text, str(path), file=path, warning=_loose(path))


def _master(text: str, source: str, **more: Any) -> MasterKey:
    newest, *former = _decode_all(text, source)
    return MasterKey(newest, source, former=tuple(former), **more)


def _loose(path: Path) -> str | None:
    if sys.platform == "win32" or not path.stat().st_mode & 0o077:
        return None
    return f"{path}: other users may read the key; run: chmod 600 '{path}'"


def _decode_all(text: str, source: str) -> list[bytes]:
    """One a line; a comma does where a line can't end, as in a variable."""
    words = text.replace(",", " ").split() or [""]
    return list(dict.fromkeys(_decode(word, source) for word in words))


def _decode(text: str, source: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
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


def _write(path: Path, *keys: bytes) -> None:
    """A file only its owner can read; of one new key where none is given."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for key in keys or (secrets.token_bytes(LENGTH),):
            file.write(base64.b64encode(key) + b"\n")
        file.flush()
        os.fsync(file.fileno())


# Changing it ----------------------------------------------------------------------------


class KeySource:
    """The keys as they are found while the hub runs: a file is looked at as often as one
    asks, a keyring or a command only for a key that is missing, and seldom; a variable of
    the environment never changes."""

    def __init__(self, settings: Settings, found: MasterKey) -> None:
        self._settings, self._file, self._source = settings, found.file, found.source
        self._stamp, self._asked = _stamp(found.file), -math.inf
        self._lock = threading.Lock()

    def __call__(self, missing: bool) -> tuple[bytes, ...] | None:
        """All keys, newest first; None where they are as before."""
        with self._lock:
            if self._file is None and not self._may_ask(missing):
                return None
            stamp = _stamp(self._file)
            if self._file is not None and stamp == self._stamp:
                return None
            if self._file is not None and stamp is None:  # looking would make another
                raise Misconfigured(f"{self._file}: the key's file is gone")
            found = find_key(self._settings).every
            self._stamp = stamp
            return found

    def _may_ask(self, missing: bool) -> bool:
        now = time.monotonic()
        if not missing or self._source == "CHANNEL_HUB_KEY" or self._source[:4] == "env:":
            return False
        if now < self._asked + SELDOM:
            return False
        self._asked = now
        return True


def _stamp(file: Path | None) -> tuple[int, int, int] | None:
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size) if found else None


def new_key() -> bytes:
    """A key of chance."""
    return secrets.token_bytes(LENGTH)


def as_text(key: bytes) -> str:
    """A key as a line of a key's file."""
    return base64.b64encode(key).decode()


def may_write(found: MasterKey) -> bool:
    """Whether the hub can put another key into the file it was found in."""
    if found.file is None:
        return False
    real = found.file.resolve()
    return os.access(real, os.W_OK) and os.access(real.parent, os.W_OK)


def replace_keys(file: Path, before: Sequence[bytes], keys: Sequence[bytes]) -> None:
    """Put these keys in place of those, whole or not at all; owner and mode stay.

    One at a time: the caller sees to it. Raises Misconfigured where others stand there, or
    it can't be written.
    """
    real = file.resolve()
    if key_file(real).every != tuple(before):
        raise Misconfigured(f"{file}: it was changed just now; look, then try again")
    aside = real.with_name(f".{real.name}.{secrets.token_hex(8)}")
    try:
        try:
            _write(aside, *keys)
            _dress_as(real, aside)
            aside.replace(real)
            _flush_folder(real.parent)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be written: {error.strerror}") from None


def _dress_as(real: Path, aside: Path) -> None:
    """Its owner reads it, whoever changes it: the service's user may be another."""
    if sys.platform != "win32":
        was = real.stat()
        os.chown(aside, was.st_uid, was.st_gid)
        aside.chmod(was.st_mode & 0o777)


def _flush_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
