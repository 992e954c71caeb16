"""Hazards S1, S2, S12, W10: what is not the platform's is refused, and nothing is kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator

import pytest

from hub_core.inbound import Inbound
from hub_core.inbound.answer import LARGEST
from tests.harness import Bench, bench
from tests.inbound.pushing import (
    CHANNEL,
    SIGNATURE,
    Headers,
    Pusher,
    lengthened,
    push,
    sha1,
    signed,
)

SECRET = "sandbox-secret-0001"
Forger = Callable[[str, bytes], Headers]


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One for all: what is refused leaves nothing behind."""
    with bench(CHANNEL, tmp_path_factory.mktemp("forged"), orders=2) as made:
        yield made


@pytest.fixture
def nothing_kept(pusher: Pusher) -> Iterator[None]:
    """What the test sends is not kept."""
    before = pusher.inbound.pushes()
    yield
    assert pusher.inbound.pushes() == before


@pytest.fixture
def body(pusher: Pusher) -> bytes:
    return pusher.order_event("1000000000000000001", 1_763_611_200)


def under(value: str, name: str = SIGNATURE) -> Headers:
    return [("Msg-Id", "m-1"), (name, value)]


def of(secret: str, *parts: bytes, how: str = "sha1") -> str:
    return hashlib.new(how, b"".join([secret.encode(), *parts])).hexdigest()


WIDE = {ord(d): chr(ord(d) - ord("0") + 0xFF10) for d in "0123456789"}
"""Digits that Unicode calls digits, too."""

FORGERIES: dict[str, Forger] = {
    "none": lambda s, b: [("Msg-Id", "m-1")],
    "empty": lambda s, b: under(""),
    "blank": lambda s, b: under("   "),
    "another secret": lambda s, b: under(sha1(s + "x", b)),
    "no secret": lambda s, b: under(sha1("", b)),
    "the secret behind": lambda s, b: under(hashlib.sha1(b + s.encode()).hexdigest()),
    "of the secret alone": lambda s, b: under(sha1(s, b"")),
    "of another body": lambda s, b: under(sha1(s, b + b" ")),
    "hmac": lambda s, b: under(hmac.digest(s.encode(), b, "sha1").hex()),
    "md5": lambda s, b: under(of(s, b, how="md5")),
    "sha256": lambda s, b: under(of(s, b, how="sha256")),
    "sha256 cut": lambda s, b: under(of(s, b, how="sha256")[:40]),
    "upper case": lambda s, b: under(sha1(s, b).upper()),
    "base64": lambda s, b: under(
        base64.b64encode(hashlib.sha1(s.encode() + b).digest()).decode()
    ),
    "prefixed": lambda s, b: under("sha1=" + sha1(s, b)),
    "quoted": lambda s, b: under(f'"{sha1(s, b)}"'),
    "one short": lambda s, b: under(sha1(s, b)[:-1]),
    "one more": lambda s, b: under(sha1(s, b) + "0"),
    "two, the first right": lambda s, b: under(sha1(s, b)) + under("0" * 40),
    "two, the last right": lambda s, b: under("0" * 40) + under(sha1(s, b)),
    "twice the same": lambda s, b: under(sha1(s, b)) * 2,
    "other digits": lambda s, b: under(sha1(s, b).translate(WIDE)),
    "no text": lambda s, b: under("é" * 40),
    "another header": lambda s, b: under(sha1(s, b), "X-Life-Sign"),
}


def test_there_are_four_and_twenty() -> None:
    assert len(FORGERIES) == 24


@pytest.mark.parametrize("how", FORGERIES)
@pytest.mark.usefixtures("nothing_kept")
def test_s1_a_forgery_is_refused_and_nothing_is_kept(
    how: str, pusher: Pusher, body: bytes
) -> None:
    answer = pusher.raw(FORGERIES[how](pusher.secret, body), body)

    assert (answer.status, json.loads(answer.body)) == (401, {"error": "not signed"})
    assert pusher.inbound.counts[CHANNEL, "signature"] == 1


def test_s1_the_same_push_signed_is_kept(pusher: Pusher, body: bytes) -> None:
    """The control: it is not the push that is refused above."""
    assert pusher.send(body).status == 200
    assert pusher.inbound.pushes()[0].external_id == "1000000000000000001"


def test_s2_a_lengthened_hash_is_known_good() -> None:
    """The control: the forger's arithmetic is right."""
    known, more = b'{"event":"x"}', b',"more":1}'
    for length in (8, 19, 43, 64):
        secret = "s" * length
        digest, forged = lengthened(sha1(secret, known), known, length, more)
        assert digest == sha1(secret, forged)


@pytest.mark.usefixtures("nothing_kept")
def test_s2_length_extension(pusher: Pusher, body: bytes) -> None:
    """57 of them, for every length a secret may have; the right one verifies, and its
    body is no JSON."""
    digest = sha1(pusher.secret, body)
    more = push("life_trade_order_notify", pusher.account.app_key, {})
    right = 0
    for length in range(8, 65):
        forged, longer = lengthened(digest, body, length, more)
        right += forged == sha1(pusher.secret, longer)
        answer = pusher.raw(under(forged), longer)
        assert answer.status in (400, 401)
        assert pusher.raw(under(forged), longer[len(body) :]).status == 401
    assert len(range(8, 65)) == 57
    assert right == 1


