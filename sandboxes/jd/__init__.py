"""JD (JOS, POP shops) in a box: orders, after-sales, wares, stock, parcels, tokens.

Start with `create`.
"""

from .platform import JdPlatform, create

__all__ = ["JdPlatform", "create"]
