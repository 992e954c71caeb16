"""What every call must bring before it is looked at, and how arguments are read.

Source: "calling method" page, article 101617; codes of paper §5.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Collection, Mapping
from math import inf
from typing import Any

from hub_core.sandbox import Request

from . import refusals, sign, times
from .grants import App
from .refusals import Refused

TOLERANCE = 600
"""Seconds a timestamp may be off, to either side."""


def merged(request: Request) -> dict[str, str]:
    """All parameters: the server takes query and form alike; the form wins."""
    return dict(request.query()) | dict(request.form())


def admitted(
    params: Mapping[str, str],
    methods: Collection[str],
    apps: Mapping[str, App],
    now: float,
) -> App:
    """The app that calls. Raises Refused as the gateway would."""
    method = params.get("method", "")
    if not method:
        raise Refused(21, "Missing method")
    if method not in methods:
        raise Refused(22, "Invalid method")
    if params.get("format", "xml") not in {"xml", "json"}:
        raise Refused(23, "Invalid format")
    app = _app(params, apps)
    _time(params.get("timestamp", ""), now)
    _version(params.get("v", ""))
    _signature(params, app)
    return app


def _app(params: Mapping[str, str], apps: Mapping[str, App]) -> App:
    key = params.get("app_key", "")
    if not key:
        raise Refused(28, "Missing app key")
    if key not in apps:
        raise Refused(29, "Invalid app Key", "isv.appkey-not-exists")
    return apps[key]


def _time(stamp: str, now: float) -> None:
    """GMT+8 text, or epoch milliseconds as the generated SDKs send it."""
    if not stamp:
        raise Refused(30, "Missing timestamp")
    try:
        at = int(stamp) / 1000 if re.fullmatch(r"\d{13}", stamp) else times.moment(stamp)
    except ValueError:
        raise Refused(31, "Invalid timestamp") from None
    if abs(at - now) > TOLERANCE:
        raise Refused(31, "Invalid timestamp")


def _version(version: str) -> None:
    if not version:
        raise Refused(32, "Missing version")
    if not re.fullmatch(r"\d\.\d", version):
        raise Refused(33, "Invalid version")
    if version != "2.0":
        raise Refused(34, "Unsupported version")


def _signature(params: Mapping[str, str], app: App) -> None:
    given = params.get("sign", "")
    if not given:
        raise Refused(24, "Missing signature")
    try:
        right = sign.signature(app.secret, params, params.get("sign_method", ""))
    except ValueError:
        raise Refused(25, "Invalid signature") from None
    if not hmac.compare_digest(given.encode(), right.encode()):
        raise Refused(25, "Invalid signature")


def truth(params: Mapping[str, str], name: str) -> bool:
    """A Boolean argument, false by default."""
    value = params.get(name, "") or "false"
    if value not in {"true", "false"}:
        raise refusals.invalid(name)
    return value == "true"


def number(params: Mapping[str, str], name: str, default: int) -> int:
    """A whole positive argument."""
    value = params.get(name, "") or str(default)
    if not re.fullmatch(r"\d{1,18}", value) or int(value) < 1:
        raise refusals.invalid(name)
    return int(value)


def moment(params: Mapping[str, str], name: str) -> float | None:
    """A time argument; None when it is not given."""
    if not params.get(name):
        return None
    try:
        return times.moment(params[name])
    except ValueError:
        raise refusals.invalid(name) from None


def parsed(params: Mapping[str, str], name: str, empty: Any) -> Any:
    """An argument that is JSON of the same type as `empty`, which stands for none."""
    try:
        value = json.loads(params.get(name) or json.dumps(empty))
    except (ValueError, RecursionError):
        raise refusals.invalid(name) from None
    if not isinstance(value, type(empty)):
        raise refusals.invalid(name)
    return value


def window(
    params: Mapping[str, str], name: str, how: Mapping[str, str]
) -> tuple[float, float]:
    """`start_<name>` and `end_<name>` as epoch seconds, each open where not given.

    Ends are whole seconds; whether they belong to the window is a switch.
    """
    start, end = moment(params, f"start_{name}"), moment(params, f"end_{name}")
    since = 0.0 if start is None else start + (how["window_start"] == "exclusive")
    if end is None:
        return since, inf
    until = end + 1 - 1e-6 - (how["window_end"] == "exclusive")
    if start is not None and end < start:
        raise refusals.invalid(f"end_{name}")
    return since, until
