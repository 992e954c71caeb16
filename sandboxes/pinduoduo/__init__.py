"""Pinduoduo's open platform (POP) in a box: orders, after-sales, goods, shipping, tokens.

Start with `create`.
"""

from .platform import PddPlatform, create

__all__ = ["PddPlatform", "create"]
