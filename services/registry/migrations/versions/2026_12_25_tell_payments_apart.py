"""A payment that an office told by itself stands when the import of past years that named it too is taken back."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0072"
down_revision: str | None = "registry_0071"
branch_labels: None = None
depends_on: None = None

KEPT = ("id", "id_number_key", "scheme", "occupation_code", "trade_name", "level", '"on"', "amount_yuan", "source", "document", "received_at")
VOIDED = ("voided_at", "void_reason", "version")
SETTLED = "old.voided_at IS NOT NULL"


def upgrade() -> None:
    kernel_revision.let_go("outside_payments")
    op.add_column("outside_payments", sa.Column("stands_alone", sa.Boolean(), nullable=False, server_default="true"))
    op.alter_column("outside_payments", "stands_alone", server_default=None)
    op.execute("UPDATE outside_payments SET stands_alone = false WHERE id IN (SELECT unnest(payment_ids) FROM history_imports)")
    kernel_revision.keep_rows("outside_payments", fixed=KEPT, settled=(SETTLED, ("stands_alone", *VOIDED)))


def downgrade() -> None:
    kernel_revision.let_go("outside_payments")
    op.drop_column("outside_payments", "stands_alone")
    kernel_revision.keep_rows("outside_payments", fixed=KEPT, settled=(SETTLED, VOIDED))
