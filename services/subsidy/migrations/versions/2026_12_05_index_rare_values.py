"""Find claims by their kind without walking through all there are."""

from alembic import op

revision: str = "subsidy_0029"
down_revision: str | None = "subsidy_0028"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_index("claims_kind_idx", "claims", ["kind", "id"])


def downgrade() -> None:
    op.drop_index("claims_kind_idx", table_name="claims")
