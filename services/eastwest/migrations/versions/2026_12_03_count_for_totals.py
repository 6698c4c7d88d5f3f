"""Count papers as they are written, for the totals of their lists."""

import sqlalchemy as sa

from shared.kernel_revision import drop_tally, keep_tally

revision: str = "eastwest_0011"
down_revision: str | None = "eastwest_0010"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    keep_tally("placements", sa.Column("partner", sa.Text(), nullable=True))


def downgrade() -> None:
    drop_tally("placements")
