"""Inspections look at five items, say until when what is wrong is to be put right, and are answered and closed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "registry_0033"
down_revision: str | None = "registry_0045"
branch_labels: None = None
depends_on: None = None

TABLE = "class_inspections"
SEEN = ("headcount", "found", "findings", "inspected_by", "inspected_by_name", "inspected_by_person", "recorded_at")
WRITTEN = ("id", "class_id", '"on"', "half_day", *SEEN)
DUE = ("status", "due_on", "reply", "replied_at", "returned_reason", "closed_at", "closed_by_name", "closed_comment", "version")
TEXTS = ("reply", "returned_reason", "closed_by_name", "closed_comment", "inspected_by_person")
CHECKS = {
    "status": "status IN ('open', 'answered', 'closed')",
    "due_on": "status = 'closed' OR due_on IS NOT NULL",
    "replied": "num_nulls(reply, replied_at) IN (0, 2) AND (status <> 'answered' OR reply IS NOT NULL)",
}


def upgrade() -> None:
    kernel_revision.let_go(TABLE)
    op.add_column(TABLE, sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.alter_column(TABLE, "version", server_default=None)
    op.alter_column(TABLE, "found", nullable=True)
    op.add_column(TABLE, sa.Column("findings", postgresql.JSONB(), server_default="[]", nullable=False))
    op.add_column(TABLE, sa.Column("due_on", sa.Date()))
    op.add_column(TABLE, sa.Column("status", sa.Text(), server_default="closed", nullable=False))
    for name in TEXTS:
        op.add_column(TABLE, sa.Column(name, sa.Text()))
    for name in ("replied_at", "closed_at"):
        op.add_column(TABLE, sa.Column(name, sa.DateTime(timezone=True)))
    for name, said in CHECKS.items():
        op.create_check_constraint(name, TABLE, said)
    for name in ("status", "on", "recorded_at", "due_on"):
        op.create_index(f"{TABLE}_{name}_idx", TABLE, [name, "id"])
    kernel_revision.keep_rows(TABLE, fixed=WRITTEN, settled=("old.status = 'closed'", DUE))


def downgrade() -> None:
    kernel_revision.let_go(TABLE)
    for name in ("due_on", "recorded_at", "on", "status"):
        op.drop_index(f"{TABLE}_{name}_idx", table_name=TABLE)
    for name in reversed(CHECKS):
        op.drop_constraint(op.f(f"{TABLE}_{name}_check"), TABLE)
    for name in ("closed_at", "replied_at", *reversed(TEXTS), "status", "due_on", "findings"):
        op.drop_column(TABLE, name)
    op.execute(f"UPDATE {TABLE} SET found = '' WHERE found IS NULL")
    op.alter_column(TABLE, "found", nullable=False)
    op.drop_column(TABLE, "version")
    kernel_revision.keep_rows(TABLE)
