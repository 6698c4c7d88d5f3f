"""Index what lists sort by."""

from alembic import op

revision: str = "gateway_0009"
down_revision: str | None = "gateway_0008"
branch_labels: None = None
depends_on: None = None

SORTED_BY = (
    ("clients_created_at_idx", "clients", "created_at"),
    ("users_created_at_idx", "users", "created_at"),
    ("webhook_endpoints_created_at_idx", "webhook_endpoints", "created_at"),
)


def upgrade() -> None:
    for name, table, column in SORTED_BY:
        op.create_index(name, table, [column, "id"])


def downgrade() -> None:
    for name, table, _ in SORTED_BY:
        op.drop_index(name, table)
