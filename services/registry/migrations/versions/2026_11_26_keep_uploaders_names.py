"""Keep the name of whoever uploaded a file."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0009"
down_revision: str | None = "registry_0008"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    at_the_time = "the account's name at the time, from the token"
    op.add_column("files", sa.Column("uploaded_by_name", sa.Text(), nullable=True, comment=at_the_time))


def downgrade() -> None:
    op.drop_column("files", "uploaded_by_name")
