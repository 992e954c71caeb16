"""Projects that `hub connector new` wrote, found as plugins without being installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.world import Said, hub

HUB = "import sys; from hub_core.cli import main; sys.exit(main())"
ROOT = Path(__file__).resolve().parents[2]


def package_of(name: str) -> str:
    return f"channel_hub_{name.replace('-', '_')}"


def written(folder: Path, name: str, *words: object) -> Said:
    """The command, and what an installer would write besides."""
    said = hub("connector", "new", name, "--folder", folder, *words)
    assert said.code == 0, said.err
    info = folder / f"{package_of(name)}-0.1.0.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: channel-hub-{name}\nVersion: 0.1.0\n"
    (info / "METADATA").write_text(head)
    (info / "entry_points.txt").write_text(f"[channel_hub]\n{name} = {package_of(name)}\n")
    return said


def spoil(folder: Path, file: str, right: str, wrong: str) -> None:
    """What a beginner might write in its place."""
    path = folder / file
    text = path.read_text("utf-8")
    assert text.count(right) == 1, f"{file} has {right!r} {text.count(right)} times"
    path.write_text(text.replace(right, wrong), "utf-8")


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A Python that finds the project and this checkout, and no settings of ours."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("CHANNEL_HUB_", "PYTEST_"))
    }
    env = kept | {
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "HOME": str(folder),
    }
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder, env=env, text=True, capture_output=True, timeout=300, check=False,
    )  # fmt: skip
