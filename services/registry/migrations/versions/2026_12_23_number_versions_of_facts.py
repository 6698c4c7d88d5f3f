"""Facts of other offices and their lists have versions, as every single paper has: who voids one can say which they have seen."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0070"
down_revision: str | None = "registry_0069"
branch_labels: None = None
depends_on: None = None

VOIDED = ("voided_at", "void_reason")
FIXED_AND_CHANGING = {
    "status_records": (("id", "id_number_key", "status", "from_on", "source"), ("until_on", "received_at", *VOIDED)),
    "status_lists": (("id", "status", "source", "complete_from_on", "complete_to_on", "received_at"), VOIDED),
}
SETTLED = "old.voided_at IS NOT NULL"


def upgrade() -> None:
    for table, (fixed, changing) in FIXED_AND_CHANGING.items():
        kernel_revision.let_go(table)
        op.add_column(table, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        op.alter_column(table, "version", server_default=None)
        kernel_revision.keep_rows(table, fixed=fixed, settled=(SETTLED, (*changing, "version")))


def downgrade() -> None:
    for table, (fixed, changing) in FIXED_AND_CHANGING.items():
        kernel_revision.let_go(table)
        op.drop_column(table, "version")
        kernel_revision.keep_rows(table, fixed=fixed, settled=(SETTLED, changing))
