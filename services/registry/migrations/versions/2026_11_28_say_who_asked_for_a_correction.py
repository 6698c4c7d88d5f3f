"""Say which person asked for a correction: another one accepts it."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0021"
down_revision: str | None = "registry_0019"
branch_labels: None = None
depends_on: None = None

FIXED = ("trainee_id", "field", "proposed", "proposed_masked", "reason", "asked_by", "asked_at", "id")
SETTLED = ("old.status <> 'open'", ("status", "decided_by", "decided_at", "decision_reason", "version"))


def upgrade() -> None:
    op.add_column("trainee_corrections", sa.Column("asked_by_person", sa.Text()))
    kernel_revision.let_go("trainee_corrections")
    kernel_revision.keep_rows("trainee_corrections", fixed=(*FIXED, "asked_by_person"), settled=SETTLED)


def downgrade() -> None:
    kernel_revision.let_go("trainee_corrections")
    op.drop_column("trainee_corrections", "asked_by_person")
    kernel_revision.keep_rows("trainee_corrections", fixed=FIXED, settled=SETTLED)
