"""Count imports as they are written, and find a town's classes by their state, of which worklists ask many."""

import sqlalchemy as sa
from alembic import op

from shared.kernel_revision import drop_tally, keep_tally

revision: str = "registry_0071"
down_revision: str | None = "registry_0070"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    keep_tally("imports", sa.Column("kind", sa.Text(), nullable=False), sa.Column("status", sa.Text(), nullable=False))
    op.create_index("classes_region_code_status_idx", "classes", ["region_code", "status", "starts_on"])


def downgrade() -> None:
    op.drop_index("classes_region_code_status_idx", table_name="classes")
    drop_tally("imports")
