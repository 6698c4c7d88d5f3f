"""Keep what towns, zones and departments are to bring to a plan, and boards as they were reported."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "gateway_0012"
down_revision: str | None = "gateway_0011"
branch_labels: None = None
depends_on: None = None

OF_SUBTARGET = ("plan", "line", "town", "zone", "department", "period")


def upgrade() -> None:
    op.create_table(
        "subtargets",
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(12, 4), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("num_nonnulls(town, zone, department) = 1", name=op.f("subtargets_of_one_check")),
        sa.CheckConstraint("value >= 0", name=op.f("subtargets_value_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("subtargets_pkey")),
    )
    op.create_index("subtargets_line_key", "subtargets", list(OF_SUBTARGET), unique=True, postgresql_nulls_not_distinct=True)
    for column in ("plan", "town", "zone", "department", "set_at"):
        op.create_index(f"subtargets_{column}_idx", "subtargets", [column, "id"])
    kernel_revision.keep_rows("subtargets", fixed=(*OF_SUBTARGET, "id", "set_at"))
    op.create_table(
        "plan_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("counted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("plan_reports_pkey")),
    )
    op.create_index("plan_reports_plan_idx", "plan_reports", ["plan", "id"])
    op.create_index("plan_reports_as_of_idx", "plan_reports", ["as_of", "id"])
    kernel_revision.keep_rows("plan_reports")


def downgrade() -> None:
    kernel_revision.let_go("plan_reports", "subtargets")
    op.drop_table("plan_reports")
    op.drop_table("subtargets")
