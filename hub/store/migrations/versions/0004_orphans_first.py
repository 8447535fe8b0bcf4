"""Deliveries whose lease has ended are found at once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IN_HAND = sa.text("state = 'waiting' AND lease_until IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_delivery_lease",
        "delivery",
        ["channel", "lease_until"],
        unique=False,
        postgresql_where=IN_HAND,
        sqlite_where=IN_HAND,
    )
