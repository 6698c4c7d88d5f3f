"""Keep with a placement the weakest grade of what proves it."""

import sqlalchemy as sa
from alembic import op

revision: str = "eastwest_0023"
down_revision: str | None = "eastwest_0022"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("placements", sa.Column("weakest_grade", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("placements_weakest_grade_check"), "placements", "weakest_grade IN ('A', 'B', 'C', 'D', 'E')")


def downgrade() -> None:
    op.drop_column("placements", "weakest_grade")
