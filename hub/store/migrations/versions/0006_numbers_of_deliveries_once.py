"""On SQLite the number of a delivery whose channel was removed is never given again, as on PostgreSQL"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Attempts of removed channels stay: their deliveries had numbers too.
LAST = """INSERT INTO sqlite_sequence (name, seq) SELECT 'delivery', max(
 coalesce((SELECT max(id) FROM delivery), 0), coalesce((SELECT max(delivery_id) FROM attempt), 0))"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        return
    with op.batch_alter_table("delivery", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
        pass
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'delivery'")
    op.execute(LAST)
