"""Note of an uploaded sheet what was not read of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "registry_0019"
down_revision: str | None = "registry_0016"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("notes", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False))


def downgrade() -> None:
    op.drop_column("imports", "notes")
