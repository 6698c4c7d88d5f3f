"""Count passwords tried by name and address, and remember from where a name was signed in."""

import sqlalchemy as sa
from alembic import op

revision: str = "gateway_0005"
down_revision: str | None = "gateway_0004"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.execute("DELETE FROM sign_in_attempts")  # counts of minutes, by what is counted no more
    op.alter_column("sign_in_attempts", "login", new_column_name="whom")
    op.add_column(
        "sign_in_attempts",
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True, comment="when the owner last signed in from there"),
    )


def downgrade() -> None:
    op.execute("DELETE FROM sign_in_attempts")
    op.drop_column("sign_in_attempts", "succeeded_at")
    op.alter_column("sign_in_attempts", "whom", new_column_name="login")
