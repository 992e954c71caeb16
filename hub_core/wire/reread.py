"""Reading a record again from its raw form, whichever version file shall read it.

A version file of records announces `READ_ROW`: the raw form as it is kept, and the
channel's facts as configured, to the record; it raises as readers do. What another answer
told of a record, and the raw form does not hold, it names in `APART`: a field, or one of a
child by its list (`skus.available`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter

from ..models import Record
from .complaint import complaint
from .rows import JSON, UNFIT_ROW
from .values import Wire

W = TypeVar("W", bound=Wire)
ReadRow = Callable[[JSON, Mapping[str, str]], Record]


def row_reader(wire: TypeAdapter[W], to_record: Callable[[W], Record]) -> ReadRow:
    """A `READ_ROW` of a shape whose rows no fact bears on."""
    return lambda row, facts: to_record(wire.validate_python(row))


def reread(module: Any, row: JSON, facts: Mapping[str, str]) -> Record | str:
    """The record, or why the version file cannot read it, without its values.

    A file without `READ_ROW` is of no records: AttributeError.
    """
    read: ReadRow = module.READ_ROW
    try:
        return read(row, facts)
    except UNFIT_ROW as error:
        return complaint(error)
