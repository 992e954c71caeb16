"""TOP's ways to say no. Codes and words: paper §5; 41 and 40 name the argument."""

from __future__ import annotations

DEAD_SESSION = {
    "invalid-sessionkey": "Invalid session",
    "session-expired": "Invalid session:session-expired",
}
"""Both pairs of sub_code and msg were captured for the same state."""

PASSING = (
    "isp.top-remote-connection-timeout",
    "isp.top-remote-service-unavailable",
    "isp.top-remote-connection-control-error",
    "isp.top-remote-unknown-error",
    "isp.remote-connection-error",
    "isp.remote-connection-error-tmall",
    "isp.remote-service-error",
    "isp.service-error",
    "isp.system-busy",
    "isp.call-limited",
)
"""Troubles of the platform's own that pass (paper §5)."""


class Refused(Exception):
    """An `error_response`. `code` None: the generic business code (15 or 50)."""

    def __init__(
        self,
        code: int | None,
        msg: str,
        sub_code: str | None = None,
        sub_msg: str | None = None,
    ) -> None:
        super().__init__(msg)
        self.code, self.msg = code, msg
        self.sub_code, self.sub_msg = sub_code, sub_msg


def missing(name: str) -> Refused:
    """A required argument is not there."""
    return Refused(40, f"Missing required arguments:{name}")


def invalid(name: str) -> Refused:
    """An argument has the wrong type or a value out of range."""
    return Refused(41, f"Invalid arguments:{name}")


def business(sub_code: str, sub_msg: str) -> Refused:
    """A refusal from behind the gateway: `isv.*` for good, `isp.*` for now."""
    return Refused(None, "Remote service error", sub_code, sub_msg)


def dead_session(sub_code: str) -> Refused:
    """A session nobody can use any more."""
    return Refused(27, DEAD_SESSION[sub_code], sub_code)


def limited(sub_code: str, seconds: int) -> Refused:
    """A ban that lasts that many more seconds."""
    words = f"This ban will last for {seconds} more seconds"
    return Refused(7, "App Call Limited", f"accesscontrol.{sub_code}", words)
