"""What calls to platforms were spent on."""

from datetime import date

from sqlmodel import Field

from .columns import Row


class UsageRow(Row, table=True):
    """Calls of one day, app, shop, name and rank."""

    __tablename__ = "usage"

    day: date = Field(primary_key=True)
    """By the platform's calendar."""
    app: str = Field(primary_key=True)
    """`<channel>/<app key>`."""
    shop: str = Field(primary_key=True)
    """By name; empty: calls that are the app's own."""
    call: str = Field(primary_key=True)
    rank: str = Field(primary_key=True)
    calls: int = 0
    waited: float = 0.0
    """Seconds before they went, in all."""
    throttled: int = 0
    """How many the platform refused: too many."""
