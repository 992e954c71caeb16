"""The platform's refusals: one envelope, the gateway's table, the business behind it.

Source: error table of the official API pages (open.pinduoduo.com, e.g.
document/api?id=pdd.order.list.get, as captured 2026-04) and channel paper §5.
"""

from __future__ import annotations

from typing import Any

TABLE = {
    10000: "参数错误",
    10001: "公共参数错误",
    10016: "client下线或者clientId不正确",
    10017: "type不正确",
    10019: "access_token已过期",
    20004: "签名sign校验失败",
    20005: "ip无权访问接口，请加入ip白名单",
    20031: "用户没有授权访问此接口",
    20032: "access_token或client_id错误",
    21001: "请求参数错误",
    21002: "请求参数不能为空",
    50000: "系统内部错误",
    50001: "业务服务错误",
    50002: "业务系统内部异常",
    52101: "当前接口被限流，请稍后重试",
    52102: "当前接口暂时不可用，请稍后重试",
    52103: "服务暂时不可用，请稍后重试",
    70031: "调用过于频繁，请调整调用频率",
    70032: "当前请求被禁止调用",
    70034: "当前用户或应用存在风险，禁止调用！",
    70036: "应用处于测试状态，调用次数被限制",
}
"""The gateway's codes and words, as the table has them."""

CODES = {
    "public": 10001,
    "client": 10016,
    "type": 10017,
    "token": 10019,
    "refresh": 10019,
    "code": 10019,
    "sign": 20004,
    "ip": 20005,
    "forbidden": 20031,
    "banned": 70034,
    "test_quota": 70036,
}
"""Which code says what. Those of `public` (a missing or stale parameter), `refresh` and
`code` are inferences: option `codes` replaces any of them."""

BUSINESS = {
    "system": "60001",
    "missing_order": "60002",
    "missing_case": "60003",
    "missing_goods": "60004",
    "not_to_ship": "60011",
    "not_shipped": "60012",
    "under_review": "60013",
    "cancelled": "60014",
    "refunded": "60015",
    "carrier": "60016",
    "below_zero": "60021",
    "in_slot": "60022",
    "too_long": "60031",
}
"""sub_code of a business refusal (error_code 50001). Made up, none is published: option
`sub_codes` replaces any of them. The words are what a client can go by."""


class Refused(Exception):
    """The platform says no. `sub_code` and `sub_msg` None: the same as the code's own."""

    def __init__(
        self, code: int, msg: str = "", *, sub: tuple[str | None, str] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.msg = msg or TABLE.get(code, "")
        self.sub_code, self.sub_msg = (str(code), self.msg) if sub is None else sub

    def body(self, request_id: str) -> dict[str, Any]:
        """error_response, its code a number and its sub_code text or null."""
        said = {"error_code": self.code, "error_msg": self.msg}
        said |= {"sub_code": self.sub_code, "sub_msg": self.sub_msg}
        return {"error_response": said | {"request_id": request_id}}


class Declined(Exception):
    """The business says no, for a kind of `BUSINESS`."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(kind)
        self.kind, self.words = kind, words


def public(name: str, code: int) -> Refused:
    """A public parameter is missing or wrong; as sampled, without a sub_code."""
    return Refused(code, f"公共参数错误:{name}", sub=(None, ""))


def too_long(words: str) -> Refused:
    """A window is too wide: 50001 without sub_code, as captured."""
    return Refused(50001, words, sub=(None, words))
