"""What only a real socket does: drips, cuts, bombs and heads that never end."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from hub_core.client import Line, httpx, open_http
from hub_core.errors import Garbled, Retryable
from hub_core.sandbox import Clock, Fault, Faults
from hub_core.sandbox.server import running
from hub_core.wire import Credentials
from tests.client.corner import KEY, LIST, SECRET, SHOP, Corner, channel

DEADLINE = 0.6


@pytest.fixture
def line_to() -> Iterator[Callable[..., Line]]:
    """Makes a line to a URL, over sockets and in real time."""
    clients: list[httpx.Client] = []

    def made(url: str, timeout: float = DEADLINE, proxy: str | None = None) -> Line:
        clients.append(open_http(proxy=proxy))
        return Line(
            channel(),
            SHOP,
            Credentials(KEY, SECRET, token="access-0"),
            clients[-1],
            base_url=url,
            attempts=1,
            timeout=timeout,
        )

    yield made
    for client in clients:
        client.close()


LineTo = Callable[..., Line]


@contextmanager
def boxed(*faults: Fault) -> Iterator[tuple[Corner, str]]:
    box = Corner(faults=Faults(faults), clock=Clock(running=True))
    box.live["access-0"] = box.clock.now() + 7200
    with running(box) as url:
        yield box, url


@contextmanager
def speaking(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads a request and then says whatever `speak` says."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                peer, _ = listener.accept()
                with peer, suppress(OSError):
                    peer.recv(65536)
                    speak(peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def ends_in_time(line: Line) -> Retryable:
    began = time.monotonic()
    with pytest.raises(Retryable) as caught:
        line.send(LIST)
    assert time.monotonic() - began < DEADLINE + 0.4
    return caught.value


def test_a_box_served_over_http_answers(line_to: LineTo) -> None:
    with boxed() as (_, url):
        line = line_to(url, timeout=5.0)
        assert [line.send(LIST, page=n) for n in (1, 2, 3)] == [[1], [2], [3]]


def test_h21_slow_drip_ends_at_the_deadline_on_a_socket(line_to: LineTo) -> None:
    with boxed(Fault("drip", value=1.5)) as (_, url):
        assert "within" in str(ends_in_time(line_to(url)))


def drip(peer: socket.socket, text: bytes) -> None:
    for i in range(len(text)):
        peer.sendall(text[i : i + 1])
        time.sleep(0.02)


def test_h21_a_head_that_drips_ends_at_the_deadline_too(line_to: LineTo) -> None:
    with speaking(lambda peer: drip(peer, b"HTTP/1.1 200 OK\r\nx: " + b"y" * 500)) as url:
        assert "within" in str(ends_in_time(line_to(url)))


def test_h21_silence_in_the_middle_ends_at_the_deadline_too(
    line_to: LineTo,
) -> None:
    def stall(peer: socket.socket) -> None:
        time.sleep(DEADLINE * 0.8)
        peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{")
        time.sleep(DEADLINE)

    with speaking(stall) as url:
        assert "within" in str(ends_in_time(line_to(url)))


def test_a_server_that_never_answers_is_left_at_the_deadline(line_to: LineTo) -> None:
    with speaking(lambda peer: time.sleep(1.5)) as url:
        assert "no answer within" in str(ends_in_time(line_to(url)))


def test_h20_a_body_cut_on_the_wire_is_half_an_answer(line_to: LineTo) -> None:
    with boxed(Fault("truncate")) as (_, url), pytest.raises(Garbled, match="broke off"):
        line_to(url, timeout=5.0).send(LIST)


def test_h20_a_line_that_hangs_up_is_no_answer(line_to: LineTo) -> None:
    with boxed(Fault("reset")) as (_, url), pytest.raises(Retryable, match="line failed"):
        line_to(url, timeout=5.0).send(LIST)


def test_nobody_listening_is_no_answer(line_to: LineTo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(Retryable, match="ConnectError"):
        line_to(f"http://127.0.0.1:{port}").send(LIST)


def test_s12_a_bomb_on_the_wire_is_not_unpacked(line_to: LineTo) -> None:
    bomb = gzip.compress(b" " * (64 << 20), 9)
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n"

    def throw(peer: socket.socket) -> None:
        peer.sendall(head % len(bomb) + bomb)

    with speaking(throw) as url, pytest.raises(Garbled, match="larger than"):
        line_to(url, timeout=5.0).send(LIST)


def test_s12_a_head_without_end_is_refused(line_to: LineTo) -> None:
    def throw(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200_000)

    with speaking(throw) as url, pytest.raises(Retryable):
        line_to(url, timeout=5.0).send(LIST)


def test_after_a_broken_answer_the_next_call_is_whole(line_to: LineTo) -> None:
    with boxed(Fault("drip", value=1.5, calls=frozenset({1}))) as (_, url):
        line = line_to(url)
        ends_in_time(line)
        assert line.send(LIST, page=7) == [7]


def test_the_environment_sets_no_proxy(
    line_to: LineTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with boxed() as (_, url):
        assert line_to(url, timeout=5.0).send(LIST) == [1]


def test_a_configured_proxy_is_used(line_to: LineTo) -> None:
    seen: list[bytes] = []

    def answer(peer: socket.socket) -> None:
        seen.append(b"asked")
        body = b'{"code":0,"data":{"rows":[9]}}'
        peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)

    with speaking(answer) as url:
        line = line_to("http://nowhere.test", timeout=5.0, proxy=url)
        assert line.send(LIST) == [9]
    assert seen == [b"asked"]
