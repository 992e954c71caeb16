"""What may be called: each API's name in the box, and the key its answer stands under.

Source: channel paper §1 (keys do not follow from the names) and the official API pages.
"""

from __future__ import annotations

from dataclasses import dataclass

Limit = tuple[int, float]
"""So many calls in so many seconds."""


@dataclass(frozen=True, slots=True)
class Api:
    """One API. `needs_token` False: the app's signature is enough."""

    operation: str
    key: str
    needs_token: bool = True
    shop: Limit | None = None
    app: Limit | None = None
    whole: Limit | None = None


APIS = {
    "pdd.order.number.list.increment.get": Api(
        "orders.list", "order_sn_increment_get_response", shop=(3000, 60)
    ),
    "pdd.order.list.get": Api("deals.list", "order_list_get_response", shop=(6000, 60)),
    "pdd.order.basic.list.get": Api("basic.list", "order_basic_list_get_response"),
    "pdd.order.information.get": Api(
        "orders.get", "order_info_get_response", shop=(30_000, 60)
    ),
    "pdd.order.status.get": Api(
        "orders.status", "order_status_get_response", shop=(3000, 60)
    ),
    "pdd.order.note.update": Api("note.push", "response"),
    "pdd.order.upload.extra.logistics": Api(
        "ship.extra", "upload_extra_logistics_response"
    ),
    "pdd.logistics.online.send": Api(
        "ship.push", "logistics_online_send_response", whole=(5000, 1)
    ),
    "pdd.logistics.companies.get": Api(
        "carriers.get", "logistics_companies_get_response", False, whole=(1200, 10)
    ),
    "pdd.refund.list.increment.get": Api(
        "after_sales.list",
        "refund_increment_get_response",
        shop=(100, 10),
        app=(500, 1),
        whole=(5500, 1),
    ),
    "pdd.refund.information.get": Api(
        "after_sales.get", "refund_information_get_response", whole=(1400, 1)
    ),
    "pdd.refund.status.check": Api(
        "after_sales.check", "refund_status_check_response", shop=(3000, 60)
    ),
    "pdd.goods.list.get": Api("products.list", "goods_list_get_response", shop=(600, 60)),
    "pdd.goods.detail.get": Api("products.get", "goods_detail_get_response"),
    "pdd.goods.quantity.update": Api(
        "stock.push", "goods_quantity_update_response", whole=(4200, 1)
    ),
    "pdd.open.decrypt.batch": Api("decrypt", "open_decrypt_batch_response"),
    "pdd.open.decrypt.mask.batch": Api(
        "mask", "open_decrypt_mask_batch_response", app=(15_000, 10)
    ),
    "pdd.mall.info.get": Api("shop.get", "mall_info_get_response"),
    "pdd.time.get": Api("time", "time_get_response", False),
    "pdd.pmc.user.permit": Api("messages.permit", "pmc_user_permit_response"),
    "pdd.pmc.user.get": Api("messages.user", "pmc_user_get_response", False),
    "pdd.pmc.user.cancel": Api("messages.cancel", "tmc_user_cancel_response", False),
    "pdd.pmc.accrue.query": Api(
        "messages.accrued", "pmc_user_get_response", False, app=(1, 1)
    ),
    "pdd.pop.auth.token.create": Api("token", "pop_auth_token_create_response", False),
    "pdd.pop.auth.token.refresh": Api("token", "pop_auth_token_refresh_response", False),
}
"""Rates as in the official rows of 2023; option `documented_limits` turns them on."""
