"""Note of an uploaded sheet what was not read of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "eastwest_0008"
down_revision: str | None = "eastwest_0007"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("placement_imports", sa.Column("notes", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False))


def downgrade() -> None:
    op.drop_column("placement_imports", "notes")
