"""Claim for certificates and placements: lines are found by their papers and days, and a claim without a class is judged anew by itself."""

from alembic import op
from sqlalchemy import text

revision: str = "subsidy_0023"
down_revision: str | None = "subsidy_0022"
branch_labels: None = None
depends_on: None = None

PAPERS = ("certificate", "placement")


def upgrade() -> None:
    op.alter_column("due_reassessments", "class_id", new_column_name="subject_id")
    for paper in PAPERS:
        named = text(f"{paper}_id IS NOT NULL")
        op.create_index(f"claim_lines_{paper}_idx", "claim_lines", [f"{paper}_id"], postgresql_where=named)
    op.create_index("entitlements_judged_on_idx", "entitlements", ["judged_on"])


def downgrade() -> None:
    op.drop_index("entitlements_judged_on_idx", "entitlements")
    for paper in PAPERS:
        op.drop_index(f"claim_lines_{paper}_idx", "claim_lines")
    op.execute("DELETE FROM due_reassessments WHERE subject_id NOT IN (SELECT class_id FROM claims WHERE class_id IS NOT NULL)")
    op.alter_column("due_reassessments", "subject_id", new_column_name="class_id")
