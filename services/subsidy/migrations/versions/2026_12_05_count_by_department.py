"""Say which lead department a claim is counted under."""

import sqlalchemy as sa
from alembic import op

revision: str = "subsidy_0026"
down_revision: str | None = "subsidy_0025"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    proposed = "the lead department that proposed its class, as last judged"
    op.add_column("claims", sa.Column("counted_department", sa.Text(), nullable=True, comment=proposed))


def downgrade() -> None:
    op.drop_column("claims", "counted_department")
