"""Index what lists sort by, and what a part of is sought."""

from alembic import op

revision: str = "eastwest_0006"
down_revision: str | None = "eastwest_0005"
branch_labels: None = None
depends_on: None = None

SORTED_BY = (
    ("orders_entered_at_idx", "orders", "entered_at"),
    ("placements_entered_at_idx", "placements", "entered_at"),
    ("placement_imports_reported_on_idx", "placement_imports", "reported_on"),
    ("placement_imports_received_at_idx", "placement_imports", "received_at"),
)
SOUGHT_IN = (
    ("orders_number_part_idx", "orders", "number"),
    ("orders_employer_name_part_idx", "orders", "employer_name"),
)


def upgrade() -> None:
    op.drop_index("orders_number_idx", "orders")
    op.create_index("orders_number_idx", "orders", ["number", "id"])
    for name, table, column in SORTED_BY:
        op.create_index(name, table, [column, "id"])
    for name, table, column in SOUGHT_IN:
        op.create_index(name, table, [column], postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"})


def downgrade() -> None:
    for name, table, _ in (*SOUGHT_IN, *SORTED_BY):
        op.drop_index(name, table)
    op.drop_index("orders_number_idx", "orders")
    op.create_index("orders_number_idx", "orders", ["number"])
