"""Keep for whom people worked when; of whom only today's employer was known, since when is not."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "registry_0043"
down_revision: str | None = "registry_0056"
branch_labels: None = None
depends_on: None = None

KNOWN = """UPDATE trainees SET employments = jsonb_build_array(jsonb_build_object(
'employer_id', employer_id, 'employer', NULL, 'from_on', NULL, 'until_on', NULL, 'change', NULL, 'told_by_name', NULL)) WHERE employer_id IS NOT NULL"""


def upgrade() -> None:
    op.add_column("trainees", sa.Column("employments", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False))
    op.execute(KNOWN)
    op.create_index(
        "trainees_employments_idx", "trainees", ["employments"], postgresql_using="gin", postgresql_ops={"employments": "jsonb_path_ops"}
    )


def downgrade() -> None:
    op.drop_index("trainees_employments_idx", table_name="trainees")
    op.drop_column("trainees", "employments")
