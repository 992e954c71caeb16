"""Pages of platforms' documents: fetched, stripped to their text, held against last time.

A channel lists its pages in `pages.toml` of its adapter's package. Of a page its lines of
text are kept and nothing else: a new picture or a script is no change. A page that scripts
put together in the browser has next to no text, and that is said: it cannot be watched.
"""

from __future__ import annotations

import hashlib
import json
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from pydantic import BaseModel, ConfigDict, ValidationError

from ..client import httpx
from ..errors import Misconfigured
from ..wire import complaint

FILE = "pages.toml"
CAP = 2 << 20
"""Bytes of a page, unpacked, beyond which it is not read on."""
PATIENCE = 30.0
"""Seconds a page may take, whole."""
HOPS = 3
"""So many times a page may send on to another address."""
LITTLE = 8
"""A page of fewer lines is one that scripts put together."""
SHOWN, WIDE = 20, 160
"""So many lines of a change are shown, so many characters of each."""
SKIPPED = frozenset({"script", "style", "noscript", "svg", "template", "title"})
INLINE = frozenset(
    {"a", "b", "code", "em", "font", "i", "span", "strong", "sub", "sup", "u"}
)


class DocPage(BaseModel):
    """One page a channel's version files were written from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    url: str
    areas: tuple[str, ...] = ()
    mark: str = "C"
    """How sure its address is: A, B or C."""


@dataclass(slots=True)
class Look:
    """What became of one page since it was read last."""

    channel: str
    name: str
    url: str
    areas: tuple[str, ...]
    mark: str
    state: str = "same"
    """`new`, `same`, `changed`, `no text`, or `failed`: nothing can be said of it."""
    said: str = ""
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    last_at: str | None = None
    """When it was read before."""

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


class Unfetched(Exception):
    """A page that could not be had, and why."""


def pages_of(package: str) -> list[DocPage]:
    """What a channel's adapter package lists; [] where it has no list.

    Raises Misconfigured for a list that is none.
    """
    found = resources.files(package).joinpath(FILE)
    if not found.is_file():
        return []
    try:
        told = tomllib.loads(found.read_text("utf-8"))
        return [DocPage.model_validate(one) for one in told.get("pages", [])]
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise Misconfigured(f"{FILE} of {package}: {complaint(error)}") from None


# Fetching ------------------------------------------------------------------------------


def fetched(
    client: httpx.Client, url: str, clock: Callable[[], float] = time.monotonic
) -> tuple[bytes, str]:
    """A page's bytes, at most `CAP`, and what it says it is. Raises Unfetched."""
    end = clock() + PATIENCE
    try:
        for _ in range(HOPS + 1):
            with client.stream("GET", url, timeout=PATIENCE) as answer:
                if answer.is_redirect:
                    url = urljoin(url, answer.headers.get("location", ""))
                    continue
                if answer.status_code != 200:
                    raise Unfetched(f"it is answered with status {answer.status_code}")
                kind = answer.headers.get("content-type", "")
                return _body(answer, end, clock), kind
    except httpx.InvalidURL:
        raise Unfetched("its address is none") from None
    except httpx.HTTPError as error:
        raise Unfetched(f"it cannot be had: {type(error).__name__}") from None
    raise Unfetched("it sends on and on to other addresses")


def _body(answer: httpx.Response, end: float, clock: Callable[[], float]) -> bytes:
    body = b""
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > CAP:
            raise Unfetched(f"it is larger than {CAP >> 20} MB")
        if clock() > end:
            raise Unfetched(f"it took longer than {PATIENCE:g} s")
    return body


# Text ----------------------------------------------------------------------------------


class _Text(HTMLParser):
    """The lines of a page as they would be read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._inside += tag in SKIPPED
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED and self._inside:
            self._inside -= 1
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag not in INLINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.parts.append(data.replace("\n", " "))


def lines_of(body: bytes, kind: str) -> list[str]:
    """Its text, line by line, blanks drawn together; JSON a value a line."""
    text = body.decode("utf-8", "replace")
    if "json" in kind:
        with suppress(ValueError):
            told = json.loads(text)
            text = json.dumps(told, ensure_ascii=False, indent=0, sort_keys=True)
    elif "html" in kind or text.lstrip()[:1] == "<":
        parser = _Text()
        parser.feed(text)
        text = "".join(parser.parts)
    found = (" ".join(line.split()) for line in text.split("\n"))
    return [line for line in found if line]


# Looking -------------------------------------------------------------------------------


class Kept:
    """What pages said last, in one file. Lost, every page is new once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pages: dict[str, dict[str, Any]] = {}
        if path.exists():
            try:
                self._pages = json.loads(path.read_text("utf-8"))
            except ValueError:
                raise Misconfigured(f"{path} is damaged; remove it") from None

    def of(self, url: str) -> Mapping[str, Any] | None:
        """`at`, `digest` and `lines`, as `keep` was given them."""
        return self._pages.get(url)

    def keep(self, url: str, lines: list[str], at: datetime) -> None:
        """From now on a page is held against this."""
        said = {"at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "digest": digest(lines), "lines": lines}
        self._pages[url] = said

    def save(self) -> None:
        """Whole or not at all."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(self._pages, ensure_ascii=False), "utf-8")
        new.replace(self._path)


def digest(lines: list[str]) -> str:
    """What tells one text from another."""
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()


def looked(
    client: httpx.Client, channel: str, pages: list[DocPage], kept: Kept, now: datetime
) -> Iterator[Look]:
    """Each page as it is now, held against what is kept, which then is this. A page that
    cannot be had changes nothing."""
    for page in pages:
        look = Look(channel, page.name, page.url, page.areas, page.mark)
        before = kept.of(page.url)
        look.last_at = str(before["at"]) if before else None
        try:
            lines = lines_of(*fetched(client, page.url))
        except Unfetched as error:
            look.state, look.said = "failed", str(error)
        else:
            _compare(look, before, lines)
            kept.keep(page.url, lines, now)
        yield look


def _compare(look: Look, before: Mapping[str, Any] | None, lines: list[str]) -> None:
    if len(lines) < LITTLE:
        look.state, look.said = "no text", "scripts put it together: look with a browser"
        return
    if before is None:
        look.state = "new"
    if before is None or before["digest"] == digest(lines):
        return
    look.state = "changed"
    old, new = Counter(before["lines"]), Counter(lines)
    look.added = _shown([line for line in lines if new[line] > old[line]])
    look.removed = _shown([line for line in before["lines"] if old[line] > new[line]])
    look.said = "" if look.added or look.removed else "lines moved"


def _shown(lines: list[str]) -> list[str]:
    more = [f"… {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    cut = [line if len(line) <= WIDE else f"{line[:WIDE]}…" for line in lines[:SHOWN]]
    return cut + more
