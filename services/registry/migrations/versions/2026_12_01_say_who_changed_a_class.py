"""Who last changed a class before it was approved, so that another person approves it."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0025"
down_revision: str | None = "registry_0017"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("classes", sa.Column("changed_by", sa.Text()))


def downgrade() -> None:
    op.drop_column("classes", "changed_by")
