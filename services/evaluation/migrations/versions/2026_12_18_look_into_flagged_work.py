"""When a reviewer last looked into what a body's work is flagged for."""

import sqlalchemy as sa
from alembic import op

revision: str = "evaluation_0027"
down_revision: str | None = "evaluation_0026"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    said = "on which day a reviewer last looked into what its body's work is flagged for"
    op.add_column("filings", sa.Column("looked_into_on", sa.Date(), comment=said))


def downgrade() -> None:
    op.drop_column("filings", "looked_into_on")
