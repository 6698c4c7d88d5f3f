"""Say what proposes to ask money back: facts that changed and a revoked certificate each keep their part of a claim's one proposal."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "subsidy_0015"
down_revision: str | None = "subsidy_0014"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    kernel_revision.let_go("recovery_lines")
    op.add_column("recovery_lines", sa.Column("cause", sa.Text(), nullable=True, comment="what proposed it; null: a person asked for it"))
    op.execute(
        """
        UPDATE recovery_lines SET cause = CASE WHEN recovery.reason LIKE '判定之后事实有变化%' THEN 'facts' ELSE 'certificate' END
        FROM recoveries AS recovery WHERE recovery.id = recovery_lines.recovery_id AND recovery.opened_by = 'subsidy'
        """
    )
    op.create_check_constraint(op.f("recovery_lines_cause_check"), "recovery_lines", "cause IN ('facts', 'certificate')")
    kernel_revision.keep_rows("recovery_lines")


def downgrade() -> None:
    kernel_revision.let_go("recovery_lines")
    op.drop_constraint(op.f("recovery_lines_cause_check"), "recovery_lines")
    op.drop_column("recovery_lines", "cause")
    kernel_revision.keep_rows("recovery_lines")
