"""Keep samples for call-backs, and what their people said."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "subsidy_0028"
down_revision: str | None = "subsidy_0027"
branch_labels: None = None
depends_on: None = None

DRAWN = ("sample_id", "claim_id", "position", "trainee_id", "verdict", "amount_yuan")
CALLED = ("result", "called_on", "note", "called_by", "called_by_name")
NAME = "the account's name at the time, from the token"


def upgrade() -> None:
    op.create_table(
        "claim_samples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("filter", postgresql.JSONB(), nullable=False),
        sa.Column("share", sa.Numeric(5, 4), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("drawn_from", postgresql.JSONB(), nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.Column("drawn_by_name", sa.Text(), nullable=True, comment=NAME),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("claim_samples_share_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("claim_samples_pkey")),
    )
    op.create_index("claim_samples_drawn_at_idx", "claim_samples", ["drawn_at", "id"])
    op.create_table(
        "claim_sample_lines",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("amount_yuan", sa.Numeric(12, 2), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("called_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("called_by", sa.Text(), nullable=True),
        sa.Column("called_by_name", sa.Text(), nullable=True, comment=NAME),
        sa.CheckConstraint("verdict IN ('eligible', 'refused', 'held')", name=op.f("claim_sample_lines_verdict_check")),
        sa.CheckConstraint("result IN ('confirmed', 'denied', 'unreachable')", name=op.f("claim_sample_lines_result_check")),
        sa.CheckConstraint("num_nulls(result, called_on, called_by) IN (0, 3)", name=op.f("claim_sample_lines_called_check")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("claim_sample_lines_claim_id_fkey")),
        sa.ForeignKeyConstraint(["sample_id"], ["claim_samples.id"], name=op.f("claim_sample_lines_sample_id_fkey")),
        sa.PrimaryKeyConstraint("sample_id", "claim_id", "position", name=op.f("claim_sample_lines_pkey")),
    )
    kernel_revision.keep_rows("claim_samples")
    kernel_revision.keep_rows("claim_sample_lines", fixed=DRAWN, settled=("old.result IS NOT NULL", CALLED))


def downgrade() -> None:
    kernel_revision.let_go("claim_sample_lines", "claim_samples")
    op.drop_table("claim_sample_lines")
    op.drop_index("claim_samples_drawn_at_idx", table_name="claim_samples")
    op.drop_table("claim_samples")
