"""Whether `connectors`, `adapters` and `sandboxes` are still ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub_core.plugins import foreign_folders


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder the hub could be installed in, alone on the path."""
    site = tmp_path / "site"
    for name in ("connectors", "adapters", "sandboxes"):
        (site / name / "jd").mkdir(parents=True)
    monkeypatch.setattr("sys.path", [str(site)])
    return site


def before(home: Path, monkeypatch: pytest.MonkeyPatch, *files: str) -> None:
    """Put a folder with these files before the hub's on the path."""
    other = home.parent / "other"
    for file in files:
        (other / file).parent.mkdir(parents=True, exist_ok=True)
        (other / file).touch()
    monkeypatch.setattr("sys.path", [str(other), str(home)])


def test_folders_that_are_ours_are_well(home: Path) -> None:
    assert foreign_folders(home) == []


def test_a_package_that_moved_into_ours_is_named(home: Path) -> None:
    (home / "connectors" / "__init__.py").touch()

    [said] = foreign_folders(home)
    assert said.startswith(f"{home / 'connectors' / '__init__.py'}: another package")


@pytest.mark.parametrize("file", ["adapters/__init__.py", "adapters.py"])
def test_a_package_that_stands_before_ours_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    before(home, monkeypatch, file)

    [said] = foreign_folders(home)
    assert f"{file} stands before our adapters/" in said


def test_a_channel_that_hides_ours_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(home, monkeypatch, "connectors/jd/orders.py")

    [said] = foreign_folders(home)
    assert "has jd before our connectors/" in said


def test_a_strangers_channel_beside_ours_does_no_harm(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(home, monkeypatch, "connectors/pdd/orders.py")

    assert foreign_folders(home) == []


def test_a_folder_that_is_gone_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "sandboxes" / "jd").rmdir()
    (home / "sandboxes").rmdir()
    before(home, monkeypatch, "sandboxes/pdd/box.py")

    assert foreign_folders(home) == [
        f"{home / 'sandboxes'} is not to be found; install channel-hub again"
    ]
