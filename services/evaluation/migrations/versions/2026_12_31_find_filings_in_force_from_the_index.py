"""Find an enterprise's filings in force from the index alone, and those that were ever stopped."""

import sqlalchemy as sa
from alembic import op

revision: str = "evaluation_0032"
down_revision: str | None = "evaluation_0031"
branch_labels: None = None
depends_on: None = None

TOLD = ["status", "valid_from_on", "valid_until_on", "revoked_on"]


def upgrade() -> None:
    op.drop_index("filings_institution_id_idx", table_name="filings")
    op.create_index("filings_institution_id_idx", "filings", ["institution_id", "id"], postgresql_include=TOLD)
    op.create_index("filings_suspended_idx", "filings", ["id"], postgresql_where=sa.text("suspensions <> '[]'::jsonb"))


def downgrade() -> None:
    op.drop_index("filings_suspended_idx", table_name="filings")
    op.drop_index("filings_institution_id_idx", table_name="filings")
    op.create_index("filings_institution_id_idx", "filings", ["institution_id", "id"])
