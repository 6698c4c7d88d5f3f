"""Keep what insurance offices say of people."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "eastwest_0016"
down_revision: str | None = "eastwest_0015"
branch_labels: None = None
depends_on: None = None

SAID = ("id", "source", "external_ref", "trainee_id", "month", "employer_name", "employer_uscc", "paid_on", "received_at", "posted_by")
MAY_CHANGE = ("placement_id", "voided_at", "void_reason")


def upgrade() -> None:
    op.create_table(
        "insurance_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="the insurance office"),
        sa.Column("external_ref", sa.Text(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("employer_name", sa.Text(), nullable=False),
        sa.Column("employer_uscc", sa.Text()),
        sa.Column("paid_on", sa.Date()),
        sa.Column("placement_id", sa.Uuid()),
        sa.Column("voided_at", sa.DateTime(timezone=True)),
        sa.Column("void_reason", sa.Text()),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_by", sa.Text(), nullable=False),
        sa.CheckConstraint("date_trunc('month', month) = month", name=op.f("insurance_records_month_check")),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("insurance_records_voided_check")),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("insurance_records_placement_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("insurance_records_pkey")),
        sa.UniqueConstraint("source", "external_ref", name="insurance_records_external_ref_key"),
    )
    for name in ("trainee_id", "month", "source", "placement_id"):
        op.create_index(f"insurance_records_{name}_idx", "insurance_records", [name, "id"])
    op.create_index("insurance_records_received_at_idx", "insurance_records", ["received_at", "id"])
    kernel_revision.keep_rows("insurance_records", fixed=SAID, settled=("old.voided_at IS NOT NULL", MAY_CHANGE))


def downgrade() -> None:
    op.drop_table("insurance_records")
