"""`hub connector new`: a connector that works, and what to change in it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .opening import Json
from .output import say, say_json, table

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

ENDING = ".tmpl"
MARK = "CHANGE"
OPTIONAL = ("token_v1", "tokens.py")
"""Files that only a connector that renews tokens has."""


def new(
    name: Annotated[str, typer.Argument(help="In kebab case: my-shop.")],
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Where; channel-hub-NAME here.", show_default=False),
    ] = None,
    tokens: Annotated[
        bool, typer.Option("--tokens/--no-tokens", help="Tokens that have to be renewed.")
    ] = False,
    json: Json = False,
) -> None:
    """Write a connector of your own: a project that passes its tests at once.

    It reads a made-up platform that comes with it; then it says which lines to change to
    read yours.
    """
    _refuse(name)
    path = (folder or Path(f"channel-hub-{name}")).absolute()
    _refuse_folder(path)
    written = list(_write(path, name, tokens))
    marks = [mark for file in written for mark in _marks(path, file)]
    told = {
        "folder": str(path),
        "files": written,
        "change": marks,
        "next": _next(name, path),
    }
    if json:
        say_json(told)
    else:
        _tell(told)


def _refuse(name: str) -> None:
    from ..plugins import load
    from ..plugins.registry import KEBAB

    if not KEBAB.fullmatch(name) or not name[0].isalpha():
        raise Misconfigured(
            f"{name!r} is not kebab case: small letters, digits, hyphens (my-shop)"
        )
    taken = {known: row for row in load().table() for known in (row.name, row.channel)}
    if row := taken.get(name):
        owner = f" (of {row.distribution})" if row.distribution else ""
        raise Misconfigured(
            f"an installed plugin is called {name} already{owner}: take another"
        )


def _refuse_folder(path: Path) -> None:
    if path.is_symlink() or path.exists():
        if not path.is_dir():
            raise Misconfigured(f"{path} is no folder: name another with --folder")
        if any(path.iterdir()):
            raise Misconfigured(f"{path} is not empty: name another with --folder")


# Files -----------------------------------------------------------------------------------


def _write(path: Path, name: str, tokens: bool) -> Iterator[str]:
    """Every file of the project, from its template; gives their places."""
    from importlib.resources import files

    package = f"channel_hub_{name.replace('-', '_')}"
    for place, template in sorted(_templates(files("hub_core") / "scaffold", "")):
        if not tokens and any(part in place for part in OPTIONAL):
            continue
        inside = place.removesuffix(ENDING).replace("package/", f"{package}/")
        target = path / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_rendered(template.read_text("utf-8"), name, tokens), "utf-8")
        yield inside


def _templates(folder: Traversable, place: str) -> Iterator[tuple[str, Traversable]]:
    for inner in folder.iterdir():
        if inner.is_dir():
            yield from _templates(inner, f"{place}{inner.name}/")
        elif inner.name.endswith(ENDING):
            yield f"{place}{inner.name}", inner


def _rendered(text: str, name: str, tokens: bool) -> str:
    """The template with the name in the teahouse's place; lines that end in `# :tokens`
    are left out where there are none."""
    lines = [line for line in text.splitlines() if tokens or not line.endswith("# :tokens")]
    text = "\n".join(line.removesuffix("# :tokens").rstrip() for line in lines)
    camel = "".join(part.capitalize() for part in name.split("-"))
    text = text.replace("channel_hub_teahouse", f"channel_hub_{name.replace('-', '_')}")
    return text.replace("Teahouse", camel).replace("teahouse", name) + "\n" * bool(text)


def _marks(path: Path, file: str) -> Iterator[dict[str, Any]]:
    """The lines of a file that are marked."""
    for number, line in enumerate((path / file).read_text("utf-8").splitlines(), 1):
        if MARK in line and not file.endswith(".md"):
            before, _, what = line.partition(MARK)
            said = what.lstrip(": ").split('"')[0].strip()
            yield {"file": file, "line": number, "what": said or before.strip(" #,")}


# What is said ----------------------------------------------------------------------------


def _next(name: str, path: Path) -> list[str]:
    return [
        f"cd {shlex.quote(str(path))}",
        "python -m pip install -e '.[test]'", "python -m pytest",
        f"hub connector grade {name}", f"hub sandbox serve {name}",
    ]  # fmt: skip


def _tell(told: dict[str, Any]) -> None:
    say(f"{told['folder']}: {len(told['files'])} files, and they work. To change:")
    table(told["change"], ("file", "line", "what"), right=("line",), fold=("what",))
    say("\nNext:")
    for command in told["next"]:
        say(f"  {command}")
