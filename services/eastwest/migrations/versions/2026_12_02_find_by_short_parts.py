"""Find names and numbers by one and two characters of them."""

from shared import kernel_revision

revision: str = "eastwest_0010"
down_revision: str | None = "eastwest_0009"
branch_labels: None = None
depends_on: None = None

SOUGHT_IN = (("orders", "number", "employer_name"),)


def upgrade() -> None:
    for table, *texts in SOUGHT_IN:
        kernel_revision.find_by_parts(table, *texts)


def downgrade() -> None:
    for table, *_ in reversed(SOUGHT_IN):
        kernel_revision.find_no_more(table)
