"""Note since when an endpoint takes nothing, and find what was given up."""

import sqlalchemy as sa
from alembic import op

revision: str = "gateway_0010"
down_revision: str | None = "gateway_0009"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("webhook_endpoints", sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index("webhook_deliveries_failed_idx", "webhook_deliveries", ["endpoint_id"], postgresql_where=sa.text("status = 'failed'"))


def downgrade() -> None:
    op.drop_index("webhook_deliveries_failed_idx", table_name="webhook_deliveries")
    op.drop_column("webhook_endpoints", "failing_since")
