"""Answers the API has given to writes, to be given again."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from .columns import Row


class AnswerRow(Row, table=True):
    """What one caller's key for one request was answered with."""

    __tablename__ = "answer"
    __table_args__ = (Index("ix_answer_begun", "begun_at"),)

    caller: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_hash: bytes = Field(sa_type=LargeBinary)
    """Of method, path and body: the same key for another request is refused."""
    begun_at: datetime
    status: int | None = None
    """None: it is being worked on, or its worker ended."""
    body: str | None = None
