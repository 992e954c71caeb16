"""GET …/certificate/get/ and …/certificate/query/: one voucher, or those of an order.

get takes the encrypted code, query that or an order's id. 2022 wrote get's times in ms
and query's in s; later docs say ms for the validity of both, and add certificate(s)_v_2.
Source: paper §3.4, V7, V9, V12; samples certificate_get and certificate_query of 2022.
"""

from __future__ import annotations

from hub_core.sandbox import Record, Request, Response

from .drawer import Content
from .envelope import BAD_PARAMETER, Refused
from .house import House
from .moves import Piece
from .question import Question
from .redemptions import HOUR, STANDS
from .rows import JSON, Form, certificate_id, retyped
from .sale import DELIVERY, TIMES_CARDS, Sale
from .shop import Shop
from .verify_money import written_money
from .verify_rows import coupon_status, encrypted_code, plain_code, sku_row, voucher_of

GET = "/goodlife/v1/fulfilment/certificate/get"
QUERY = "/goodlife/v1/fulfilment/certificate/query"
VALID_FOR = 90 * 86_400
Voucher = tuple[Shop, str, int]


class CertificateDesk:
    """Looks vouchers up; nobody needs to say whose they are."""

    def __init__(self, house: House) -> None:
        self._house = house

    def answer(self, request: Request, path: str, operation: str) -> Response:
        """The voucher, or the vouchers. Raises Refused."""
        asked = Question(request, self._house.switches)
        code, order_id = asked.text("encrypted_code"), asked.text("order_id")
        if path == QUERY and bool(code) == bool(order_id):
            raise Refused(BAD_PARAMETER, "either encrypted_code or order_id")
        if path == GET and not code:
            raise Refused(BAD_PARAMETER, "encrypted_code is required")
        found = self._by_code(code) if code else self._of_order(order_id)
        if found:
            shop = found[0][0]
            meant = self._house.merchant(asked.text("account_id") or shop.id, request)
            found = found if meant is shop else []
        if not found and self._house.switches["unknown_voucher"] == "refused":
            raise Refused(BAD_PARAMETER, "certificate not found")
        return self._house.envelope.good(self._data(found, single=path == GET))

    def _of_order(self, order_id: str) -> list[Voucher]:
        for shop in self._house.shops.values():
            shop.shelf.settle(self._house.clock.now())
            row = shop.shelf.rows.get(order_id)
            if row is not None:
                items = row.version.content["items"]
                issued = (n for n, p in enumerate(items) if coupon_status(p))
                delivered = row.version.content["sale"].order_type == DELIVERY
                return [] if delivered else [(shop, order_id, n) for n in issued]
        return []

    def _by_code(self, code: str) -> list[Voucher]:
        meant = voucher_of(code)
        if meant is None:
            return []
        return [found for found in self._of_order(meant[0]) if found[2] == meant[1]]

    def _data(self, found: list[Voucher], *, single: bool) -> JSON:
        rows = [self._written(*voucher, single=single) for voucher in found]
        older = bool(found) and self._house.form(found[0][0]).shape == "2022"
        position = "absent" if older else self._house.switches["records_v2"]
        name, newer = "certificates", "certificates_v_2"
        told: object = rows
        if single:
            name, newer = "certificate", "certificate_v_2"
            told = rows[0] if rows else {}
        data = {} if position == "alone" else {name: told}
        return self._house.data(data if position == "absent" else {**data, newer: told})

    def _written(self, shop: Shop, order_id: str, n: int, *, single: bool) -> JSON:
        form, state = self._house.form(shop), shop.shelf.rows[order_id].version.content
        sale, piece = state["sale"], state["items"][n]
        seen = shop.backroom.redemptions.drawer.seen().rows
        records = shop.backroom.redemptions.by_voucher.get((order_id, n), [])
        shown = [(r, seen[r.id].version.content) for r in records if r.id in seen]
        uses = [self._use(sale, n, *one) for one in shown if one[1]["status"] == STANDS]
        uses.sort(key=lambda use: use["verify_time"])
        row = self._certificate(sale, n, piece, form, shop.third_code(order_id, n))
        if uses:
            row["verify"] = uses[-1]
        if form.shape != "2022":
            row |= {"verify_records": uses}
        return retyped(self._in_its_unit(row, form, single=single), form)

    def _certificate(
        self, sale: Sale, n: int, piece: Piece, form: Form, third: str
    ) -> JSON:
        unit, status = sale.units[n], coupon_status(piece)
        used_long_ago = status == 2 and self._house.clock.now() - piece.at >= HOUR
        row: JSON = {
            "encrypted_code": encrypted_code(sale, n),
            "code": third or (plain_code(sale, n) if used_long_ago else ""),
            "status": status,
            "amount": written_money(unit, None, form.shape),
            "sku": sku_row(sale, unit, form),
            "expire_time": sale.created + VALID_FOR,
        }
        if form.shape == "2022":
            return row
        row |= {"certificate_id": certificate_id(sale, n), "start_time": sale.created}
        if sale.order_type in TIMES_CARDS:
            row["time_card"] = {
                "times_count": unit.times,
                "times_used": unit.times - piece.left,
                "serial_amount_list": [
                    {"serial_numb": k, "amount": written_money(unit, k, form.shape)}
                    for k in range(1, unit.times + 1)
                ],
            }
        return row

    def _use(self, sale: Sale, n: int, record: Record, use: Content) -> JSON:
        """The `verify` object, which names the place."""
        young = self._house.clock.now() - use["verified"] < HOUR
        serial = {"times_card_serial_num": use["serial"]} if use["serial"] else {}
        return {
            "verify_id": record.id,
            "certificate_id": certificate_id(sale, n),
            "verify_time": use["verified"],
            "verify_type": use["way"],
            "can_cancel": young,
            "verifier_unique_id": "",
            "poi_id": use["place"],
            **serial,
        }

    def _in_its_unit(self, row: JSON, form: Form, *, single: bool) -> JSON:
        """Validity in ms where this year's documents have it so."""
        if form.times != "seconds":
            return row
        if form.shape == "2022":
            return _in_ms(row) if single else row
        if self._house.switches["validity_times"] == "seconds":
            return row
        return row | {k: row[k] * 1000 for k in ("start_time", "expire_time")}


def _in_ms(row: JSON) -> JSON:
    """Every time in it, however deep, in ms: the get sample of 2022."""
    return {
        key: _in_ms(value)
        if isinstance(value, dict)
        else value * 1000
        if key.endswith("_time")
        else value
        for key, value in row.items()
    }
