"""Say which school trained whom is placed: it sees where its graduates work."""

import sqlalchemy as sa
from alembic import op

revision: str = "eastwest_0014"
down_revision: str | None = "eastwest_0013"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("placements", sa.Column("institution_id", sa.Uuid(), nullable=True))
    op.create_index("placements_institution_id_idx", "placements", ["institution_id", "id"])


def downgrade() -> None:
    op.drop_index("placements_institution_id_idx", table_name="placements")
    op.drop_column("placements", "institution_id")
