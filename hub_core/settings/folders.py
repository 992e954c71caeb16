"""Where this user's settings and data stand, and what the environment says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pydantic import SecretStr

NAME = "channel-hub"


class Environment:
    """The `CHANNEL_HUB_…` variables as they are now; an empty one counts as not set."""

    @property
    def config(self) -> Path | None:
        """The file with the settings."""
        return _path("CONFIG")

    @property
    def database(self) -> SecretStr | None:
        """The database's URL, which may hold a password."""
        return _secret("DATABASE")

    @property
    def key(self) -> SecretStr | None:
        """The master key itself."""
        return _secret("KEY")

    @property
    def key_file(self) -> Path | None:
        """The file it stands in."""
        return _path("KEY_FILE")


def _path(name: str) -> Path | None:
    said = _said(name)
    return Path(said) if said else None


def _secret(name: str) -> SecretStr | None:
    said = _said(name)
    return SecretStr(said) if said else None


def _said(name: str) -> str:
    return os.environ.get(f"CHANNEL_HUB_{name}", "")


def config_folder() -> Path:
    """The user's folder for `plugins.toml` and the key. It may not exist yet."""
    return _folder("APPDATA", "XDG_CONFIG_HOME", ".config")


def data_folder() -> Path:
    """The user's folder for the default database. It may not exist yet."""
    return _folder("LOCALAPPDATA", "XDG_DATA_HOME", ".local/share")


def _folder(windows: str, xdg: str, home: str) -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get(windows) or Path.home()) / NAME
    if sys.platform == "darwin" and xdg not in os.environ:
        return Path.home() / "Library" / "Application Support" / NAME
    return Path(os.environ.get(xdg) or Path.home() / home) / NAME
