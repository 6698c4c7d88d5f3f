"""Find the institution that has an account."""

from alembic import op

revision: str = "registry_0010"
down_revision: str | None = "registry_0009"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_index("institutions_bank_account_key_idx", "institutions", ["bank_account_key"], unique=False)


def downgrade() -> None:
    op.drop_index("institutions_bank_account_key_idx", table_name="institutions")
