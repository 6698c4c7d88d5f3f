"""Look for no file by its content: nobody does."""

from alembic import op

revision: str = "registry_0079"
down_revision: str | None = "registry_0078"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.drop_index("files_sha256_idx", table_name="files")


def downgrade() -> None:
    op.create_index("files_sha256_idx", "files", ["sha256"])
