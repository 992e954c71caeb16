"""What the tests of this channel share: bodies, goldens, and a session that is scripted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from adapters.taobao.dialect import Top
from hub_core.models import Record
from hub_core.ports import ShopInfo
from hub_core.wire import JSON, Call, Credentials

Answer = TypeVar("Answer")
ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""Noon in Beijing."""
WHO = Credentials("12345678", "sandbox-secret", token="6100aabbccdd")


class Scripted:
    """A session whose platform is a function from form fields to a body."""

    def __init__(self, answer: Callable[[dict[str, str]], JSON], **given: Any) -> None:
        self._answer = answer
        self._dialect = Top()
        self.sent: list[dict[str, str]] = []
        self.facts: Mapping[str, str] = given.pop("facts", {})
        self.shop = ShopInfo(name="店", external_id="1", **given)

    def now(self) -> datetime:
        return NOW

    def send(self, call: Call[Answer], /, **asked: Any) -> Answer:
        """What the client does, less the network and the retries."""
        request = self._dialect.request(call, call.parameters(**asked), WHO, NOW)
        form = dict(request.form or ())
        self.sent.append(form)
        body = json.loads(json.dumps(self._answer(form)))
        return call.read(self._dialect.unwrap(call, body))


@pytest.fixture
def scripted() -> type[Scripted]:
    return Scripted


@pytest.fixture
def as_json() -> Callable[[Record], JSON]:
    """A record as a golden holds it: words, ISO times, None kept."""

    def plain(record: Record) -> JSON:
        found: JSON = json.loads(json.dumps(asdict(record), default=_text))
        return found

    return plain


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@pytest.fixture
def goldens() -> Path:
    return ROOT / "tests" / "golden" / "taobao"


@pytest.fixture
def samples() -> Path:
    """Payloads others have published: of tests that are marked `AT_HAND`."""
    return ROOT.parent / "shared" / "samples" / "taobao"
