"""A log line is one event, and tells no secret and nobody's data."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from hub_core.cli.app import app, run
from hub_core.service import logs

PHONE, TOKEN = "13812345678", "act.7f3kd93jfk2Lm0aQ9xZr5t"


@pytest.fixture
def restored() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    loud = [logging.getLogger(name) for name in (*logs.LOUD, "uvicorn.error")]
    state = [(one, one.handlers[:], one.propagate, one.level) for one in loud]
    yield
    root.handlers[:], root.level = before[0], before[1]
    logging.captureWarnings(False)
    for one, handlers, propagate, level in state:
        one.handlers[:], one.propagate, one.level = handlers, propagate, level


def broken(said: str) -> None:
    try:
        raise KeyError(said)
    except KeyError as error:
        raise RuntimeError(f"while reading {said}") from error


HOSTILE = [
    f"buyer {PHONE} wrote",
    f"GET https://api.example.com/orders?access_token={TOKEN}&openid=oX7a9 failed",
    f"path /hooks/x?sign=abc&order_id=4801 {TOKEN}",
    f"session={TOKEN}",
    "one\r\n2026-11-20 CRITICAL forged: two\x1b[2J\u2028three\u202e",
    "联系人：张三 收货",
]


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("form", logs.FORMATS)
def test_each_event_is_one_line_without_anybody_s_data(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("uvicorn.error").setLevel("CRITICAL")  # as a server did before
    logs.install(form, "info")
    for said in HOSTILE:
        logging.getLogger("hub_core.test").warning("%s", said)
        logging.getLogger("dbos").error(said)
    try:
        broken(f"王小二 {PHONE}")
    except RuntimeError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    text = capsys.readouterr().err
    lines = text.splitlines()
    assert len(lines) == 2 * len(HOSTILE) + 1
    for secret in (PHONE, TOKEN, "oX7a9", "4801", "张三", "王小二", "\x1b", "\u202e"):
        assert secret not in text
    assert "RuntimeError at tests" in lines[-1] or "RuntimeError at running" in lines[-1]
    assert "from KeyError" in lines[-1]
    if form == "json":
        told = [json.loads(line) for line in lines]
        assert {one["logger"] for one in told} == {"hub_core.test", "dbos", "uvicorn.error"}
        assert {one["level"] for one in told} == {"warning", "error"}


@pytest.mark.usefixtures("restored")
def test_libraries_tell_no_requests_however_much_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.install("text", "debug")
    for name in ("httpx", "httpcore.http11", "dbos", "sqlalchemy.engine.Engine"):
        logging.getLogger(name).info("Authorization: Bearer %s", TOKEN)
    logging.getLogger("hub_core.test").debug("of our own")
    logging.getLogger("hub_core.test").warning("%d of them", "wrong")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("DEBUG hub_core.test: of our own")
    assert lines[1].endswith("%d of them")


@pytest.mark.usefixtures("restored")
def test_what_is_no_format_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(app, ["serve", "--log-format", "xml"]) == 2
    assert "text, json" in capsys.readouterr().err
    assert run(app, ["serve", "--log-level", "loud"]) == 2
    assert "warning" in capsys.readouterr().err
