"""The other side of webhooks out: a small server that notes what comes and answers as told;
and a hub that sends to it, on a clock that is turned by hand."""

from __future__ import annotations

import json
import random
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from hub_core.outbound import Delivered, Outbound
from hub_core.settings.tables import OutboundTable
from tests.store.making import Hands, an_order

ME = "tester"
"""Who does what is done to endpoints."""
Reply = int | tuple[int, Mapping[str, str]]


class Watch:
    """A clock that is turned by hand; it starts at the true time, which those who verify
    signatures go by."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass(frozen=True, slots=True)
class Came:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def order(self) -> str:
        return str(self.json["data"]["external_id"])


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away says nothing of the test."""


@dataclass
class Erp:
    """A server on loopback. `reply` is asked about each request, in its thread."""

    reply: Callable[[Came], Reply] = lambda came: 204
    host: str = "127.0.0.1"
    came: list[Came] = field(default_factory=list)
    port: int = 0
    certificate: Path | None = None
    """A file with key and certificate: then it speaks TLS."""
    named: list[str | None] = field(default_factory=list)
    """The names it was asked for over TLS."""

    def __enter__(self) -> Erp:
        self._server = _Server((self.host, self.port), _handler(self))
        if self.certificate is not None:
            self._server.socket = self._tls(self.certificate)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        ).start()
        return self

    def __exit__(self, *gone: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _tls(self, certificate: Path) -> ssl.SSLSocket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _, name, __: self.named.append(name)
        return context.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/hook"

    @property
    def orders(self) -> list[str]:
        return [one.order for one in self.came]

    @property
    def rules(self) -> OutboundTable:
        return OutboundTable(allow=[f"{self.host}/32"], ports=[443, self.port])


def _handler(erp: Erp) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            came = Came(self.path, headers, body)
            erp.came.append(came)
            said = erp.reply(came)
            status, more = (said, {}) if isinstance(said, int) else said
            self.send_response(status)
            for name, value in {"content-length": "0", **more}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *said: Any) -> None:
            pass

    return Handler


class Office(Outbound):
    """A hub's webhooks out with one endpoint, `uid`."""

    def __init__(self, hands: Hands, erp: Erp, watch: Watch, **how: Any) -> None:
        rules = how.pop("rules", erp.rules)
        super().__init__(hands.store, rules, watch.now, rng=random.Random(7), **how)
        self.hands, self.erp, self.watch = hands, erp, watch
        self.first = self.add(erp.url, actor=ME)
        self.uid = self.first.endpoint.uid

    def orders(self, *ids: str) -> None:
        """Orders come into the store."""
        for id in ids:
            self.hands.write(an_order(id))

    def round_after(self, **turned: float) -> Delivered:
        """A round, some time later."""
        self.watch.turn(**turned)
        return self.deliver_due()

    def days_of_rounds(self, days: float, minutes: float = 20) -> Iterator[Delivered]:
        """Rounds every so often, for days."""
        for _ in range(round(days * 24 * 60 / minutes)):
            yield self.round_after(minutes=minutes)

    def incidents(self) -> list[tuple[str, str]]:
        from hub_core.stored import Stored

        return [(one.kind, one.text) for one in Stored(self.store).incidents()]


@contextmanager
def held_back(erp: Erp) -> Iterator[threading.Event]:
    """An ERP that answers nothing until the event is set."""
    go = threading.Event()

    def reply(came: Came) -> Reply:
        go.wait(10)
        return 204

    erp.reply = reply
    try:
        yield go
    finally:
        go.set()
