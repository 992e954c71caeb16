"""Who may: people and systems, their keys and grants, wrong tries, and the audit log."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Column, LargeBinary
from sqlmodel import Field

from .columns import BIGINT_KEY, Row, key, ref


class PersonRow(Row, table=True):
    """Who stands behind keys: a person, or a system such as the ERP."""

    __tablename__ = "person"

    id: int | None = key()
    name: str = Field(unique=True)
    kind: str
    """`person` or `system`."""
    made_at: datetime


class KeyRow(Row, table=True):
    """An API key. Its text is nowhere, only its hash."""

    __tablename__ = "access_key"

    id: int | None = key()
    person_id: int = ref()
    prefix: str = Field(unique=True)
    """What of the text may be seen: it is looked up by this."""
    hash: bytes = Field(sa_type=LargeBinary)
    name: str
    addresses: list[str] = Field(default_factory=list, sa_type=JSON)
    """Networks it may be used from; none: any."""
    made_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


class GrantRow(Row, table=True):
    """What somebody may, where: a role at all shops, a company's or one."""

    __tablename__ = "access_grant"

    id: int | None = key()
    person_id: int = ref()
    role: str
    company: str | None = None
    shop_id: int | None = Field(default=None, sa_type=BigInteger)
    kinds: list[str] | None = Field(default=None, sa_type=JSON)
    """Of which kinds of records; NULL: of all, and what is of none."""
    made_at: datetime
    ended_at: datetime | None = None
    last_used_at: datetime | None = None


class TriesRow(Row, table=True):
    """Wrong keys that came from one source lately."""

    __tablename__ = "access_tries"

    source: str = Field(primary_key=True)
    times: list[float] = Field(default_factory=list, sa_type=JSON)
    """Epoch seconds, oldest first; no more than the limit counts."""
    last_at: datetime = Field(index=True)


class AuditRow(Row, table=True):
    """One deed. Never changed and never deleted. All but the number is text, kept to the
    letter as it was signed; see `store.audit` for the two marks."""

    __tablename__ = "audit"

    seq: int = Field(sa_column=Column(BIGINT_KEY, primary_key=True, autoincrement=False))
    at: str
    actor: str
    action: str
    of: str
    details: str
    own: str
    chain: str


class AuditHeadRow(Row, table=True):
    """One row: the log's last. Its lock makes one writer follow another."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True)
    seq: int = Field(default=0, sa_type=BigInteger)
    chain: str
    sign: str
