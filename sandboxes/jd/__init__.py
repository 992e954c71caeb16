"""JD (JOS, POP shops) in a box: orders and tokens. Start with `create`."""

from .platform import JdPlatform, create

__all__ = ["JdPlatform", "create"]
