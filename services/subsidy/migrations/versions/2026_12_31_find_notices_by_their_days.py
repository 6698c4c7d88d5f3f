"""Find the notices that ran on a day by their days, and those whose clock an objection holds."""

import sqlalchemy as sa
from alembic import op

revision: str = "subsidy_0036"
down_revision: str | None = "subsidy_0035"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_index("notices_days_idx", "notices", [sa.text("daterange(posted_on, until_on, '[]'::text)")], postgresql_using="gist")
    op.create_index("notices_stopped_idx", "notices", ["id"], postgresql_where=sa.text("stopped_on IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("notices_stopped_idx", table_name="notices")
    op.drop_index("notices_days_idx", table_name="notices")
