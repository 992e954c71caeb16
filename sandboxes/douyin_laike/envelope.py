"""The two blocks every answer stands in, and the platform's error codes.

Source: paper §2.1-§2.4 (status-code page; captured gateway error of 2023-07).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub_core.sandbox import Clock, Response, json_response

JSON = dict[str, Any]

BUSY = 2100004
BAD_PARAMETER = 2100005
NO_PERMISSION = 2100007
BANNED = 2100009
THROTTLED = 2119003
NO_QUOTA = 2190001
TOKEN_UNKNOWN = 2190002
NO_CAPABILITY = 2190004
TOKEN_EXPIRED = 2190008
TRADE = 2191002
INTERNAL = 5000001
UNKNOWN_PATH = 28001017
OFFLINE = 28001056
NOT_AUTHORISED = 11006
ORDER_NOT_FOUND = 20000
PLACE_NOT_FOUND = 20003

SAID = {
    BUSY: "系统繁忙，此时请开发者稍候再试",
    BAD_PARAMETER: "参数不合法",
    NO_PERMISSION: "无权限操作",
    BANNED: "用户被禁封使用该操作",
    THROTTLED: "请求太过频繁",
    NO_QUOTA: "quota已用完",
    TOKEN_UNKNOWN: "access_token无效",
    NO_CAPABILITY: "应用未获得该能力",
    TOKEN_EXPIRED: "access_token过期",
    TRADE: "交易错误",
    INTERNAL: "系统内部错误",
    UNKNOWN_PATH: "请求的URI不存在",
    OFFLINE: "接口已下线",
}
"""Our wording of the platform's descriptions; clients must go by the code."""

NEWER = {
    BUSY: 28001005,
    BAD_PARAMETER: 28001007,
    NO_PERMISSION: 28001018,
    BANNED: 28001046,
    THROTTLED: 28003018,
    NO_QUOTA: 28003017,
    TOKEN_UNKNOWN: 28001003,
    NO_CAPABILITY: 28001014,
    TOKEN_EXPIRED: 28001008,
    INTERNAL: 28001005,
}
"""The 28001xxx code that says the same, where there is one. Source: paper §2.3."""

BEIJING = timedelta(hours=8)


class Refused(Exception):
    """The platform says no, with a code, perhaps a sub code and a word for developers."""

    def __init__(self, code: int, detail: str = "", sub_code: int = 0) -> None:
        super().__init__(f"{code} {detail}")
        self.code, self.detail, self.sub_code = code, detail, sub_code


class Envelope:
    """Wraps good and bad answers for one box."""

    def __init__(self, clock: Clock, switches: Mapping[str, str]) -> None:
        self._clock, self._switches = clock, switches
        self._calls = 0

    def logid(self) -> str:
        """Beijing time to the second and 20 signs, new on every answer."""
        self._calls += 1
        when = datetime.fromtimestamp(self._clock.now(), UTC) + BEIJING
        return f"{when:%Y%m%d%H%M%S}{self._calls:020X}"

    def code_of(self, refused: Refused) -> int:
        """The code in the family this box speaks."""
        newer = self._switches["error_family"] == "new"
        return NEWER.get(refused.code, refused.code) if newer else refused.code

    def refusal(self, refused: Refused) -> Response:
        """HTTP 200 with the same code in both blocks; `now` is milliseconds here."""
        code = self.code_of(refused)
        said = {"error_code": code, "description": SAID.get(refused.code, "")}
        if refused.detail and refused.code == NO_PERMISSION:
            said["description"] = refused.detail
        sub = {"sub_error_code": refused.sub_code, "sub_description": refused.detail}
        trace = {"logid": self.logid(), "now": int(self._clock.now() * 1000)}
        answer = json_response({"data": said, "extra": {**said, **sub, **trace}})
        over = refused.code == THROTTLED and self._switches["throttle"] == "http_429"
        return replace(answer, status=429) if over else answer

    def good(self, data: JSON, beside: JSON | None = None) -> Response:
        """A good answer to any other call, with what some have beside the two blocks."""
        extra = self._extra()
        ok = {"error_code": 0, "description": "success"}
        answer: JSON = {"data": {**ok, **data}, **(beside or {})}
        return json_response(answer if extra is None else {**answer, "extra": extra})

    def based(self, data: JSON) -> Response:
        """A good answer of the /life/ generation. Source: goods-batch-save page of 2022."""
        return json_response({"base": self._base(), **data})

    def based_refusal(self, refused: Refused) -> Response:
        """The same no in the /life/ generation's words: a wrong parameter is the
        business's, all else the gateway's."""
        part = "biz" if refused.code == BAD_PARAMETER else "gateway"
        said = refused.detail or SAID.get(refused.code, "")
        told = {f"{part}_code": self.code_of(refused), f"{part}_msg": said}
        return json_response({"base": self._base() | told})

    def _base(self) -> JSON:
        ok = {"gateway_code": 0, "gateway_msg": "", "biz_code": 0, "biz_msg": ""}
        return {"log_id": self.logid(), **ok}

    def listed(self, rows: Sequence[bytes], data: JSON) -> Response:
        """A good list answer; `rows` are JSON texts already."""
        ok = {"error_code": 0, "description": ""}
        extra = self._extra()
        body = b"".join(
            (
                b'{"data":',
                _text({**ok, **data})[:-1],
                b',"orders":[',
                b",".join(rows),
                b"]}" if extra is None else b']},"extra":' + _text(extra),
                b"}",
            )
        )
        return Response(200, body, {"content-type": "application/json; charset=utf-8"})

    def _extra(self) -> JSON | None:
        ok = {"error_code": 0, "description": "", "logid": self.logid()}
        if self._switches["extra"] == "missing":
            return None
        if self._switches["extra"] == "reduced":
            return ok
        unit = 1000 if self._switches["extra_now"] == "milliseconds" else 1
        now = int(self._clock.now() * unit)
        return {**ok, "sub_error_code": 0, "sub_description": "success", "now": now}


def _text(value: JSON) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
