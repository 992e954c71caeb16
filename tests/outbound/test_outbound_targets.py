"""Webhooks reach nothing they were not allowed to, however their URL is spelled."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_network

import pytest

from hub_core.clock import SystemClock
from hub_core.errors import Misconfigured, Retryable
from hub_core.outbound import Answer, Outbound
from hub_core.outbound.addresses import NOT_PUBLIC, Guard, Unreachable
from hub_core.outbound.post import Deadline
from hub_core.outbound.signing import Secrets, new_secret
from hub_core.outbound.targets import Target
from hub_core.settings.tables import OutboundTable
from hub_core.store import Store, endpoints
from tests.outbound.erp import ME, Erp, Watch
from tests.store.making import Hands

HOSTILE = [
    "{s}://127.0.0.1:{p}/",
    "{s}://127.1:{p}/",
    "{s}://127.0.1:{p}/",
    "{s}://127.255.255.254:{p}/",
    "{s}://2130706433:{p}/",
    "{s}://0x7f000001:{p}/",
    "{s}://0x7f.0.0.1:{p}/",
    "{s}://0X7F.1:{p}/",
    "{s}://017700000001:{p}/",
    "{s}://0177.0.0.1:{p}/",
    "{s}://127.0.0.01:{p}/",
    "{s}://0:{p}/",
    "{s}://0.0.0.0:{p}/",
    "{s}://127.0.0.1.:{p}/",
    "{s}://[::1]:{p}/",
    "{s}://[::]:{p}/",
    "{s}://[0:0:0:0:0:0:0:1]:{p}/",
    "{s}://[::ffff:127.0.0.1]:{p}/",
    "{s}://[::ffff:7f00:1]:{p}/",
    "{s}://[::127.0.0.1]:{p}/",
    "{s}://[64:ff9b::127.0.0.1]:{p}/",
    "{s}://[64:ff9b:1::7f00:1]:{p}/",
    "{s}://[2002:7f00:1::]:{p}/",
    "{s}://[fe80::1%25lo]:{p}/",
    "{s}://[::1%lo]:{p}/",
    "{s}://[fc00::1]:{p}/",
    "{s}://[ff02::1]:{p}/",
    "{s}://169.254.169.254:{p}/latest/meta-data/",
    "{s}://100.100.100.200:{p}/latest/meta-data/",
    "{s}://10.0.0.1:{p}/",
    "{s}://192.168.0.1:{p}/",
    "{s}://224.0.0.1:{p}/",
    "{s}://255.255.255.255:{p}/",
    "{s}://localhost:{p}/",
    "{s}://LOCALHOST:{p}/",
    "{s}://localhost.:{p}/",
    "{s}://inside.example:{p}/",
    "{s}://half-inside.example:{p}/",
    "{s}://erp.example@127.0.0.1:{p}/",
    "{s}://erp.example:{p}@127.0.0.1:{p}/",
    "{s}://127.0.0.1:{p}\\@erp.example/",
    "{s}://erp.example\\@127.0.0.1:{p}/",
    "{s}://127.0.0.1:{p}#@erp.example/",
    "{s}://127。0。0。1:{p}/",
    "{s}://１２７.0.0.1:{p}/",
    "{s}://ⓛocalhost:{p}/",
    "{s}://127.0.0.1%2f@erp.example:{p}/",
    "{s}://127%2e0.0.1:{p}/",
    "{s}://erp.example:{p}/\r\nhost: localhost",
    "{s}://local\thost:{p}/",
    " {s}://localhost:{p}/",
    "{s}:///127.0.0.1:{p}/",
    "//127.0.0.1:{p}/",
    "gopher://127.0.0.1:{p}/_POST",
    "ftp://127.0.0.1:{p}/",
    "file:///etc/passwd",
    "",
]
"""Spellings of what is not public; `{s}` is https, then http."""


class Canary:
    """Counts connections to loopback, on both of its families where there are two."""

    def __init__(self) -> None:
        self.connections = 0
        first = socket.create_server(("127.0.0.1", 0))
        self.port: int = first.getsockname()[1]
        self._open = [first]
        with suppress(OSError):
            six = socket.create_server(("::1", self.port), family=socket.AF_INET6)
            self._open.append(six)
        for one in self._open:
            threading.Thread(target=self._count, args=(one,), daemon=True).start()

    def _count(self, server: socket.socket) -> None:
        while True:
            try:
                met, _ = server.accept()
            except OSError:
                return
            self.connections += 1
            met.close()

    def close(self) -> None:
        for one in self._open:
            one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.close()


def resolve(host: str, port: int) -> Sequence[str]:
    """A resolver that answers for every name, and nothing outside this machine."""
    there = {"half-inside.example": ["93.184.215.14", "127.0.0.1"]}
    return there.get(host, ["127.0.0.1", "::1"])


def stored(outbound: Outbound, url: str) -> str:
    """An endpoint that came past the check when it was added."""
    uid, store = f"ep_{len(outbound.all())}", outbound.store
    with store.writing() as connection:
        endpoints.add(
            connection, at=outbound.now(), uid=uid, url=url, description="", events=[],
            shops=[], company=None, position=0,
            sealed=Secrets(new_secret()).sealed(store.vault, uid),
        )  # fmt: skip
    return uid


def test_there_are_forty_and_more() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) > 40


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_s9_ssrf_through_targets(
    hands: Hands, watch: Watch, canary: Canary, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """Neither when they are added nor when they are sent to, and no proxy is asked."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    rules = OutboundTable(ports=[443, 80, canary.port])
    hands.write()
    with Outbound(hands.store, rules, watch.now, resolve=resolve) as outbound:
        for spelled in HOSTILE:
            url = spelled.format(s=scheme, p=canary.port)
            with pytest.raises(Misconfigured):
                outbound.add(url, actor=ME)
            answer = outbound.test(stored(outbound, url))
            assert (answer.status, answer.is_taken) == (None, False), url
            assert "line" not in answer.said, url  # it was not even tried
            assert "time" not in answer.said, url
    assert canary.connections == 0


