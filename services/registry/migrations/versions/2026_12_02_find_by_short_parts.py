"""Find names and numbers by one and two characters of them."""

from shared import kernel_revision

revision: str = "registry_0028"
down_revision: str | None = "registry_0026"
branch_labels: None = None
depends_on: None = None

SOUGHT_IN = (
    ("trainees", "name", "earlier_names"),
    ("institutions", "name", "uscc"),
    ("classes", "name", "number"),
    ("brands", "name"),
    ("trade_filings", "number", "trade_name"),
)


def upgrade() -> None:
    for table, *texts in SOUGHT_IN:
        kernel_revision.find_by_parts(table, *texts)


def downgrade() -> None:
    for table, *_ in reversed(SOUGHT_IN):
        kernel_revision.find_no_more(table)
