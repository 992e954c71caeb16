"""T12: a channel that is down is left alone, and noticed as soon as it is back."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import hub_core
from hub_core.breaker import Breaker
from hub_core.errors import Down, HubError, Rejected, Retryable, Throttled, TokenExpired
from hub_core.sandbox import Fault, Faults, Response
from tests.client.corner import LIST, OK, Bench, Canned

PACKAGE = Path(hub_core.__file__).parent


def hammer(bench: Bench, breaker: Breaker, seconds: float, shops: int = 10) -> int:
    """Ten shops ask once a second each, in turn; the requests made."""
    lines = [bench.line(shop=str(n), breaker=breaker, attempts=2) for n in range(shops)]
    end = bench.system.monotonic() + seconds
    while bench.system.monotonic() < end:
        for line in lines:
            with pytest.raises(Retryable):
                line.send(LIST)
        bench.system.sleep(1.0)
    return bench.calls


def test_t12_under_an_outage_of_five_minutes_only_probes_go_out() -> None:
    bench = Bench(Fault("http_503"))
    breaker = Breaker(bench.system)
    calls = hammer(bench, breaker, 300.0)
    probes = 4  # after 30, 60, 120 seconds of rest, and one to spare
    assert calls <= breaker.threshold + probes


def test_t12_each_request_is_tried_so_often_and_no_more() -> None:
    bench = Bench(Fault("http_503"))
    line = bench.line(attempts=3)
    for done in range(1, 4):
        with pytest.raises(Retryable):
            line.send(LIST)
        assert bench.calls == 3 * done


def test_t12_a_channel_that_is_back_is_used_at_once() -> None:
    bench = Bench(Fault("http_503"))
    breaker = Breaker(bench.system)
    hammer(bench, breaker, 5.0)
    assert breaker.open
    bench.box.faults = Faults()
    bench.system.sleep(60.0)
    line = bench.line(breaker=breaker)
    for _ in range(20):
        assert line.send(LIST) == [1]
    assert not breaker.open


def test_while_open_nothing_is_sent_and_the_wait_is_told() -> None:
    bench = Bench(Fault("http_503"))
    breaker = Breaker(bench.system, threshold=2)
    line = bench.line(breaker=breaker)
    with pytest.raises(Down):
        line.send(LIST)
    with pytest.raises(Down) as caught:
        line.send(LIST)
    assert bench.calls == 2
    assert 0 < caught.value.after <= 30.0
    assert caught.value.journal_id is None


def test_only_one_probe_is_out_at_a_time() -> None:
    bench = Bench()
    breaker = Breaker(bench.system, threshold=1)
    with pytest.raises(Retryable), breaker.guard():
        raise Retryable
    bench.system.sleep(31.0)
    with breaker.guard(), pytest.raises(Down), breaker.guard():
        raise AssertionError("a second probe went out")
    with breaker.guard():
        pass


def test_a_probe_that_ends_in_a_bug_lets_the_next_one_go() -> None:
    bench = Bench()
    breaker = Breaker(bench.system, threshold=1)
    with pytest.raises(Retryable), breaker.guard():
        raise Retryable
    bench.system.sleep(31.0)
    with pytest.raises(ZeroDivisionError), breaker.guard():
        raise ZeroDivisionError
    with breaker.guard():
        pass
    assert not breaker.open


@pytest.mark.parametrize("kind", [Throttled, Rejected, TokenExpired])
def test_an_answer_is_no_outage_whatever_it_says(kind: type[HubError]) -> None:
    breaker = Breaker(Bench().system, threshold=3)
    for _ in range(10):
        with pytest.raises(kind), breaker.guard():
            raise kind
    assert not breaker.open


def test_failures_count_only_in_a_row() -> None:
    answers = [Response(503), Response(503), OK] * 10
    bench = Bench(box=Canned(*answers))
    breaker = Breaker(bench.system, threshold=3)
    for _ in range(10):
        assert bench.line(breaker=breaker).send(LIST) == [1]


def test_t12_there_is_one_retry_layer() -> None:
    """tenacity is imported by one module, and nothing else sleeps between attempts."""
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom) and "tenacity" in ast.unparse(node)
    }
    assert users == {"client.py"}


def test_t12_the_http_library_repeats_nothing_itself() -> None:
    bench = Bench(Fault("reset"))
    with pytest.raises(Retryable):
        bench.line(attempts=1).send(LIST)
    assert bench.calls == 1


def test_p8_what_writes_is_sent_once_and_again_only_when_it_was_turned_away() -> None:
    write = replace(LIST, is_write=True)
    for fault in ("http_503", "timeout", "reset", "html"):
        bench = Bench(Fault(fault))
        with pytest.raises(Retryable):
            bench.line(attempts=3).send(write)
        assert bench.calls == 1, fault
    bench = Bench(Fault("http_429", value=1.0, calls=frozenset({1})))
    assert bench.line(attempts=3).send(write) == [1]
    assert bench.calls == 2
