"""Turns of sources in claims; on PostgreSQL attempts, exchanges and items in partitions by time"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")
FAMILIES = ("attempt", "exchange", "item")
COUNTED = ("attempt", "item")
INDEXES = {"attempt": "ix_attempt_delivery_id_id", "item": "ix_item_channel_id"}
# The first day of the month after the latest row and after today: until then rows go where they went before.
BOUNDARY = """SELECT CAST(1000 * extract(epoch FROM date_trunc('month', greatest(now(), to_timestamp(
 coalesce((SELECT max(at) FROM {table}_before), 0) / 1000.0)) AT TIME ZONE 'UTC') + interval '1 month') AS bigint)"""


def upgrade() -> None:
    op.add_column("delivery", sa.Column("source", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_delivery_turn",
        "delivery",
        ["channel", "source", "due_at"],
        unique=False,
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in FAMILIES:
            _divide(table)


def _divide(table: str) -> None:
    """Rows that are there become the first partition; nothing is copied. Code of older releases notices nothing."""
    op.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
    op.execute(f"ALTER TABLE {table}_before DROP CONSTRAINT pk_{table}")
    if table in INDEXES:
        op.execute(f"ALTER INDEX {INDEXES[table]} RENAME TO {INDEXES[table]}_before")
    op.execute(f"CREATE TABLE {table} (LIKE {table}_before INCLUDING DEFAULTS) PARTITION BY RANGE (at)")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY (id, at)")
    if table == "attempt":
        op.execute("CREATE INDEX ix_attempt_delivery_id_id ON attempt (delivery_id, id)")
    if table == "item":
        op.execute("CREATE INDEX ix_item_channel_id ON item (channel, id)")
    if table in COUNTED:
        op.execute(f"ALTER SEQUENCE {table}_id_seq OWNED BY {table}.id")
    if op.get_bind().execute(sa.text(f"SELECT 1 FROM {table}_before LIMIT 1")).first():  # noqa: S608
        boundary = op.get_bind().execute(sa.text(BOUNDARY.format(table=table))).scalar_one()
        op.execute(f"ALTER TABLE {table} ATTACH PARTITION {table}_before FOR VALUES FROM (MINVALUE) TO ({boundary})")
    else:
        op.execute(f"DROP TABLE {table}_before")
    op.execute(f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT")  # whatever no partition is made for
