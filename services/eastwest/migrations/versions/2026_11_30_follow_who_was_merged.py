"""Follow who was merged: whom an id stands for."""

import sqlalchemy as sa
from alembic import op

revision: str = "eastwest_0009"
down_revision: str | None = "eastwest_0008"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "merged_trainees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("merged_trainees_pkey")),
    )
    op.create_index("merged_trainees_kept_id_idx", "merged_trainees", ["kept_id"])


def downgrade() -> None:
    op.drop_table("merged_trainees")
