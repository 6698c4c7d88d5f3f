"""Reject amendments, ask for renewals, and keep of each locked batch how many sat it and passed."""

import sqlalchemy as sa
from alembic import op

revision: str = "evaluation_0024"
down_revision: str | None = "evaluation_0023"
branch_labels: None = None
depends_on: None = None

AMENDMENTS = "assessment_amendments"
RULES = {
    "status": ("status IN ('proposed', 'approved', 'replaced')", "status IN ('proposed', 'approved', 'rejected', 'replaced')"),
    "second_person": ("decided_by <> proposed_by", "status = 'rejected' OR decided_by <> proposed_by"),
    "approved": ("(status = 'approved') = (decided_by IS NOT NULL)", None),
    "decided": (None, "(status IN ('approved', 'rejected')) = (decided_by IS NOT NULL)"),
}
COUNTED = "(status IN ('locked', 'issued')) = (sat IS NOT NULL) AND (sat IS NULL) = (passed IS NULL)"


def upgrade() -> None:
    _replace(before=0)
    op.add_column("filings", sa.Column("renewal_asked_on", sa.Date(), comment="on which day the body asked for a later last day"))
    op.add_column("assessments", sa.Column("sat", sa.Integer(), comment="who sat it, absent ones left out; since it was locked"))
    op.add_column("assessments", sa.Column("passed", sa.Integer(), comment="who of them passed"))
    op.execute(
        """
        UPDATE assessments SET sat = counted.sat, passed = counted.passed
        FROM (
            SELECT assessment_id, count(*) FILTER (WHERE NOT absent) AS sat, count(*) FILTER (WHERE passed) AS passed
            FROM assessment_candidates GROUP BY assessment_id
        ) AS counted
        WHERE counted.assessment_id = assessments.id AND status IN ('locked', 'issued')
        """
    )
    op.create_check_constraint(op.f("assessments_counted_check"), "assessments", COUNTED)
    op.create_index(
        "assessments_issued_on_idx", "assessments", ["institution_id", "issued_on"], postgresql_where=sa.text("issued_on IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("assessments_issued_on_idx", table_name="assessments")
    op.drop_constraint(op.f("assessments_counted_check"), "assessments")
    for table, column in (("assessments", "passed"), ("assessments", "sat"), ("filings", "renewal_asked_on")):
        op.drop_column(table, column)
    _replace(before=1)


def _replace(before: int) -> None:
    """Each rule by the one of the other side."""
    for name, rules in RULES.items():
        if rules[before]:
            op.drop_constraint(op.f(f"{AMENDMENTS}_{name}_check"), AMENDMENTS)
        if rule := rules[1 - before]:
            op.create_check_constraint(op.f(f"{AMENDMENTS}_{name}_check"), AMENDMENTS, rule)
