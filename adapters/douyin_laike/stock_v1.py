"""Setting stock, first generation: `/life/goods/stock/sync/`.

2021 to 2022; still answered. The token stands in the query, no merchant is named, and
the answer is `base{gateway_code, biz_code}`, both 0 on success. The page's table names
stock_qty, its sample avail_qty with limit_type 2, where neither means anything: stock_qty
is sent (mark C).
Source: page mini-app old-versions-warning/goods-repo/goods-batch-save; channel paper
§6 V1.
"""

from __future__ import annotations

from pydantic import Field

from . import stock


class StockAsk(stock.StockAsk):
    """The account is known here and not sent."""

    account_id: str = Field(min_length=1, exclude=True)


SET = stock.setting("/life/goods/stock/sync/", StockAsk, "stock_v1", "simulated")
