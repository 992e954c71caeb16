"""What the tests of this channel share: a session whose platform is scripted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from adapters.jd.dialect import Jos
from hub_core.ports import ShopInfo
from hub_core.wire import JSON, Call, Credentials

Answer = TypeVar("Answer")
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""In Beijing."""
WHO = Credentials("AK0001", "sandbox-secret", token="jdtok")


class Scripted:
    """A session whose platform is a function from method and parameters to a body."""

    def __init__(self, answer: Callable[[str, JSON], JSON], **given: Any) -> None:
        self._answer = answer
        self._dialect = Jos()
        self.sent: list[tuple[str, JSON]] = []
        self.facts: Mapping[str, str] = given.pop("facts", {})
        self.shop = ShopInfo(name="flagship", external_id="800001", **given)

    @property
    def methods(self) -> list[str]:
        """What was asked, in order."""
        return [method for method, _ in self.sent]

    def now(self) -> datetime:
        return NOON

    def send(self, call: Call[Answer], /, **asked: Any) -> Answer:
        """What the client does, less the network and the retries."""
        request = self._dialect.request(call, call.parameters(**asked), WHO, NOON)
        form = dict(request.form or ())
        method, asked_for = call.endpoint, dict(request.query)
        if form:
            method, asked_for = form["method"], json.loads(form["360buy_param_json"])
        self.sent.append((method, asked_for))
        body = json.loads(json.dumps(self._answer(method, asked_for)))
        return call.read(self._dialect.unwrap(call, body))


@pytest.fixture
def scripted() -> type[Scripted]:
    return Scripted


@pytest.fixture
def answer() -> Callable[..., JSON]:
    """A body of the gateway: the method's wrapper, well, around what is given."""

    def wrapped(method: str, **inner: Any) -> JSON:
        return {f"{method.replace('.', '_')}_responce": {"code": "0", **inner}}

    return wrapped


@pytest.fixture
def refusing() -> Callable[[str], JSON]:
    """A body of the gateway that says no."""
    return lambda code: {"error_response": {"code": code, "zh_desc": "说明"}}
