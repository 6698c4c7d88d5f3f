"""List imports by state, however rare one is."""

from alembic import op

revision: str = "evaluation_0029"
down_revision: str | None = "evaluation_0028"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_index("certificate_imports_status_idx", "certificate_imports", ["status", "id"])


def downgrade() -> None:
    op.drop_index("certificate_imports_status_idx", table_name="certificate_imports")
