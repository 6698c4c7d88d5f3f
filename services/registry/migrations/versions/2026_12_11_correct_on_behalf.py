"""Say which corrections were asked for on behalf of the person, and what that person signed."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0057"
down_revision: str | None = "registry_0052"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("trainee_corrections", sa.Column("on_behalf", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("trainee_corrections", sa.Column("attachments", sa.ARRAY(sa.Uuid()), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("trainee_corrections", "attachments")
    op.drop_column("trainee_corrections", "on_behalf")
