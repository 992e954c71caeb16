"""Who carries parcels: ids are this platform's own.

Source: channel paper §4; names and ids from published clients (B). 2100 and 4700 stand in
the documents' example without a name.
"""

from __future__ import annotations

OWN_DELIVERY = "1274"
"""The shop brings the parcel itself; a number sent with it is not kept."""
COURIERS = {
    "467": "顺丰快递",
    "465": "邮政EMS",
    "463": "圆通快递",
    "470": "申通快递",
    "1327": "韵达快递",
    "1499": "中通速递",
    "1747": "优速快递",
    "2087": "京东快递",
    "2170": "邮政快递包裹",
    "2465": "国通快递",
    "2100": "沙箱物流甲",
    "4700": "沙箱物流乙",
    OWN_DELIVERY: "厂家自送",
}