def test_the_canary_counts_what_is_allowed(
    hands: Hands, watch: Watch, canary: Canary
) -> None:
    rules = OutboundTable(allow=["127.0.0.0/8", "::1"], ports=[canary.port])
    with Outbound(hands.store, rules, watch.now, resolve=resolve) as outbound:
        added = outbound.add(f"http://localhost:{canary.port}/", actor=ME)
        assert outbound.test(added.endpoint.uid).status is None
    assert canary.connections >= 1


def test_a_name_that_changes_its_mind_reaches_nothing(
    hands: Hands, watch: Watch, canary: Canary
) -> None:
    """Good when it was added, private when it is sent to."""
    turns = [["93.184.215.14"], ["127.0.0.1"], ["93.184.215.14", "127.0.0.1"]]
    rules = OutboundTable(ports=[canary.port])
    with Outbound(
        hands.store, rules, watch.now, resolve=lambda host, port: turns.pop(0)
    ) as outbound:
        uid = outbound.add(
            f"https://rebinding.example:{canary.port}/", actor=ME
        ).endpoint.uid
        said = [outbound.test(uid).said for _ in "12"]
    assert (
        said
        == ["rebinding.example leads to an address that is loopback; see [outbound] allow"]
        * 2
    )
    assert (turns, canary.connections) == ([], 0)


def test_a_name_is_asked_once_and_what_was_looked_at_is_connected_to(
    hands: Hands, watch: Watch, canary: Canary
) -> None:
    """A resolver that tells the check one thing and would tell the socket another."""
    with Erp(host="127.0.0.2", port=0) as erp:
        turns = [["127.0.0.2"], ["127.0.0.2"], ["127.0.0.1"]]
        rules = OutboundTable(allow=["127.0.0.2/32"], ports=[erp.port])
        with Outbound(
            hands.store, rules, watch.now, resolve=lambda host, port: turns.pop(0)
        ) as outbound:
            url = f"http://rebinding.example:{erp.port}/"
            assert outbound.test(outbound.add(url, actor=ME).endpoint.uid).is_taken
        assert [c.headers["host"] for c in erp.came] == [f"rebinding.example:{erp.port}"]
    assert (len(turns), canary.connections) == (1, 0)


def test_where_one_address_does_not_answer_the_next_is_tried(
    hands: Hands, watch: Watch
) -> None:
    with Erp(host="127.0.0.3") as erp:
        rules = OutboundTable(allow=["127.0.0.0/8"], ports=[erp.port])
        with Outbound(
            hands.store, rules, watch.now, resolve=lambda *_: ["127.0.0.2", "127.0.0.3"]
        ) as outbound:
            assert outbound.test(
                outbound.add(f"http://two.example:{erp.port}/", actor=ME).endpoint.uid
            ).is_taken


def test_plain_http_goes_to_allowed_networks_alone(hands: Hands, watch: Watch) -> None:
    rules = OutboundTable(allow=["10.0.0.0/8"], ports=[80])
    there = {"in.example": ["10.1.2.3"], "out.example": ["93.184.215.14"]}
    with Outbound(
        hands.store, rules, watch.now, resolve=lambda host, port: there[host]
    ) as outbound:
        assert (
            outbound.add("http://in.example/hook", actor=ME).endpoint.url
            == "http://in.example/hook"
        )
        with pytest.raises(Misconfigured, match="where alone http://"):
            outbound.add("http://out.example/hook", actor=ME)


def test_a_name_without_an_address_is_told_of_and_may_get_one(
    hands: Hands, watch: Watch
) -> None:
    def nowhere(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror("no such name")

    with Outbound(hands.store, OutboundTable(), watch.now, resolve=nowhere) as outbound:
        added = outbound.add("https://soon.example/hook", actor=ME)
        assert added.note == "soon.example has no address now"
        assert outbound.test(added.endpoint.uid).said == added.note


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://erp.example:22/", "port 22 .* none"),
        ("https://erp.example:0/", "port 0"),
        ("https://erp.example:99999/", "host or port"),
        ("https://user:pass@erp.example/", "no user"),
        ("https://erp.example/a b", "printable"),
        ("https://erp.example/\nx", "printable"),
        ("https://erp.example/#x", "fragment"),
        ("https://erp..example/", "no host"),
        ("https://-erp.example/", "no host"),
        ("https://erp.1/", "usual spelling"),
        (f"https://erp.example/{'x' * 2000}", "at most 2000"),
    ],
)
def test_a_url_is_refused_with_the_reason(url: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        Target.of(url, [443])


def test_a_url_is_kept_as_everybody_reads_it() -> None:
    spelled = "https://ERP.Example:443/a/%2e?b=c&d=%0a"
    assert Target.of(spelled, [443]).url == "https://erp.example/a/%2e?b=c&d=%0a"
    assert Target.of("https://[2606:2800:21f::1]:8443", [8443]).url == (
        "https://[2606:2800:21f::1]:8443/"
    )


@pytest.mark.parametrize("network", [text for text, _ in NOT_PUBLIC])
def test_no_end_of_a_special_network_is_public_unless_it_is_allowed(network: str) -> None:
    found = ip_network(network)
    for address in (found[0], found[-1]):
        with pytest.raises(Unreachable):
            Guard([], resolve).addresses(str(address), 443)
        assert Guard([network], resolve).addresses(str(address), 443) == [str(address)]


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "1.1.1.1"])
def test_what_is_public_is_let_through(address: str) -> None:
    assert Guard([], resolve).addresses(address, 443) == [address]


@contextmanager
def speaking(say: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that says something of its own to the first who connects; its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        met, _ = server.accept()
        with met, suppress(OSError):
            say(met)

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


def asked(hands: Hands, watch: Watch, port: int, deadline: float) -> Answer:
    rules = OutboundTable(allow=["127.0.0.1"], ports=[port])
    with Outbound(hands.store, rules, watch.now, deadline=deadline) as outbound:
        return outbound.test(
            outbound.add(f"http://127.0.0.1:{port}/", actor=ME).endpoint.uid
        )


def test_of_an_answer_without_end_the_beginning_is_read(hands: Hands, watch: Watch) -> None:
    def endless(met: socket.socket) -> None:
        met.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        while True:
            met.sendall(b"x" * 1000)

    with speaking(endless) as port:
        answer = asked(hands, watch, port, 10)
    assert (answer.status, answer.seconds < 2) == (200, True)


def test_an_answer_that_trickles_ends_with_the_whole_time(
    hands: Hands, watch: Watch
) -> None:
    """Each byte comes in time, the answer does not."""
    done = threading.Event()

    def trickle(met: socket.socket) -> None:
        while not done.wait(0.002):
            met.sendall(b"H")

    with speaking(trickle) as port:
        answer = asked(hands, watch, port, 0.3)
        done.set()
    assert (answer.status, answer.said) == (None, "no answer in time")
    assert answer.seconds < 1.5


def test_after_the_end_nothing_is_waited_for_however_little() -> None:
    class Still(SystemClock):
        at = 0.0

        def monotonic(self) -> float:
            return self.at

    clock = Still()
    end = Deadline(2.0, clock)
    assert end.left() == 2.0
    clock.at = 2.0
    with pytest.raises(Retryable):
        end.left()


def test_a_store_is_no_way_round(store: Store) -> None:
    """What is written in the store is looked at like what is given."""
    with Outbound(store, OutboundTable(ports=[22])) as outbound:
        uid = stored(outbound, "https://erp.example/")
        with pytest.raises(Misconfigured, match="port 443"):
            outbound.turn_on(uid, actor=ME)
