"""What JD is asked, in the words both order shapes share.

Source: channel paper JD §3; jos.jd.com/apilistnewdetail.html?apiId=15660, whose container
`paramOrderJSFQuery` is the Java service's own: its leaves are sent flat.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, PlainSerializer

from hub_core.wire import BEIJING, Ask


def beijing_text(moment: datetime) -> str:
    """`2026-11-20 12:00:00` in Beijing; fractions of a second are dropped."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


BeijingText = Annotated[AwareDatetime, PlainSerializer(beijing_text)]
DigitText = Annotated[int, PlainSerializer(str)]


class SearchAsk(Ask):
    """A page of orders by the time of their last change, oldest change first.

    The time moves with the state and the waybill only. `page` and `page_size` travel
    as text. `sortType` 1 would be descending, `dateType` 1 the creation time.
    """

    since: BeijingText = Field(serialization_alias="start_date")
    until: BeijingText = Field(serialization_alias="end_date")
    states: str = Field(serialization_alias="order_state", min_length=1)
    optional_fields: str
    page: DigitText = Field(ge=1)
    page_size: DigitText = Field(ge=1, le=100)
    sort_type: int = Field(default=0, serialization_alias="sortType")
    date_type: int = Field(default=0, serialization_alias="dateType")
    source_id: str | None = None


class GetAsk(Ask):
    """One order by its number."""

    order_id: int = Field(ge=1)
    optional_fields: str
    source_id: str | None = None


FIELDS = (
    "orderId,venderId,orderType,payType,orderState,orderStateRemark,"
    "orderTotalPrice,sellerDiscount,orderSellerPrice,orderPayment,freightPrice,"
    "balanceUsed,taxFee,shouldPay,actualPay,payDiscount,totalSellerReceivable,"
    "orderStartTime,paymentConfirmTime,orderEndTime,modified,outBoundDate,"
    "consigneeInfo,itemInfoList,couponDetailList,invoiceEasyInfo,"
    "waybill,logisticsId,partialLogisticsInfoModel,venderRemark,orderRemark,"
    "parentOrderId,directParentOrderId,storeOrder,storeId,menDianId,"
    "idSopShipmenttype,returnOrder,orderSource,scDT,pin,open_id_buyer,xid_buyer"
)
"""`optional_fields` is a whitelist: what is not named does not come back."""
