"""Follow which papers of other services name a file, and find the registry's own that do."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0026"
down_revision: str | None = "registry_0025"
branch_labels: None = None
depends_on: None = None

PROVED = ("trainee_categories", "enrolments", "employments")


def upgrade() -> None:
    op.create_table(
        "file_namings",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("file_namings_file_id_fkey")),
        sa.PrimaryKeyConstraint("service", "paper", "paper_id", "file_id", name=op.f("file_namings_pkey")),
    )
    op.create_index("file_namings_file_id_idx", "file_namings", ["file_id"])
    for table in PROVED:
        op.create_index(f"{table}_proof_idx", table, ["proof"], postgresql_where=sa.text("proof IS NOT NULL"))


def downgrade() -> None:
    for table in PROVED:
        op.drop_index(f"{table}_proof_idx", table_name=table)
    op.drop_table("file_namings")
