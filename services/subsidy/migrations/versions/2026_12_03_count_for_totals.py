"""Count papers as they are written, for the totals of their lists."""

import sqlalchemy as sa

from shared.kernel_revision import drop_tally, keep_tally

revision: str = "subsidy_0024"
down_revision: str | None = "subsidy_0023"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    keep_tally("claims", sa.Column("status", sa.Text(), nullable=False), sa.Column("kind", sa.Text(), nullable=False), sa.Column("scheme", sa.Text(), nullable=False), sa.Column("fund_id", sa.Uuid(), nullable=False))


def downgrade() -> None:
    drop_tally("claims")
