"""Alembic's entry: migrates over the connection that `hub.store.migrate` hands in."""

from __future__ import annotations

from alembic import context

from hub.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
