"""Say since when a claim is in its status, and index what waits."""

import sqlalchemy as sa
from alembic import op

revision: str = "subsidy_0008"
down_revision: str | None = "subsidy_0007"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    since = sa.Column("in_status_since_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
    op.add_column("claims", since)
    op.execute(
        "UPDATE claims SET in_status_since_at = coalesce((SELECT max(at) FROM claim_decisions WHERE claim_id = claims.id"
        " AND to_status = claims.status AND from_status IS DISTINCT FROM to_status), submitted_at, created_at)"
    )
    op.create_index("claims_waiting_idx", "claims", ["status", "in_status_since_at", "id"], unique=False)
    held = sa.text("verdict = 'held'")
    op.create_index("claim_lines_held_idx", "claim_lines", ["claim_id"], unique=False, postgresql_where=held)


def downgrade() -> None:
    op.drop_index("claim_lines_held_idx", table_name="claim_lines")
    op.drop_index("claims_waiting_idx", table_name="claims")
    op.drop_column("claims", "in_status_since_at")
