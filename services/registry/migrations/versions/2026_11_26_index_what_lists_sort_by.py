"""Index what lists sort by, and what a part of is sought."""

from alembic import op

revision: str = "registry_0008"
down_revision: str | None = "registry_0007"
branch_labels: None = None
depends_on: None = None

SORTED_BY = (
    ("status_records_from_on_idx", "status_records", "from_on"),
    ("status_records_received_at_idx", "status_records", "received_at"),
    ("status_lists_complete_to_on_idx", "status_lists", "complete_to_on"),
    ("status_lists_received_at_idx", "status_lists", "received_at"),
    ("institutions_registered_at_idx", "institutions", "registered_at"),
    ("institutions_by_name_idx", "institutions", "name"),
    ("classes_by_ends_on_idx", "classes", "ends_on"),
    ("enrolments_enrolled_at_idx", "enrolments", "enrolled_at"),
    ("brands_name_idx", "brands", "name"),
    ("imports_received_at_idx", "imports", "received_at"),
    ("imports_institution_id_idx", "imports", "institution_id"),
)
SOUGHT_IN = (
    ("brands_name_part_idx", "brands", "name"),
)


def upgrade() -> None:
    for name, table, column in SORTED_BY:
        op.create_index(name, table, [column, "id"])
    for name, table, column in SOUGHT_IN:
        op.create_index(name, table, [column], postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"})


def downgrade() -> None:
    for name, table, _ in (*SOUGHT_IN, *SORTED_BY):
        op.drop_index(name, table)
