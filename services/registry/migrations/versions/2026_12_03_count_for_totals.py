"""Count papers as they are written, for the totals of their lists."""

import sqlalchemy as sa

from shared.kernel_revision import drop_tally, keep_tally

revision: str = "registry_0029"
down_revision: str | None = "registry_0024"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    keep_tally("trainees", sa.Column("region_code", sa.Text(), nullable=False), counted="merged_into IS NULL")
    keep_tally("enrolments", sa.Column("outcome", sa.Text(), nullable=False), sa.Column("counted_on", sa.Date(), nullable=True))
    keep_tally("classes", sa.Column("status", sa.Text(), nullable=False), sa.Column("channel", sa.Text(), nullable=False), sa.Column("region_code", sa.Text(), nullable=False))
    keep_tally("status_records", sa.Column("status", sa.Text(), nullable=False), sa.Column("source", sa.Text(), nullable=False))


def downgrade() -> None:
    drop_tally("status_records")
    drop_tally("classes")
    drop_tally("enrolments")
    drop_tally("trainees")
