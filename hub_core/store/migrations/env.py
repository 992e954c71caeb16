"""Alembic's entry: runs on the connection it is given, inside its transaction."""

from alembic import context

from hub_core.store.tables import every_table

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=every_table(),
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
context.run_migrations()
