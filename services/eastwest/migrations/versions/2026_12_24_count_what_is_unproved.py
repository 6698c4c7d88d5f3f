"""Count the placements that lack a proof from their index alone."""

import sqlalchemy as sa
from alembic import op

revision: str = "eastwest_0024"
down_revision: str | None = "eastwest_0023"
branch_labels: None = None
depends_on: None = None

UNPROVED = sa.text("retained_on IS NULL AND proof_due_on IS NOT NULL")
TOLD = ["proof_wanted_on", "started_on", "left_on", "partner"]


def upgrade() -> None:
    op.drop_index("placements_proof_due_idx", table_name="placements")
    op.create_index("placements_proof_due_idx", "placements", ["proof_due_on", "id"], postgresql_include=TOLD, postgresql_where=UNPROVED)


def downgrade() -> None:
    op.drop_index("placements_proof_due_idx", table_name="placements")
    op.create_index("placements_proof_due_idx", "placements", ["proof_due_on", "id"], postgresql_where=UNPROVED)
