"""Say which index key digests are made with."""

from alembic import op

from shared import kernel_revision

revision: str = "eastwest_0020"
down_revision: str | None = "eastwest_0019"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    kernel_revision.name_index_key()


def downgrade() -> None:
    op.drop_table("index_key")
