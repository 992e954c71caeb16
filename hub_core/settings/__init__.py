"""What an operator may set: `plugins.toml`, four environment variables, and the key.

Nothing here holds a secret: the file names where a secret stands, and it is fetched
when it is used.
"""

from .folders import config_folder, data_folder
from .key import KeySource, MasterKey, find_key, key_file, master_key
from .secret import Reference, reveal
from .settings import AppSettings, Settings
from .tables import (
    AlarmsTable,
    AppTable,
    ChannelTable,
    HubTable,
    LimitTable,
    ShopTable,
    StreamTable,
    TargetTable,
)

__all__ = [
    "AlarmsTable",
    "AppSettings",
    "AppTable",
    "ChannelTable",
    "HubTable",
    "KeySource",
    "LimitTable",
    "MasterKey",
    "Reference",
    "Settings",
    "ShopTable",
    "StreamTable",
    "TargetTable",
    "config_folder",
    "data_folder",
    "find_key",
    "key_file",
    "master_key",
    "reveal",
]
