"""One kind of record in one shape: how it stands in answers, read in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from ..models import Record
from .rows import JSON, Fetched, Misread, Page, read_rows
from .values import Id, SomeText, Whole, Wire

W = TypeVar("W", bound=Wire)
COUNT: TypeAdapter[int] = TypeAdapter(Whole)
CURSOR: TypeAdapter[str | None] = TypeAdapter(SomeText)
ID: TypeAdapter[str] = TypeAdapter(Id)


class Records(Generic[W]):
    """What reads a kind of record: its wire model, what that means, and where its id is.

        ORDERS = Records(WireOrder, read_order, id="order_no")
        LIST = Call(..., read=ORDERS.page("orders", total="count"))
        GET = Call(..., read=ORDERS.one("order"))
        READ_ROW = ORDERS.again

    Readers raise KeyError or ValueError where an answer is not as documented; a row that
    is not is a `Misread`, and stops no other.
    """

    def __init__(self, wire: type[W], to_record: Callable[[W], Record], *, id: str) -> None:
        self._wire: TypeAdapter[W] = TypeAdapter(wire)
        self._to_record, self._id = to_record, id

    def page(
        self,
        rows: str,
        *,
        total: str | None = None,
        number: str | None = None,
        cursor: str | None = None,
    ) -> Callable[[JSON], Page]:
        """A reader of pages whose rows stand in field `rows`. The other names are those of
        fields that have to be there: the count of all rows, the page's number, and where
        the next begins (null or blank: nowhere)."""

        def read(data: JSON) -> Page:
            found = data[rows]
            if not isinstance(found, list):
                raise ValueError(f"{rows} is no list")
            return Page(
                read_rows(found, self._wire, self._to_record, self._name),
                total=COUNT.validate_python(data[total]) if total else None,
                number=COUNT.validate_python(data[number]) if number else None,
                cursor=CURSOR.validate_python(data[cursor]) if cursor else None,
            )

        return read

    def one(self, field: str) -> Callable[[JSON], Fetched | Misread | None]:
        """A reader of one record, which stands in `field`; null: there is none."""

        def read(data: JSON) -> Fetched | Misread | None:
            if data[field] is None:
                return None
            (item,) = read_rows([data[field]], self._wire, self._to_record, self._name)
            assert isinstance(item, Fetched | Misread)
            return item

        return read

    def again(self, row: JSON, facts: Mapping[str, str]) -> Record:
        """A `READ_ROW`: the record from its raw form, on which no fact bears."""
        return self._to_record(self._wire.validate_python(row))

    def _name(self, row: Any) -> str | None:
        return ID.validate_python(row[self._id])
