"""Keep the name that a certificate was printed with, and since when a body's numbers are minted here."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "evaluation_0021"
down_revision: str | None = "evaluation_0013"
branch_labels: None = None
depends_on: None = None

FIRST_FILED = "UPDATE number_prefixes p SET since_on = (SELECT min(valid_from_on) FROM filings f WHERE f.number_prefix = p.prefix)"
NEVER_IN_FORCE = "UPDATE number_prefixes SET since_on = current_date WHERE since_on IS NULL"


def upgrade() -> None:
    op.add_column(
        "certificates",
        sa.Column("prints", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False, comment="name, printed_on, reason"),
    )
    op.add_column("number_prefixes", sa.Column("since_on", sa.Date(), nullable=True))
    kernel_revision.let_go("number_prefixes")
    op.execute(FIRST_FILED)
    op.execute(NEVER_IN_FORCE)
    kernel_revision.keep_rows("number_prefixes")
    op.alter_column("number_prefixes", "since_on", nullable=False)


def downgrade() -> None:
    op.drop_column("number_prefixes", "since_on")
    op.drop_column("certificates", "prints")
