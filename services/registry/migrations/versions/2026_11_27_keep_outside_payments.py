"""Keep what people were paid elsewhere."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0014"
down_revision: str | None = "registry_0013"
branch_labels: None = None
depends_on: None = None

SAME = ["id_number_key", "source", "occupation_code", "trade_name", "level", "on"]
KEPT = ("id", *SAME[:-1], '"on"', "scheme", "amount_yuan", "document", "received_at")
SCHEMES = (
    "'agricultural_short', 'project', 'startup', 'apprenticeship', 'pre_job', 'transfer', 'upskill', 'high_skill', 'new_occupation', 'safety', "
    "'certificate_direct', 'assessment_fee', 'placement_stability', 'placement_service', 'placement_absorption'"
)
LEVELS = (
    "'apprentice', 'junior', 'intermediate', 'senior', 'technician', 'senior_technician', 'special_technician', 'chief_technician'"
)


def upgrade() -> None:
    op.create_table(
        "outside_payments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("id_number_key", sa.LargeBinary(), nullable=False),
        sa.Column("scheme", sa.Text()),
        sa.Column("occupation_code", sa.Text()),
        sa.Column("trade_name", sa.Text()),
        sa.Column("level", sa.Text()),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("amount_yuan", sa.Numeric(14, 2), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("document", sa.Text()),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True)),
        sa.Column("void_reason", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"scheme IN ({SCHEMES})", name="scheme"),
        sa.CheckConstraint(f"level IN ({LEVELS})", name="level"),
        sa.CheckConstraint("num_nonnulls(occupation_code, trade_name) >= 1", name="trade"),
        sa.CheckConstraint("amount_yuan >= 0", name="amount_yuan"),
        sa.CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name="voided_whole"),
    )
    standing = {"unique": True, "postgresql_nulls_not_distinct": True, "postgresql_where": sa.text("voided_at IS NULL")}
    op.create_index("outside_payments_same_key", "outside_payments", SAME, **standing)
    for column in ("id_number_key", "source", "scheme", "on", "received_at"):
        op.create_index(f"outside_payments_{column}_idx", "outside_payments", [column, "id"])
    settled = ("old.voided_at IS NOT NULL", ("voided_at", "void_reason", "version"))
    kernel_revision.keep_rows("outside_payments", fixed=KEPT, settled=settled)


def downgrade() -> None:
    kernel_revision.let_go("outside_payments")
    op.drop_table("outside_payments")
