"""References to secrets: where one stands, never the secret itself."""

from __future__ import annotations

import contextlib
import math
import os
import re
import shlex
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from ..errors import Misconfigured

KINDS = re.compile(r"env:[A-Za-z_]\w*|file:.+|keyring:[^/]+/.+|command:\s*\S.*")
HOW = (
    'write where it stands: "env:NAME" (an environment variable), "file:/path" (a file '
    'only you can read), "keyring:service/user" or "command:program argument …" (what it '
    "prints)"
)
SECONDS, LONGEST = 10.0, 1 << 16
"""How long a command may take, and how many bytes it may print."""
KEPT_FOR = 30.0
"""Seconds for which a command is not run again."""
_kept: dict[tuple[str, Path | None], tuple[float, str]] = {}


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
"""`env:NAME`, `file:path`, `keyring:service/user` or `command:argv`; anything else is
refused unseen."""
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
            found = _read(_place(where, folder))
        case "keyring":
            found = _keyring(where)
        case "command":
            found, reference = _printed(where, folder), _program(where)
        case _:
            raise Misconfigured(f"not a reference to a secret; {HOW}")
    if found is None or not found.strip("\r\n"):
        raise Misconfigured(f"{reference}: nothing is there; set it before the hub starts")
    return SecretStr(found.strip("\r\n"))


def file_of(reference: str, folder: Path | None = None) -> Path | None:
    """The file a reference names; None where it names none."""
    kind, _, where = reference.partition(":")
    return _place(where, folder) if kind == "file" else None


def _place(where: str, folder: Path | None) -> Path:
    return (folder or Path()) / Path(where).expanduser()


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


# Commands -------------------------------------------------------------------------------


def _printed(where: str, folder: Path | None) -> str:
    """What a program prints; run again after a while only, since every line to a platform
    asks for its app's secret."""
    at, said = _kept.get((where, folder), (-math.inf, ""))
    if time.monotonic() - at > KEPT_FOR:
        said = _run(where, folder)
        _kept[where, folder] = time.monotonic(), said
    return said


def _run(where: str, folder: Path | None) -> str:
    """Run it in the settings' folder, without a shell. Nothing of what it prints, nor of
    its arguments, is repeated in an error."""
    argv = _argv(where)
    try:
        running = subprocess.Popen(  # noqa: S603  # the operator's own, no shell
            argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=os.name == "posix",
        )  # fmt: skip
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name can't be run"
        raise Misconfigured(f"{_program(where)}: cannot be run: {why}") from None
    late = threading.Timer(SECONDS, _end, (running,))
    late.start()
    with running:
        try:
            assert running.stdout is not None
            said = running.stdout.read(LONGEST + 1)
            if len(said) > LONGEST:
                _end(running)
            code = running.wait()
        finally:
            late.cancel()
    return _checked(where, said, code)


def _checked(where: str, said: bytes, code: int) -> str:
    if len(said) > LONGEST:
        raise Misconfigured(f"{_program(where)}: prints more than {LONGEST} bytes")
    if code != 0:
        ended = f"ended with {code}" if code > 0 else f"took longer than {SECONDS:g} s"
        raise Misconfigured(f"{_program(where)}: {ended}; run it by hand to see why")
    try:
        return said.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Misconfigured(f"{_program(where)}: prints no UTF-8 text") from None


def _argv(where: str) -> list[str]:
    try:
        return shlex.split(where)
    except ValueError:
        raise Misconfigured("command: a quotation mark in it has no other") from None


def _program(where: str) -> str:
    """The program's name alone: an argument may be a secret."""
    argv = _argv(where)
    return f"command:{Path(argv[0]).name if argv else ''}"


def _end(running: subprocess.Popen[bytes]) -> None:
    """It, and what it has started."""
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(running.pid, signal.SIGKILL)
        else:
            running.kill()
