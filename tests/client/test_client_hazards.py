"""Hostile and broken answers (H17-H21, S12, S24) and what is repeated (T13-T15)."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import random
import tracemalloc
from typing import Any

import pytest

from hub_core.errors import Garbled, HubError, Rejected, Retryable, Throttled, Unreadable
from hub_core.former import Answered
from hub_core.sandbox import Fault, Response, json_response
from tests.client.corner import LIST, OK, START, Bench, Canned


def answered(body: bytes, **headers: str) -> Bench:
    return Bench(box=Canned(Response(200, body, headers)))


def garbled(bench: Bench) -> Garbled:
    with pytest.raises(Garbled) as caught:
        bench.line(attempts=1).send(LIST)
    return caught.value


# H17 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1E999"])
def test_h17_a_number_that_is_none_is_refused(number: str) -> None:
    garbled(answered(b'{"code":0,"data":{"rows":[%s]}}' % number.encode()))


def test_h17_ids_beyond_2_to_the_53_stay_exact() -> None:
    rows = [2**53 + 1, 6921234567890123457, 10**30 + 1]
    bench = answered(json.dumps({"code": 0, "data": {"rows": rows}}).encode())
    read = bench.line().send(LIST)
    assert read == rows
    assert [type(row) for row in read] == [int, int, int]


def test_h17_an_answer_of_wrong_types_is_unreadable_without_its_values() -> None:
    bench = answered(b'{"code":0,"data":{"list":["13800000000"]}}')
    with pytest.raises(Unreadable, match="rows is missing") as caught:
        bench.line().send(LIST)
    assert "13800000000" not in f"{caught.value}{bench.journal.entries}"


# H18-H20 -------------------------------------------------------------------------------


def test_h18_a_200_with_an_error_body_is_an_error() -> None:
    bench = Bench(Fault("error_body"))
    with pytest.raises(Retryable) as caught:
        bench.line(attempts=1).send(LIST)
    assert caught.value.code == "50"
    assert bench.outcomes() == ["Retryable"]


def test_h19_html_is_no_answer_and_says_what_came() -> None:
    error = garbled(Bench(Fault("html")))
    assert "text/html" in str(error)
    assert "<!doctype><html><title>登录" in str(error)


@pytest.mark.parametrize("kind", ["truncate", "truncate_silent", "garbage", "reset"])
def test_h20_a_body_cut_or_spoilt_is_asked_for_again(kind: str) -> None:
    bench = Bench(Fault(kind, calls=frozenset({1})))
    assert bench.line().send(LIST, page=2) == [2]
    assert bench.outcomes()[-1] == "ok"
    assert len(bench.outcomes()) == 2


@pytest.mark.parametrize("sixteenths", range(1, 16))
def test_h20_no_part_of_a_body_is_taken_for_the_whole(sixteenths: int) -> None:
    garbled(Bench(Fault("truncate_silent", value=sixteenths / 16)))


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"text"', b"{} {}", b'{"a": "\xff"}', b"\x00" * 9]
)
def test_h20_what_is_not_one_json_object_is_no_answer(body: bytes) -> None:
    garbled(answered(body))


def test_a_buyers_name_in_half_a_body_is_in_no_error_and_no_journal() -> None:
    whole = json.dumps({"data": {"name": "沈梦瑶", "tel": "１７０００００１２３４"}})
    bench = answered(whole[:-2].encode())
    error = garbled(bench)
    shown = f"{error} {bench.journal.entries}"
    assert "沈" not in shown
    assert "0000" not in shown
    assert '"name":' in shown


# H21 -----------------------------------------------------------------------------------


def test_h21_slow_drip_ends_at_the_deadline() -> None:
    bench = Bench(Fault("drip", value=600.0))
    began = bench.system.monotonic()
    with pytest.raises(Retryable, match="within 30 s"):
        bench.line(attempts=1, timeout=30.0).send(LIST)
    assert 30.0 <= bench.system.monotonic() - began <= 51.0


def test_h21_no_answer_at_all_ends_at_the_deadline() -> None:
    bench = Bench(Fault("timeout"))
    began = bench.system.monotonic()
    with pytest.raises(Retryable, match="no answer within 30 s"):
        bench.line(attempts=1).send(LIST)
    assert bench.system.monotonic() - began == 30.0


# S12 -----------------------------------------------------------------------------------


def packed(size: int) -> bytes:
    return gzip.compress(b'{"code":0,"data":{"rows":["' + b" " * size + b'"]}}')


def test_s12_a_gzip_answer_is_read() -> None:
    rows = answered(packed(1000), **{"content-encoding": "gzip"}).line().send(LIST)
    assert len(str(rows[0])) == 1000


def test_s12_a_gzip_bomb_is_not_unpacked() -> None:
    bomb = answered(packed(64 << 20), **{"content-encoding": "gzip"})
    tracemalloc.start()
    assert "larger than" in str(garbled(bomb))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 << 20


def test_s12_a_huge_answer_is_not_read_on() -> None:
    assert "larger than" in str(garbled(answered(b" " * (9 << 20))))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"7" * 1_000_000 + b"}",
    ],
    ids=["deep-list", "deep-object", "million-digits"],
)
def test_s12_depth_and_digits_have_an_end(body: bytes) -> None:
    garbled(answered(body))


@pytest.mark.parametrize("coding", ["br", "gzip, gzip", "zstd", "deflate"])
def test_s12_only_what_was_asked_for_is_unpacked(coding: str) -> None:
    garbled(answered(packed(10), **{"content-encoding": coding}))


def test_s12_a_broken_or_cut_gzip_body_is_no_answer() -> None:
    whole = packed(1000)
    for body in (whole[:-9], b"\x1f\x8b" + b"?" * 40, whole[:10] + b"??" + whole[12:]):
        garbled(answered(body, **{"content-encoding": "gzip"}))


def test_s24_hostile_answers_end_in_errors_of_ours() -> None:
    rng = random.Random(24)
    good = OK.body
    for _ in range(300):
        spoilt = bytearray(good)
        for _ in range(rng.randrange(1, 4)):
            spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
        bench = answered(bytes(spoilt))
        with contextlib.suppress(HubError):
            bench.line(attempts=1).send(LIST)
        assert len(bench.journal.entries) == 1


# T13-T15 -------------------------------------------------------------------------------


def waited(header: str, **line: Any) -> tuple[float, list[str]]:
    """Seconds until the second call after a 429 with that Retry-After, and outcomes."""
    bench = Bench(box=Canned(Response(429, b"", {"retry-after": header}), OK))
    began = bench.system.monotonic()
    bench.line(**line).send(LIST)
    return bench.system.monotonic() - began, bench.outcomes()


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7.0, 8.0),
        ("2.5", 2.5, 3.5),
        ("Fri, 20 Nov 2026 04:00:20 GMT", 20.0, 21.0),
        ("Fri, 20 Nov 2026 03:00:00 GMT", 1.0, 2.0),  # past
        ("-5", 1.0, 2.0),
        ("soon", 1.0, 2.0),
        ("1e9", 1.0, 2.0),
        ("", 1.0, 2.0),
    ],
)
def test_t13_retry_after_is_honoured_in_both_forms_and_never_trusted_blindly(
    header: str, least: float, most: float
) -> None:
    seconds, outcomes = waited(header)
    assert least <= seconds <= most
    assert outcomes == ["Throttled", "ok"]


@pytest.mark.parametrize("header", ["86400", "999999999", "Sat, 21 Nov 2099 00:00:00 GMT"])
def test_t13_no_platform_makes_us_wait_longer_than_15_minutes(header: str) -> None:
    seconds, _ = waited(header, patience=1000.0)
    assert 900.0 <= seconds <= 901.0


def test_t13_a_long_wait_is_left_to_the_caller_and_nothing_goes_out_meanwhile() -> None:
    bench = Bench(box=Canned(Response(429, b"", {"retry-after": "300"}), OK))
    line = bench.line()
    for rest in (300.0, 200.0):
        with pytest.raises(Throttled) as caught:
            line.send(LIST)
        assert caught.value.after == pytest.approx(rest)
        bench.system.sleep(100.0)
    assert bench.calls == 1
    bench.system.sleep(100.0)
    assert line.send(LIST) == [1]


@pytest.mark.parametrize("seed", range(20))
def test_t14_after_a_limit_no_call_comes_sooner_than_asked(seed: int) -> None:
    busy = json_response({"code": 7, "msg": "too fast", "wait": 2.0})
    bench = Bench(box=Canned(busy, busy, busy, OK))
    bench.line(rng=random.Random(seed)).send(LIST)
    times = [entry.at for entry in bench.box.log.entries]
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert min(gaps) >= 2.0
    assert len(set(gaps)) == 3


def test_t15_a_permanent_refusal_is_never_repeated() -> None:
    for code in (33, 40, 41, 999):
        bench = Bench(box=Canned(json_response({"code": code})))
        with pytest.raises(Rejected):
            bench.line().send(LIST)
        assert bench.calls == 1


def test_a_retryable_failure_is_repeated_so_often_and_no_more() -> None:
    bench = Bench(Fault("http_503"))
    with pytest.raises(Retryable, match="HTTP 503"):
        bench.line(attempts=4).send(LIST)
    assert bench.calls == 4


def test_h11_a_clock_fifteen_minutes_off_is_corrected_by_the_first_refusal() -> None:
    for skew in (-900.0, -300.0, 300.0, 900.0):
        bench = Bench(skew=skew)
        assert bench.line().send(LIST) == [1]
        assert bench.calls == (2 if abs(skew) > 600 else 1)
        assert bench.clock.offset == pytest.approx(-skew, abs=1.0)
        assert abs((bench.line().now() - START).total_seconds()) <= 3.0


# H8 ------------------------------------------------------------------------------------


def bearing(request_id: str) -> Response:
    return json_response({"code": 0, "data": {"rows": [1]}, "request_id": request_id})


def test_h8_a_former_answer_is_known_by_its_id_whichever_line_it_was_given_to() -> None:
    bench = Bench(box=Canned(bearing("a"), bearing("b"), bearing("a"), bearing("c")))
    answered = Answered()
    one, other = bench.line(answered=answered), bench.line(answered=answered)
    assert one.send(LIST) == [1]
    assert other.send(LIST) == [1]
    assert other.send(LIST) == [1]
    assert bench.outcomes() == ["ok", "ok", "Garbled", "ok"]


def test_h8_the_first_answer_of_a_process_may_be_a_former_one() -> None:
    """It may have been given to a process that is gone; the second can't."""
    bench = Bench(box=Canned(bearing("a"), bearing("b")))
    line = bench.line()
    assert not line.is_new
    line.send(LIST)
    assert not line.is_new
    line.send(LIST)
    assert line.is_new


def test_h8_an_answer_without_an_id_may_always_be_a_former_one() -> None:
    bench = Bench()
    line = bench.line()
    for page in (1, 2):
        line.send(LIST, page=page)
        assert not line.is_new
