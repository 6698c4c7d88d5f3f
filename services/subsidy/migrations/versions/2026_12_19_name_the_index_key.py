"""Say which index key digests are made with."""

from alembic import op

from shared import kernel_revision

revision: str = "subsidy_0034"
down_revision: str | None = "subsidy_0033"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    kernel_revision.name_index_key()


def downgrade() -> None:
    op.drop_table("index_key")
