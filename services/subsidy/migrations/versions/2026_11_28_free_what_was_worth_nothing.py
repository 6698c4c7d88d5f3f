"""Free what was worth nothing: a line of 0.00 uses up nothing that a person may be given once."""

from alembic import op

revision: str = "subsidy_0014"
down_revision: str | None = "subsidy_0013"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.execute(
        """
        DELETE FROM entitlements USING claim_lines AS line
        WHERE line.claim_id = entitlements.claim_id AND line.position = entitlements.position AND line.verdict = 'eligible' AND line.amount = 0
        """
    )


def downgrade() -> None:
    """What was freed is not taken again: its line is worth nothing."""
