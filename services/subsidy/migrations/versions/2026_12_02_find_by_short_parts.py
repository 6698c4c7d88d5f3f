"""Find names and numbers by one and two characters of them."""

from shared import county, db, kernel_revision

revision: str = "subsidy_0022"
down_revision: str | None = "subsidy_0021"
branch_labels: None = None
depends_on: None = None

SOUGHT_IN = (
    ("claims", db.paper_number_sql(county.here().series("SQ")), "sought_by"),
)


def upgrade() -> None:
    for table, *texts in SOUGHT_IN:
        kernel_revision.find_by_parts(table, *texts)


def downgrade() -> None:
    for table, *_ in reversed(SOUGHT_IN):
        kernel_revision.find_no_more(table)
