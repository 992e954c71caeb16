"""Taobao and Tmall's open platform (TOP) in a box, from the platform's documents alone.

Orders, refunds, items, stock, parcels, receivers, tokens; see `create` for what can be set.
"""

from .create import create
from .platform import Taobao

__all__ = ["Taobao", "create"]
