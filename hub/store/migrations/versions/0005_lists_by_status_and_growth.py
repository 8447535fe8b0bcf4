"""Lists by status and by agencies below a prefix; on PostgreSQL vacuum keeps up with large hot tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# A fifth of a table, the default, is hundreds of thousands of dead rows that every claim would step over.
VACUUM = "autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.01"
HOT = ("delivery", "record", "ledger")
ONLY_GROWING = ("change",)
INSERTED = "autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02"


def upgrade() -> None:
    op.drop_index("ix_record_kind_agency_key", "record")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("record", "agency", type_=sa.Text(collation="C"), existing_nullable=False)
    op.create_index("ix_record_kind_status_key_agency", "record", ["kind", "status", "key", "agency"], unique=False)
    op.create_index("ix_record_kind_agency_key_status", "record", ["kind", "agency", "key", "status"], unique=False)
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in HOT:
        op.execute(f"ALTER TABLE {table} SET ({VACUUM})")
    for table in ONLY_GROWING:
        op.execute(f"ALTER TABLE {table} SET ({INSERTED})")
