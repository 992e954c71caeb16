"""Where this user's settings and data stand, and what the environment says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

NAME = "channel-hub"


class Environment(BaseSettings):
    """The `CHANNEL_HUB_…` variables; an empty one counts as not set."""

    model_config = SettingsConfigDict(env_prefix="CHANNEL_HUB_", env_ignore_empty=True)

    config: Path | None = None
    database: SecretStr | None = None
    key: SecretStr | None = None
    key_file: Path | None = None


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
