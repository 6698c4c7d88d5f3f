"""Find by number also those who were merged into another."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0007"
down_revision: str | None = "registry_0006"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_index("trainees_merged_number_idx", "trainees", ["id_number_key"], postgresql_where=sa.text("merged_into IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("trainees_merged_number_idx", table_name="trainees")
