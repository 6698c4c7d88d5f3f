"""Index claims for what a list of them is sorted by and sought in."""

from alembic import op

revision: str = "subsidy_0004"
down_revision: str | None = "subsidy_0003"
branch_labels: None = None
depends_on: None = None

PART = {"postgresql_using": "gin", "postgresql_ops": {"number": "gin_trgm_ops"}}


def upgrade() -> None:
    op.drop_index("claims_created_idx", table_name="claims")
    op.create_index("claims_created_idx", "claims", ["created_at", "id"], unique=False)
    op.create_index("claims_submitted_idx", "claims", ["submitted_at", "id"], unique=False)
    op.create_index("claims_amount_idx", "claims", ["amount", "id"], unique=False)
    op.create_index("claims_number_part_idx", "claims", ["number"], unique=False, **PART)  # type: ignore[arg-type]


def downgrade() -> None:
    op.drop_index("claims_number_part_idx", table_name="claims", **PART)  # type: ignore[arg-type]
    op.drop_index("claims_amount_idx", table_name="claims")
    op.drop_index("claims_submitted_idx", table_name="claims")
    op.drop_index("claims_created_idx", table_name="claims")
    op.create_index("claims_created_idx", "claims", ["created_at"], unique=False)
