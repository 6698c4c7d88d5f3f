"""Say which corrections were asked for on behalf of the person, and what that person signed."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0057"
down_revision: str | None = "registry_0052"
branch_labels: None = None
depends_on: None = None

FIXED = ("trainee_id", "field", "proposed", "proposed_masked", "reason", "asked_by", "asked_by_person", "asked_at", "id")
SETTLED = ("old.status <> 'open'", ("status", "decided_by", "decided_at", "decision_reason", "version"))


def upgrade() -> None:
    op.add_column("trainee_corrections", sa.Column("on_behalf", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("trainee_corrections", sa.Column("attachments", sa.ARRAY(sa.Uuid()), server_default="{}", nullable=False))
    kernel_revision.let_go("trainee_corrections")
    kernel_revision.keep_rows("trainee_corrections", fixed=(*FIXED, "on_behalf", "attachments"), deleted=True, settled=SETTLED)


def downgrade() -> None:
    kernel_revision.let_go("trainee_corrections")
    op.drop_column("trainee_corrections", "attachments")
    op.drop_column("trainee_corrections", "on_behalf")
    kernel_revision.keep_rows("trainee_corrections", fixed=FIXED, deleted=True, settled=SETTLED)
