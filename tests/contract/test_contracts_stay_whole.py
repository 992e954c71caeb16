"""A contract's test that is replaced or taken away stays in sight, or nothing is run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hub_core.hookspecs import Hooks
from hub_core.plugins.registry import HOOKS, KINDS
from hub_core.testing.contracts import CONTRACTS, PlaceSourceContract, StockContract
from hub_core.testing.needs import Need, falsely_lacking
from hub_core.testing.whole import complaint_about, hidden

HEAD = """
import pytest
from hub_core.testing.contracts import BY_ID, PlaceSourceContract


"""
NEVER_SAID = 'overrides a test of the contract without @pytest.mark.xfail(reason="...")'


HIDING = """class TestHiding(PlaceSourceContract):
    def test_records_are_canonical(self):
        pass

    test_an_unknown_record_is_none = None
"""
SAYING = """class TestSaying(PlaceSourceContract):
    @pytest.mark.xfail(reason="no such call here")
    def test_an_unknown_record_is_none(self, desk):
        super().test_an_unknown_record_is_none(desk)
"""
LACKING = """class TestLacking(PlaceSourceContract):
    lacks = (BY_ID,)
"""
FILES = {"hiding": HIDING, "saying": SAYING, "lacking": LACKING}


def test_a_class_that_hides_tests_is_not_collected_and_one_that_says_why_or_lacks_is(
    tmp_path: Path,
) -> None:
    for name, text in FILES.items():
        (tmp_path / f"test_{name}.py").write_text(HEAD + text, encoding="utf-8")
    flags = ("-q", "--collect-only", "-p", "no:cacheprovider", "--import-mode=importlib")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *flags, "."],
        cwd=tmp_path, text=True, capture_output=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert f"TestHiding.test_records_are_canonical: {NEVER_SAID}" in done.stdout
    assert f"TestHiding.test_an_unknown_record_is_none: {NEVER_SAID}" in done.stdout
    assert "TestHiding::" not in done.stdout
    assert "TestSaying::test_an_unknown_record_is_none" in done.stdout
    assert "TestLacking::test_an_unknown_record_is_none" not in done.stdout
    assert "TestLacking::test_what_it_lacks_is_lacking" in done.stdout
    assert "TestSaying::test_what_it_lacks_is_lacking" not in done.stdout


def test_what_is_there_is_not_lacking() -> None:
    there = Need("THERE", "it is not there", lambda desk: True)
    away = Need("AWAY", "it is away", lambda desk: False)

    assert falsely_lacking((there, away), desk=None) == ["THERE"]  # type: ignore[arg-type]


def nothing(self: object) -> None:
    """A test that tests nothing."""


MARKS = {
    "no mark": [],
    "no reason": [pytest.mark.xfail],
    "a blank reason": [pytest.mark.xfail(reason=" ")],
    "skipped": [pytest.mark.skip(reason="not today")],
}


@pytest.mark.parametrize("mark", MARKS)
def test_only_a_reason_excuses(mark: str) -> None:
    def test(self: object) -> None:
        pass

    for one in MARKS[mark]:
        one(test)
    mine = type("TestMine", (PlaceSourceContract,), {"test_records_are_canonical": test})

    assert hidden(mine) == ["test_records_are_canonical"]


def test_what_comes_in_from_the_side_is_seen() -> None:
    side = type("Side", (), {"test_none_left_is_a_level": nothing})
    mine = type("TestMine", (side, StockContract), {})

    assert hidden(mine) == ["test_none_left_is_a_level"]
    assert "TestMine.test_none_left_is_a_level" in (complaint_about(mine) or "")


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=list(CONTRACTS))
def test_the_contracts_themselves_hide_nothing(contract: type) -> None:
    assert hidden(type("TestMine", (contract,), {"test_more": nothing})) == []


def test_a_contract_is_of_a_capability_there_is() -> None:
    assert all(hasattr(Hooks, f"hub_{name}") for name in CONTRACTS)
    assert {*KINDS, "stock", "shipping", "authorisation", "sandbox"} <= set(CONTRACTS)
    assert all(contract.capability == name for name, contract in CONTRACTS.items())
    assert {f"hub_{name}" for name in CONTRACTS} <= set(HOOKS)


def test_every_test_of_a_contract_says_why() -> None:
    tests = {
        f"{contract.__name__}.{name}": getattr(contract, name)
        for contract in CONTRACTS.values()
        for name in dir(contract)
        if name.startswith("test_")
    }

    assert [name for name, test in tests.items() if not (test.__doc__ or "").strip()] == []
