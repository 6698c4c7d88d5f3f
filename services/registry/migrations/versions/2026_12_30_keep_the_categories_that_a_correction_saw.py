"""A correction of categories changes what its asker saw, and takes nothing away that came in since: what they saw is kept with it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared import kernel_revision

revision: str = "registry_0077"
down_revision: str | None = "registry_0076"
branch_labels: None = None
depends_on: None = None

DECIDED = ("status", "decided_by", "decided_at", "decision_reason", "version")
KEPT = ("id", "trainee_id", "field", "proposed", "proposed_masked", "reason", "asked_by", "asked_by_person", "asked_at", "on_behalf", "attachments")
SETTLED = ("old.status <> 'open'", DECIDED)


def upgrade() -> None:
    seen = sa.Column("seen", JSONB(), nullable=True, comment="the categories as they were when these were proposed")
    op.add_column("trainee_corrections", seen)
    kernel_revision.let_go("trainee_corrections")
    kernel_revision.keep_rows("trainee_corrections", fixed=(*KEPT, "seen"), deleted=True, settled=SETTLED)


def downgrade() -> None:
    kernel_revision.let_go("trainee_corrections")
    op.drop_column("trainee_corrections", "seen")
    kernel_revision.keep_rows("trainee_corrections", fixed=KEPT, deleted=True, settled=SETTLED)
