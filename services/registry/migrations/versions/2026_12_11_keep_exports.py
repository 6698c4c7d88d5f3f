"""Keep which files were made for other platforms, and what was answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "registry_0054"
down_revision: str | None = "registry_0055"
branch_labels: None = None
depends_on: None = None

MADE = ("id", "layout", "filters", "full_numbers", "rows", "sha256", "made_at", "actor", "actor_name")
ANSWERED = ("sent_at", "answered_at", "answer", "file_id", "rejected", "version")
WHOLE = "answered_at >= sent_at AND num_nulls(answered_at, answer) IN (0, 2) OR answered_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("filters", postgresql.JSONB(), nullable=False),
        sa.Column("full_numbers", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text()),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("answer", sa.Text()),
        sa.Column("file_id", sa.Uuid()),
        sa.Column("rejected", sa.Integer()),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("rows BETWEEN 0 AND 10000", name=op.f("exports_rows_check")),
        sa.CheckConstraint(WHOLE, name=op.f("exports_answered_check")),
        sa.CheckConstraint(
            "answered_at IS NOT NULL OR num_nonnulls(answer, file_id, rejected) = 0", name=op.f("exports_answer_check")
        ),
        sa.CheckConstraint("rejected BETWEEN 0 AND rows", name=op.f("exports_rejected_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("exports_pkey")),
    )
    for name in ("made_at", "layout"):
        op.create_index(f"exports_{name}_idx", "exports", [name, "id"])
    kernel_revision.keep_rows("exports", fixed=MADE, settled=("old.answered_at IS NOT NULL", ANSWERED))


def downgrade() -> None:
    op.drop_table("exports")
