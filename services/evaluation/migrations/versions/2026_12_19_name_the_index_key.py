"""Say which index key digests are made with, and which columns hold some."""

from alembic import op

from shared import kernel_revision

revision: str = "evaluation_0028"
down_revision: str | None = "evaluation_0027"
branch_labels: None = None
depends_on: None = None

DIGESTS = (
    "certificates.number_key",
)


def upgrade() -> None:
    kernel_revision.name_index_key()
    for column in DIGESTS:
        op.execute(f"COMMENT ON COLUMN {column} IS 'keyed digest'")


def downgrade() -> None:
    for column in DIGESTS:
        op.execute(f"COMMENT ON COLUMN {column} IS NULL")
    op.drop_table("index_key")
