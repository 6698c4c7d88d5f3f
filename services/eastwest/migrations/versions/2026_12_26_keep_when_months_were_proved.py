"""Keep with a placement on which day each of its months came to be proved."""

import sqlalchemy as sa
from alembic import op

revision: str = "eastwest_0025"
down_revision: str | None = "eastwest_0024"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("placements", sa.Column("proved_on", sa.ARRAY(sa.Date()), nullable=True))


def downgrade() -> None:
    op.drop_column("placements", "proved_on")