UNSOUND: dict[str, Callable[[bytes], bytes]] = {
    "more behind": lambda b: b + b"{}",
    "a byte before": lambda b: b"\xef\xbb\xbf" + b,
    "not UTF-8": lambda b: b[:-1] + b',"x":"\xff"}',
    "another coding": lambda b: b.decode().encode("utf-16"),
    "a name twice": lambda b: b[:-1] + b',"event":"y"}',
    "a name twice, written otherwise": lambda b: b[:-1] + b',"\\u0065vent":"y"}',
    "a name twice, deep": lambda b: b[:-1] + b',"x":[{"a":1,"a":2}]}',
    "too deep": lambda b: b[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a long number": lambda b: b[:-1] + b',"x":' + b"9" * 1000 + b"}",
    "NaN": lambda b: b[:-1] + b',"x":NaN}',
    "half a character": lambda b: b[:-1] + b',"x":"\\ud800"}',
    "NUL": lambda b: b[:-1] + b"\0}",
    "a list": lambda b: b"[" + b + b"]",
    "a text": lambda b: b'"' + b"x" * 20 + b'"',
    "nothing": lambda b: b"",
    "cut short": lambda b: b[:-2],
    "another app": lambda b: b.replace(b'"client_key": "', b'"client_key": "other'),
    "content that is no JSON": lambda b: b.replace(b"{\\", b"[\\", 1),
    "an id that is none": lambda b: b.replace(b"1000000000000000001", b"\\\\u0000"),
    "a long id": lambda b: b.replace(b"1000000000000000001", b"1" * 300),
}


@pytest.mark.parametrize("how", UNSOUND)
@pytest.mark.usefixtures("nothing_kept")
def test_s2_s12_what_is_signed_and_unsound_is_refused(
    how: str, pusher: Pusher, body: bytes
) -> None:
    spoilt = UNSOUND[how](body)
    began = time.perf_counter()
    answer = pusher.send(spoilt)

    assert answer.status == 400
    assert time.perf_counter() - began < 1.0
    assert json.loads(answer.body) == {"error": "not understood"}


def test_space_around_is_part_of_json(pusher: Pusher, body: bytes) -> None:
    """Encoders there are that end each document with a new line."""
    assert pusher.send(body + b"\n").status == 200


@pytest.mark.usefixtures("nothing_kept")
def test_s12_a_coding_is_not_unpacked(pusher: Pusher, body: bytes) -> None:
    headers = [*signed(pusher.secret, body), ("Content-Encoding", "gzip")]
    assert pusher.raw(headers, body).status == 415


@pytest.mark.usefixtures("nothing_kept")
def test_s12_a_large_body_is_not_looked_at(pusher: Pusher) -> None:
    body = b'{"event":"' + b"x" * LARGEST + b'"}'
    assert pusher.send(body).status == 413


@pytest.mark.parametrize(
    ("channel", "app"), [("nowhere", None), ("jd", None), (CHANNEL, "no-such-app")]
)
def test_nobody_is_told_which_apps_there_are(
    channel: str, app: str | None, inbound: Inbound
) -> None:
    answer = inbound.receive(channel, [], b"{}", app)
    assert (answer.status, json.loads(answer.body)) == (404, {"error": "nobody here"})


# The trial of the address ----------------------------------------------------------------


def trial(content: object, key: str = "") -> bytes:
    document = {"event": "verify_webhook", "client_key": key, "content": content}
    return json.dumps(document).encode()


@pytest.mark.parametrize("content", [{"challenge": 12345}, '{ "challenge": 12345 }'])
@pytest.mark.usefixtures("nothing_kept")
def test_w10_the_challenge_is_answered_unsigned_and_kept_nowhere(
    content: object, pusher: Pusher
) -> None:
    answer = pusher.raw([], trial(content))
    assert (answer.status, json.loads(answer.body)) == (200, {"challenge": 12345})
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "content",
    [
        {"challenge": "<script>alert(1)</script>"},
        {"challenge": ["x"]},
        {"challenge": {"a": 1}},
        {"challenge": "x" * 65},
        {"challenge": 10**30},
        {"challenge": 1.5},
        {"challenge": True},
        {"challenge": None},
        {},
        [],
        7,
        "no json",
        None,
    ],
)
@pytest.mark.usefixtures("nothing_kept")
def test_w10_nothing_else_is_reflected(content: object, pusher: Pusher) -> None:
    answer = pusher.raw([], trial(content))
    assert (answer.status, json.loads(answer.body)) == (401, {"error": "not signed"})


@pytest.mark.parametrize(
    ("fact", "unsigned", "when_signed"), [("signed", 401, 200), ("none", 401, 400)]
)
def test_w10_the_trial_can_be_shut(
    fact: str, unsigned: int, when_signed: int, joined: Bench, pusher: Pusher
) -> None:
    app = joined.settings.apps[pusher.account.app_key]
    app.facts["push_challenge"] = fact
    body = trial({"challenge": 7})
    try:
        assert pusher.raw([], body).status == unsigned
        assert pusher.send(body).status == when_signed
    finally:
        del app.facts["push_challenge"]
