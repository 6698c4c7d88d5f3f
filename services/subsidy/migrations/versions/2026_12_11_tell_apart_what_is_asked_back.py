"""A line tells apart what facts found not to be due from what a person asked back on purpose: only the former may be due again."""

import sqlalchemy as sa
from alembic import op

revision: str = "subsidy_0031"
down_revision: str | None = "subsidy_0030"
branch_labels: None = None
depends_on: None = None

# A proposal asks for nothing before it is accepted.
KNOWN = """
    UPDATE claim_lines SET not_due_yuan = found.yuan
    FROM (
        SELECT recoveries.claim_id, line.position, sum(line.amount_yuan) AS yuan
        FROM recovery_lines AS line JOIN recoveries ON recoveries.id = line.recovery_id
        WHERE line.cause IS NOT NULL AND recoveries.status IN ('recovering', 'recovered')
        GROUP BY recoveries.claim_id, line.position
    ) AS found
    WHERE claim_lines.claim_id = found.claim_id AND claim_lines.position = found.position
"""


def upgrade() -> None:
    not_due = sa.Column(
        "not_due_yuan",
        sa.Numeric(12, 2),
        server_default=sa.text("0"),
        nullable=False,
        comment="of asked_back_yuan, what facts found not due; the rest a person asked for on purpose",
    )
    op.add_column("claim_lines", not_due)
    op.execute(KNOWN)
    op.create_check_constraint(op.f("claim_lines_not_due_check"), "claim_lines", "not_due_yuan BETWEEN 0 AND asked_back_yuan")


def downgrade() -> None:
    op.drop_column("claim_lines", "not_due_yuan")
