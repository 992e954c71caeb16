"""A websocket on loopback, for a platform that keeps a line open to its clients.

Text alone: no extensions, no subprotocols, nothing sent in fragments; what comes in
fragments is joined. Source: RFC 6455 §4.2 (opening), §5.2 (frames), §5.5 (control), §7.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import socket
import socketserver
import struct
import threading
import time
from io import BufferedIOBase
from typing import Any, Protocol

from .http import Request, Response

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
MOST = 1 << 20
"""Bytes a client may say at once."""
PATIENCE = 5.0
"""Seconds a client has to take what is said."""


class Line:
    """One client's open connection. Speak from any thread."""

    def __init__(self, request: Request, connection: socket.socket) -> None:
        self.request = request
        self.open = True
        self._connection, self._lock = connection, threading.Lock()

    def say(self, text: str) -> None:
        """One text; nothing happens where the client is gone."""
        self._send(TEXT, text.encode())

    def close(self, code: int = 1000, why: str = "") -> None:
        """Close as the protocol has it."""
        self._send(CLOSE, struct.pack(">H", code) + why.encode())
        self.drop()

    def drop(self) -> None:
        """Hang up without a word."""
        self.open = False
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def _send(self, kind: int, body: bytes) -> None:
        if not self.open:
            return
        try:
            with self._lock:
                self._connection.sendall(_head(kind, len(body)) + body)
        except OSError:
            self.drop()

    def serve(self, talk: Talk, stream: BufferedIOBase) -> None:
        """Hear the client until one of the two hangs up."""
        said = b""
        while self.open and (frame := _frame(stream)) is not None:
            final, kind, body = frame
            if kind == CLOSE:
                self.close()
            elif kind == PING:
                self._send(PONG, body)
            elif kind != PONG:
                said += body
                if final:
                    talk.heard(self, said.decode("utf-8", "replace"))
                    said = b""


class Talk(Protocol):
    """What a platform does with its lines. Each may be called from another thread."""

    def admit(self, request: Request) -> Response | None:
        """A refusal over HTTP, or None: come in."""

    def opened(self, line: Line) -> None:
        """A client is there."""

    def heard(self, line: Line, text: str) -> None:
        """A client has said something."""

    def closed(self, line: Line) -> None:
        """A client is gone."""

    def turn(self) -> None:
        """Every so often: time to say what is due."""


class Listening:
    """Serves `talk` in threads of its own until `stop`; `url` is where."""

    def __init__(self, talk: Talk, port: int = 0, every: float = 0.02) -> None:
        self._lines: set[Line] = set()
        self._server = _Server(("127.0.0.1", port), _handler(talk, self._lines))
        self.url = f"ws://127.0.0.1:{self._server.server_address[1]}"
        self._over = threading.Event()
        self._start(self._server.serve_forever, 0.05)
        self._start(self._turn, talk, every)

    def stop(self) -> None:
        """Hang up on everybody."""
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        for line in list(self._lines):
            line.drop()

    def _turn(self, talk: Talk, every: float) -> None:
        while not self._over.is_set():
            talk.turn()
            time.sleep(every)

    def _start(self, work: Any, *given: Any) -> None:
        name = "sandbox-websocket"
        threading.Thread(target=work, args=given, name=name, daemon=True).start()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def _handler(talk: Talk, lines: set[Line]) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError, ValueError):
                self._handle()

        def _handle(self) -> None:
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wait = struct.pack("ll", int(PATIENCE), 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)
            request = _request(self.rfile)
            key = request.headers.get("sec-websocket-key", "")
            refusal = talk.admit(request) if key else Response(426)
            if refusal is not None:
                self.wfile.write(_refused(refusal))
                return
            self.wfile.write(_accepted(key))
            line = Line(request, self.connection)
            lines.add(line)
            try:
                talk.opened(line)
                line.serve(talk, self.rfile)
            finally:
                line.open = False
                lines.discard(line)
                talk.closed(line)

    return Handler


def _request(stream: BufferedIOBase) -> Request:
    """The opening request. Raises ValueError for what is no HTTP."""
    method, target, _ = stream.readline(8192).decode("latin-1").split(" ", 2)
    headers = {}
    while (text := stream.readline(8192).decode("latin-1").strip()) != "":
        name, _, value = text.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Request(method, target, headers)


def _accepted(key: str) -> bytes:
    proof = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade"
    return f"{head}\r\nSec-WebSocket-Accept: {proof}\r\n\r\n".encode()


def _refused(response: Response) -> bytes:
    headers = {"content-length": str(len(response.body)), **response.headers}
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {response.status} Refused\r\nConnection: close\r\n{named}\r\n"
    return head.encode() + response.body


def _head(kind: int, size: int) -> bytes:
    first = 0x80 | kind
    if size < 126:
        return struct.pack(">BB", first, size)
    if size < 1 << 16:
        return struct.pack(">BBH", first, 126, size)
    return struct.pack(">BBQ", first, 127, size)


def _frame(stream: BufferedIOBase) -> tuple[bool, int, bytes] | None:
    """Whether it is the last fragment, its kind, its body; None at the end, and for a
    client that does not mask what it says, or says too much at once."""
    head = stream.read(2)
    if len(head) < 2 or not head[1] & 0x80:
        return None
    size = head[1] & 0x7F
    if size >= 126:
        width = 2 if size == 126 else 8
        size = int.from_bytes(stream.read(width), "big")
    if size > MOST:
        return None
    mask, body = stream.read(4), stream.read(size)
    if len(mask) < 4 or len(body) < size:
        return None
    plain = bytes(b ^ mask[i % 4] for i, b in enumerate(body))
    return bool(head[0] & 0x80), head[0] & 0x0F, plain
