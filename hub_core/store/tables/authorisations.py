"""Shops being authorised: who was sent to a consent page, and what came of it."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlmodel import Field

from .columns import Row, key


class AuthorisationRow(Row, table=True):
    """One login. Its secrets are kept as hashes, and are good once."""

    __tablename__ = "authorisation"
    __table_args__ = (
        Index("ix_authorisation_link", "link_hash", unique=True),
        Index("ix_authorisation_state", "state_hash", unique=True),
        Index("ix_authorisation_stage", "stage", "made_at"),
    )

    id: int | None = key()
    channel: str
    app: str
    shop_id: int | None = Field(default=None, sa_type=BigInteger)
    """The shop it is for; None: whichever consents, until one has."""
    shop_name: str | None = None
    """What a new shop is to be called."""
    scopes: str = ""
    """What is asked for, parted by commas; blank: what is configured."""
    redirect: str
    """Where the browser comes back to: there and nowhere else."""
    telling: str
    """`code` or `push`."""
    by: str
    """Who began it."""
    link_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    state_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    browser_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Of the cookie of whoever opened the link; None: begun on the hub's own machine."""
    stage: str
    """`invited`, `away`, `redeeming`, `granted`, `done`, `refused`, `failed`."""
    said: str | None = None
    """Why nothing came of it: a word of ours, or the platform's code."""
    sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    """What was consented to, from the platform's answer until it is in its place."""
    permissions: str | None = None
    """What was allowed: a JSON list of name, words and until when."""
    until: datetime | None = None
    """When the authorisation ends; None: not said."""
    made_at: datetime
    expires_at: datetime
    """Of the link, then of the state."""
    granted_at: datetime | None = None
    ended_at: datetime | None = None
