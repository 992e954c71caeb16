"""A line: one call out and back, where it goes, and what is kept of it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from hub_core.client import Line, httpx, open_http
from hub_core.errors import BadRequest, HubError, Rejected, TokenExpired
from hub_core.ports import Session
from hub_core.sandbox import Response, json_response
from hub_core.testing.bridge import platform_transport
from hub_core.wire import JSON, Call, Credentials, HttpRequest
from tests.client.corner import (
    KEY,
    LIST,
    OK,
    SECRET,
    SHOP,
    Bench,
    Canned,
    CornerDialect,
    channel,
)


def test_a_line_is_a_session() -> None:
    bench = Bench()
    session: Session = bench.line(facts={"sort": "modified"})
    assert session.shop.name == "flagship"
    assert session.facts == {"sort": "modified"}
    assert session.now() == bench.clock.now()


def test_a_call_is_sent_read_and_journaled() -> None:
    bench = Bench()
    line = bench.line()
    line.stream = "orders"
    assert line.send(LIST, page=3) == [3]
    (entry,) = bench.journal.entries
    assert line.last == entry
    assert (entry.outcome, entry.status, entry.call, entry.shop, entry.stream) == (
        "ok", 200, "orders.list", "flagship", "orders",
    )  # fmt: skip
    assert entry.params == {"page": 3}
    assert entry.sent_bytes == len(b'{"page":3,"time":1763611200}')
    assert entry.received_bytes == len(b'{"code":0,"data":{"rows":[3]}}')
    assert entry.body is None
    assert entry.body_hash is not None
    assert len(entry.body_hash) == 32


def test_every_attempt_is_journaled_and_numbered() -> None:
    bench = Bench(box=Canned(Response(503), Response(503), OK))
    assert bench.line().send(LIST) == [1]
    entries = bench.journal.entries
    assert [(e.attempt, e.outcome) for e in entries] == [
        (1, "Retryable"), (2, "Retryable"), (3, "ok"),
    ]  # fmt: skip
    assert [e.id for e in entries] == sorted({e.id for e in entries})


def test_a_bad_parameter_never_leaves() -> None:
    bench = Bench()
    with pytest.raises(BadRequest, match=r"corner flagship orders\.list: .*page"):
        bench.line().send(LIST, page="many")
    assert bench.calls == 0


def test_an_error_says_where_it_happened_and_can_be_looked_up() -> None:
    answer = json_response({"code": 33, "msg": "no such shop", "request_id": "r-77"})
    bench = Bench(box=Canned(answer))
    with pytest.raises(Rejected) as caught:
        bench.line().send(LIST)
    error = caught.value
    assert (error.channel, error.shop, error.call) == ("corner", "flagship", "orders.list")
    assert (error.code, error.request_id) == ("33", "r-77")
    assert [error.journal_id] == [entry.id for entry in bench.journal.entries]
    assert bench.journal.entries[0].code == "33"
    assert bench.journal.entries[0].request_id == "r-77"


def test_a_journal_that_fails_costs_no_order(caplog: pytest.LogCaptureFixture) -> None:
    class Full:
        def note(self, entry: object) -> None:
            raise OSError("disk full")

    assert Bench().line(journal=Full()).send(LIST) == [1]
    assert "the journal did not take an entry" in caplog.text


def test_no_cookie_of_one_shop_travels_with_another() -> None:
    answer = replace(OK, headers={**OK.headers, "set-cookie": "session=of-shop-a; Path=/"})
    box = Canned(answer)
    bench = Bench(box=box)
    bench.line(shop="a").send(LIST)
    bench.line(shop="b").send(LIST)
    assert all("cookie" not in request.headers for request in box.asked)


class Query(CornerDialect):
    """Asks by GET, all in the query, from a host of its own where it is told to."""

    def __init__(self, host: str | None = None) -> None:
        self.host = host

    def request(self, call: Any, params: JSON, who: Credentials, now: Any) -> HttpRequest:
        query = [("app", who.app_key), ("secret", who.app_secret), ("q", "a b/c+券")]
        return HttpRequest("GET", "/list", query=query, base_url=self.host)


def asked(dialect: CornerDialect, base_url: str) -> httpx.URL:
    """The URL a line asks."""
    seen: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return httpx.Response(200, content=OK.body)

    http = open_http(transport=httpx.MockTransport(answer))
    line = Line(
        replace(channel(), dialect=dialect),
        SHOP,
        Credentials(KEY, SECRET),
        http,
        base_url=base_url,
    )
    assert line.send(LIST) == [1]
    return seen[0]


def test_a_query_arrives_as_it_was_meant() -> None:
    url = asked(Query(), "http://corner.test/gate/")
    assert url.path == "/gate/list"
    assert url.params["q"] == "a b/c+券"


def test_a_host_of_its_own_is_used() -> None:
    url = asked(Query("https://oauth.corner.test/v2"), "http://corner.test")
    assert (url.scheme, url.host, url.path) == ("https", "oauth.corner.test", "/v2/list")


def test_a_line_turned_to_a_sandbox_sends_nothing_past_it() -> None:
    url = asked(Query("https://oauth.corner.test/v2"), "http://127.0.0.1:8123/")
    assert (url.scheme, url.host, url.port) == ("http", "127.0.0.1", 8123)
    assert url.path == "/v2/list"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"", "TokenExpired"),
        (403, b"", "Forbidden"),
        (404, b"<html></html>", "Rejected"),
        (410, b"", "Gone"),
        (301, b"", "Rejected"),
        (302, b"<html>login</html>", "Garbled"),
        (408, b"", "Retryable"),
        (429, b"", "Throttled"),
        (500, b'{"code": 33}', "Rejected"),  # the envelope is more exact than the status
        (500, b'{"code": 0, "data": {}}', "Retryable"),  # but never turns it into success
        (429, b'{"code": 33}', "Throttled"),  # 429 is always a limit
        (502, b"{}", "Retryable"),
        (200, b"{}", "Unreadable"),
        (200, b'{"code": 0, "data": {}}', "Unreadable"),
        (200, b'{"code": 0, "data": {"rows": 1}, "code": 7}', "Throttled"),
    ],
)
def test_a_status_counts_where_the_body_has_no_word(
    status: int, body: bytes, kind: str
) -> None:
    bench = Bench(box=Canned(Response(status, body)))
    line = bench.line(attempts=1)
    line.tokens = None
    with pytest.raises(HubError) as caught:
        line.send(LIST)
    assert caught.value.kind == kind
    assert bench.outcomes() == [kind]


def test_redirects_are_never_followed() -> None:
    there = {"location": "http://elsewhere.test/"}
    box = Canned(Response(307, b"", there), OK)
    assert Bench(box=box).line().send(LIST) == [1]
    assert [r.path for r in box.asked] == ["/list", "/list"]


def test_an_unexpected_envelope_is_unreadable_not_a_crash() -> None:
    class Careless(CornerDialect):
        def unwrap(self, call: Call[Any], body: JSON) -> JSON:
            return body["a"]["b"]  # type: ignore[no-any-return]

    bench = Bench()
    bench.channel = replace(bench.channel, dialect=Careless())
    with pytest.raises(HubError, match="a is missing") as caught:
        bench.line().send(LIST)
    assert caught.value.kind == "Unreadable"


def test_s18_no_log_line_of_the_http_library_shows_a_query(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    bench = Bench()
    bench.channel = replace(bench.channel, dialect=Query())
    box = Canned(OK)
    line = Line(
        bench.channel,
        SHOP,
        Credentials(KEY, SECRET),
        open_http(transport=platform_transport(box)),
        clock=bench.clock,
    )
    assert line.send(LIST) == [1]
    assert f"secret={SECRET}" in box.asked[0].target
    assert "corner.test/list" in caplog.text
    assert SECRET not in caplog.text


def test_s18_a_token_echoed_by_the_platform_reaches_no_error_and_no_journal() -> None:
    bench = Bench(box=Canned(json_response({"code": 19, "msg": "token access-0 expired"})))
    line = bench.line()
    tokens, line.tokens = line.tokens, None
    assert tokens is not None
    line._who = replace(line._who, token="access-0")
    with pytest.raises(TokenExpired) as caught:
        line.send(LIST)
    shown = f"{caught.value} {caught.value!r} {bench.journal.entries}"
    assert "access-0" not in shown
    assert SECRET not in shown
    assert "expired" in shown
