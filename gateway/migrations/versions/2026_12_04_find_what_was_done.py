"""Find what was done by its name."""

from alembic import op

revision: str = "gateway_0011"
down_revision: str | None = "gateway_0010"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_index("audit_action_idx", "audit", ["action", "id"])


def downgrade() -> None:
    op.drop_index("audit_action_idx", table_name="audit")
