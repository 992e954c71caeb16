"""Whether the folders plugins stand in are still ours.

`connectors`, `adapters` and `sandboxes` are plain words, and namespace folders: a
foreign package of such a name can put itself before ours, or into it. `hub doctor` asks.
"""

from __future__ import annotations

from importlib.machinery import PathFinder
from pathlib import Path

FOLDERS = ("connectors", "adapters", "sandboxes")
HOME = Path(__file__).resolve().parents[2]


def foreign_folders(home: Path = HOME) -> list[str]:
    """What is wrong with our top-level names, as sentences; none when all is well.

    `home` is the folder the hub is installed in.
    """
    return [said for name in FOLDERS for said in _wrong(name, home)]


def _wrong(name: str, home: Path) -> list[str]:
    ours = home / name
    if (ours / "__init__.py").exists():
        said = "another package has put itself into this folder; uninstall it, then "
        return [f"{ours / '__init__.py'}: {said}install channel-hub again"]
    spec = PathFinder.find_spec(name)
    if spec is None or not ours.is_dir():
        return [f"{ours} is not to be found; install channel-hub again"]
    if spec.origin is not None:
        return [f"{spec.origin} stands before our {name}/; uninstall or rename it"]
    return _shadowed(name, ours, [Path(p) for p in spec.submodule_search_locations or ()])


def _shadowed(name: str, ours: Path, found: list[Path]) -> list[str]:
    """Our channels that another folder of the same name has before ours."""
    for place in found:
        if place.resolve() == ours.resolve():
            return []
        channels = {p.stem for p in ours.iterdir() if p.stem.isidentifier()}
        if taken := sorted(channels & {p.stem for p in place.iterdir()} - {"__pycache__"}):
            return [f"{place} has {', '.join(taken)} before our {name}/; rename it"]
    return [f"{ours} is not among {name}'s folders; install channel-hub again"]
