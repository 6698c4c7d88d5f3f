"""Index what lists sort by."""

from alembic import op

revision: str = "subsidy_0007"
down_revision: str | None = "subsidy_0006"
branch_labels: None = None
depends_on: None = None

SORTED_BY = (
    ("notices_posted_on_idx", "notices", "posted_on"),
    ("objections_received_at_idx", "objections", "received_at"),
    ("objections_due_on_idx", "objections", "due_on"),
    ("payment_batches_created_at_idx", "payment_batches", "created_at"),
    ("payment_batches_amount_yuan_idx", "payment_batches", "amount_yuan"),
    ("recoveries_opened_at_idx", "recoveries", "opened_at"),
    ("recoveries_amount_yuan_idx", "recoveries", "amount_yuan"),
)


def upgrade() -> None:
    for name, table, column in SORTED_BY:
        op.create_index(name, table, [column, "id"])


def downgrade() -> None:
    for name, table, _ in SORTED_BY:
        op.drop_index(name, table)
