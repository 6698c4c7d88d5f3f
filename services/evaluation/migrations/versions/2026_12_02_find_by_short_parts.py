"""Find names and numbers by one and two characters of them."""

from shared import county, db, kernel_revision

revision: str = "evaluation_0010"
down_revision: str | None = "evaluation_0007"
branch_labels: None = None
depends_on: None = None

SOUGHT_IN = (
    ("filings", db.paper_number_sql(county.here().series("BA")), "institution_name"),
    ("certificates", "number"),
)


def upgrade() -> None:
    for table, *texts in SOUGHT_IN:
        kernel_revision.find_by_parts(table, *texts)


def downgrade() -> None:
    for table, *_ in reversed(SOUGHT_IN):
        kernel_revision.find_no_more(table)
