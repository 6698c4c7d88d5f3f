"""Keep from which day on the columns of a placement say all that its facts prove."""

import sqlalchemy as sa
from alembic import op

revision: str = "eastwest_0017"
down_revision: str | None = "eastwest_0016"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("placements", sa.Column("last_fact_on", sa.Date(), nullable=True))
    op.execute(
        """
        UPDATE placements SET last_fact_on = told.last_fact_on
        FROM (SELECT placement_id, max(effective_on) AS last_fact_on FROM placement_updates GROUP BY placement_id) AS told
        WHERE told.placement_id = placements.id
        """
    )


def downgrade() -> None:
    op.drop_column("placements", "last_fact_on")
