"""List imports by state, however rare one is."""

from alembic import op

revision: str = "eastwest_0022"
down_revision: str | None = "eastwest_0021"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_index("placement_imports_status_idx", "placement_imports", ["status", "id"])


def downgrade() -> None:
    op.drop_index("placement_imports_status_idx", table_name="placement_imports")
