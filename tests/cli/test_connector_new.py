"""`hub connector new`: a project that works, and that says what to change in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.projects import package_of, python, written
from tests.cli.world import hub

MOST_LINES = 250
QUIET = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error")


@pytest.mark.parametrize(
    "name", ["My Shop", "my_shop", "Shop", "-shop", "shop-", "9shop", "店"]
)
def test_a_name_that_is_not_kebab_case_is_refused(name: str, tmp_path: Path) -> None:
    said = hub("connector", "new", "--folder", tmp_path / "x", "--", name)

    assert (said.code, (tmp_path / "x").exists()) == (2, False)
    assert "kebab case" in said.err


@pytest.mark.parametrize("name", ["jd", "douyin-laike"])
def test_the_name_of_an_installed_plugin_is_refused(name: str, tmp_path: Path) -> None:
    said = hub("connector", "new", name, "--folder", tmp_path / "x")

    assert (said.code, (tmp_path / "x").exists()) == (2, False)
    assert f"called {name} already" in said.err


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    said = hub("connector", "new", "my-shop", "--folder", tmp_path)

    assert said.code == 2
    assert "not empty" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    said = hub("connector", "new", "my-shop", "--folder", tmp_path / "mine.txt")

    assert (said.code, "is no folder" in said.err) == (2, True)


def test_what_comes_next_can_be_pasted(tmp_path: Path) -> None:
    told = written(tmp_path / "my shop", "my-shop", "--json").json

    assert told["next"][0] == f"cd '{tmp_path / 'my shop'}'"


def test_without_a_folder_it_is_one_of_its_name_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert hub("connector", "new", "my-shop").code == 0
    assert (tmp_path / "channel-hub-my-shop" / "pyproject.toml").is_file()


@pytest.mark.parametrize("tokens", [(), ("--tokens",)], ids=["plain", "tokens"])
def test_it_is_small_and_bears_its_own_name_alone(
    tokens: tuple[str, ...], tmp_path: Path
) -> None:
    told = written(tmp_path, "my-shop", *tokens, "--json").json
    texts = {file: (tmp_path / file).read_text("utf-8") for file in told["files"]}
    own = {f for f in texts if f.startswith(package_of("my-shop")) and f.endswith(".py")}
    connector = own - {f"{package_of('my-shop')}/box.py"}
    if not tokens:
        lines = [line for file in connector for line in texts[file].splitlines()]
        assert len([line for line in lines if line.strip()]) < MOST_LINES
    assert [file for file, text in texts.items() if "teahouse" in text.lower()] == []
    assert [file for file, text in texts.items() if ":tokens" in text] == []
    assert any("token_v1" in file for file in texts) is bool(tokens)


def test_it_says_which_lines_to_change(tmp_path: Path) -> None:
    told = written(tmp_path, "my-shop", "--json").json

    for mark in told["change"]:
        line = (tmp_path / mark["file"]).read_text("utf-8").splitlines()[mark["line"] - 1]
        assert "CHANGE" in line
        assert mark["what"]
    places = {Path(mark["file"]).name for mark in told["change"]}
    assert places >= {"__init__.py", "dialect.py", "orders_v1.py", "box.py", "signing.json"}


def test_people_are_told_the_lines_and_what_comes_next(tmp_path: Path) -> None:
    said = written(tmp_path, "my-shop")

    assert re.search(r"dialect\.py +\d+ +every code the pages name", said.out)
    assert "hub connector grade my-shop" in said.out


def test_all_its_own_tests_pass_at_once(tmp_path: Path) -> None:
    written(tmp_path, "my-shop")

    done = python(tmp_path, *QUIET)

    assert done.returncode == 0, done.stdout[-3_000:]
    assert "skipped" not in done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) > 60


def test_so_do_those_of_one_that_renews_tokens(tmp_path: Path) -> None:
    """Its goldens, and the tests of the contract that tokens bear on."""
    written(tmp_path, "my-shop", "--tokens")

    done = python(tmp_path, *QUIET, "-k", "golden or dead_token or secret")

    assert done.returncode == 0, done.stdout[-3_000:]
    assert "10 passed" in done.stdout
