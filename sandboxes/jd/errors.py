"""The platform's refusals, in its three layers.

Source: channel paper §5 and copies of the official gateway error table.
"""

from __future__ import annotations

GATEWAY = {
    "2": ("限制时间内调用失败次数", "App Call Limited"),
    "4": ("缺少版本参数", "Missing Version"),
    "5": ("不支持的版本号", "Unsupported Version"),
    "7": ("缺少时间戳参数", "Missing Timestamp"),
    "8": ("非法的时间戳参数", "Invalid Timestamp"),
    "11": ("缺少签名参数", "Missing Signature"),
    "12": ("无效签名", "Invalid Signature"),
    "14": ("缺少方法名参数", "Missing Method"),
    "15": ("不存在的方法名", "Invalid Method"),
    "19": ("token已过期或者不存在，请重新授权访问", "Invalid access_token"),
    "21": ("信息无效", "Invalid app_key"),
    "24": ("该商家无权调用此API", "Not permitted"),
    "33": ("处理超时", "Processing timeout"),
    "65": ("处理超时，请重新查询", "Processing timeout, search again"),
    "11100006": ("店铺未开通", "Shop not opened"),
}

NUMBER_CODES = {
    "order_state": 10100021,
    "wrong_merchant": 10500001,
    "parameters": 10100001,
    "missing_order": 10100002,
    "too_deep": 10100003,
    "system": 10100099,
    "missing_sku": 10200001,
    "stock": 10200002,
    "carrier": 10400002,
    "waybill": 10400003,
}
"""apiResult.numberCode by kind. The first two were seen in tests of others (§5, C), the
rest is made up: no document lists them. Option `number_codes` replaces them. Where a
method answers without an apiResult the number stands in its own result, or in `code`."""

NUMBER_WORDS = {
    "order_state": ("订单状态不合法", "invalid order_state"),
    "wrong_merchant": ("订单不属于该商家", "order of another vender"),
    "parameters": ("参数不合法", "invalid parameters"),
    "missing_order": ("未查询到订单", "order not found"),
    "too_deep": ("查询结果过多，请缩小查询范围", "too many rows"),
    "system": ("系统繁忙，请稍后重试", "system busy"),
    "missing_sku": ("商品不存在", "sku not found"),
    "stock": ("库存数量不合法", "invalid stock"),
    "carrier": ("物流公司不存在", "no such carrier"),
    "waybill": ("运单号不合法", "invalid waybill"),
}

OAUTH_CODES = {
    "app": 1001,
    "grant_type": 1002,
    "code": 1003,
    "refresh_token": 1004,
    "busy": 1099,
}
"""`code` of a failed token call. No document lists them: option `oauth_codes`."""

OAUTH_WORDS = {"busy": "系统繁忙，请稍后重试"}
"""`msg` where it is not the usual one."""


class Refused(Exception):
    """The gateway says no: `error_response` with this code."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


class Declined(Exception):
    """The business behind the gateway says no, for a kind of `NUMBER_CODES`."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail
