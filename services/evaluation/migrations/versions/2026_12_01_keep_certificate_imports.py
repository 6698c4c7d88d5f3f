"""Keep sheets of certificates and of exam results that are brought in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "evaluation_0008"
down_revision: str | None = "evaluation_0012"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "certificate_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("owner_institution_id", sa.Uuid(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("caller", postgresql.JSONB(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("summary", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("errors", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("notes", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("header_rows", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('certificates', 'results')", name=op.f("certificate_imports_kind_check")),
        sa.CheckConstraint("mode IN ('validate', 'commit')", name=op.f("certificate_imports_mode_check")),
        sa.CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", name=op.f("certificate_imports_status_check")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("certificate_imports_assessment_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("certificate_imports_pkey")),
    )
    for column in ("assessment_id", "owner_institution_id", "received_at"):
        op.create_index(f"certificate_imports_{column}_idx", "certificate_imports", [column, "id"])
    op.create_index(
        "certificate_imports_waiting_idx", "certificate_imports", ["id"], postgresql_where=sa.text("status IN ('queued', 'running')")
    )


def downgrade() -> None:
    op.drop_table("certificate_imports")
