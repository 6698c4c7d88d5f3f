"""Date what institutions are: above scale, exempt from filing, marked, licensed; who of their teachers is recognised; what funds they report."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "registry_0044"
down_revision: str | None = "registry_0042"
branch_labels: None = None
depends_on: None = None

DATED = ("scale_periods", "filing_exemptions", "marks", "licences")


def upgrade() -> None:
    for name in DATED:
        op.add_column("institutions", sa.Column(name, postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False))
    since_nobody_knows = """UPDATE institutions SET scale_periods = '[{"from_on": null, "until_on": null}]' WHERE above_scale"""
    op.execute(since_nobody_knows)
    op.drop_index("institutions_above_scale_idx", table_name="institutions")
    op.drop_column("institutions", "above_scale")
    op.add_column("institutions", sa.Column("industry_code", sa.Text()))
    op.create_index("institutions_scale_periods_idx", "institutions", ["id"], postgresql_where=sa.text("scale_periods <> '[]'::jsonb"))
    op.create_index("institutions_marks_idx", "institutions", ["marks"], postgresql_using="gin", postgresql_ops={"marks": "jsonb_path_ops"})
    op.create_index("institutions_industry_code_idx", "institutions", ["industry_code", "id"])
    for name in ("decision_no", "tender_no"):
        op.add_column("designations", sa.Column(name, sa.Text()))
    op.add_column("teachers", sa.Column("dual_qualified", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    for name in ("recognised_from_on", "recognised_until_on"):
        op.add_column("teachers", sa.Column(name, sa.Date()))
    op.create_check_constraint("recognised_until_on", "teachers", "recognised_until_on >= recognised_from_on")
    op.create_check_constraint("recognised", "teachers", "recognised_until_on IS NULL OR recognised_from_on IS NOT NULL")
    for name in ("wages", "extracted", "social_training_income"):
        op.add_column("yearly_reports", sa.Column(name, sa.Numeric(14, 2)))
    op.create_index("yearly_reports_by_year_idx", "yearly_reports", ["year", "id"])
    op.create_index("yearly_reports_reported_at_idx", "yearly_reports", ["reported_at", "id"])


def downgrade() -> None:
    op.drop_index("yearly_reports_reported_at_idx", table_name="yearly_reports")
    op.drop_index("yearly_reports_by_year_idx", table_name="yearly_reports")
    for name in ("wages", "extracted", "social_training_income"):
        op.drop_column("yearly_reports", name)
    for name in ("recognised_until_on", "recognised"):
        op.drop_constraint(op.f(f"teachers_{name}_check"), "teachers", type_="check")
    for name in ("dual_qualified", "recognised_from_on", "recognised_until_on"):
        op.drop_column("teachers", name)
    for name in ("decision_no", "tender_no"):
        op.drop_column("designations", name)
    op.add_column("institutions", sa.Column("above_scale", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute("UPDATE institutions SET above_scale = scale_periods <> '[]'")
    op.alter_column("institutions", "above_scale", server_default=None)
    op.create_index("institutions_above_scale_idx", "institutions", ["above_scale", "id"])
    for name in ("institutions_industry_code_idx", "institutions_marks_idx", "institutions_scale_periods_idx"):
        op.drop_index(name, table_name="institutions")
    for name in ("industry_code", *DATED):
        op.drop_column("institutions", name)
