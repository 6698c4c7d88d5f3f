"""Count papers as they are written, for the totals of their lists."""

import sqlalchemy as sa

from shared.kernel_revision import drop_tally, keep_tally

revision: str = "evaluation_0012"
down_revision: str | None = "evaluation_0011"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    keep_tally("certificates", sa.Column("kind", sa.Text(), nullable=False), sa.Column("revoked_on", sa.Date(), nullable=True))
    keep_tally("assessments", sa.Column("status", sa.Text(), nullable=False))


def downgrade() -> None:
    drop_tally("assessments")
    drop_tally("certificates")
