"""Runs the migrations in the transaction that `nightclerk.store.upgrade` opened; there is no alembic.ini and no offline mode."""

from __future__ import annotations

from alembic import context

from nightclerk.store.tables import metadata
from nightclerk.store.upgrade import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # SQLite can alter a table only by rebuilding it
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
