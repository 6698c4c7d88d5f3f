"""Count claims by who made them, so that a school's total costs the same however many it has made."""

import sqlalchemy as sa

from shared.kernel_revision import drop_tally, keep_tally

revision: str = "subsidy_0035"
down_revision: str | None = "subsidy_0034"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    applicants = (sa.Column(name, sa.Uuid(), nullable=True) for name in ("institution_id", "employer_id"))
    keep_tally("claims", sa.Column("status", sa.Text(), nullable=False), *applicants, named="applicant")


def downgrade() -> None:
    drop_tally("claims", "applicant")
