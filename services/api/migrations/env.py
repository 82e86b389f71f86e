"""Alembic's way in: it migrates the connection that it is given, and opens none of its own."""

from alembic import context

from services.api.history.schema import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
