"""Index what lists sort by, and what a part of is sought."""

from alembic import op

revision: str = "evaluation_0006"
down_revision: str | None = "evaluation_0005"
branch_labels: None = None
depends_on: None = None

SORTED_BY = (
    ("filings_created_at_idx", "filings", "created_at"),
    ("filings_changed_at_idx", "filings", "changed_at"),
    ("filings_by_valid_until_on_idx", "filings", "valid_until_on"),
    ("assessments_created_at_idx", "assessments", "created_at"),
)
SOUGHT_IN = (
    ("filings_number_part_idx", "filings", "number"),
    ("filings_institution_name_part_idx", "filings", "institution_name"),
)


def upgrade() -> None:
    for name, table, column in SORTED_BY:
        op.create_index(name, table, [column, "id"])
    for name, table, column in SOUGHT_IN:
        op.create_index(name, table, [column], postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"})


def downgrade() -> None:
    for name, table, _ in (*SOUGHT_IN, *SORTED_BY):
        op.drop_index(name, table)
