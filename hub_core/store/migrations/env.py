"""Alembic's entry: runs on the connection it is given, inside its transaction."""

from alembic import context
from sqlmodel import SQLModel

from hub_core.store import tables  # noqa: F401 - fills the metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
context.run_migrations()
