"""Find the batches that an assessor's card stands in: how many certificates each assessor brings in a month is asked whenever one is claimed for."""

from alembic import op

revision: str = "evaluation_0011"
down_revision: str | None = "evaluation_0010"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_index("assessments_assessors_idx", "assessments", ["assessors"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("assessments_assessors_idx", "assessments")
