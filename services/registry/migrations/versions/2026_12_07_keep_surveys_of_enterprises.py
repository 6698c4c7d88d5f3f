"""Keep what enterprises say of their technical workers in a year, what they need and what they plan to train."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "registry_0045"
down_revision: str | None = "registry_0051"
branch_labels: None = None
depends_on: None = None

KEPT = (
    *("id", "institution_id", "year", "surveyed_on", "technical_workers", "certified_workers", "willingness", "needs", "plan"),
    *("note", "corrects", "recorded_at"),
)


def upgrade() -> None:
    op.create_table(
        "enterprise_surveys",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("institution_id", sa.Uuid(), sa.ForeignKey("institutions.id"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("surveyed_on", sa.Date(), nullable=False),
        sa.Column("technical_workers", sa.Integer(), nullable=False),
        sa.Column("certified_workers", sa.Integer(), nullable=False),
        sa.Column("willingness", sa.Text(), nullable=False),
        sa.Column("needs", postgresql.JSONB(), nullable=False),
        sa.Column("plan", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("corrects", sa.Uuid(), sa.ForeignKey("enterprise_surveys.id")),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True)),
        sa.Column("void_reason", sa.Text()),
        sa.CheckConstraint("willingness IN ('willing', 'undecided', 'unwilling')", name="willingness"),
        sa.CheckConstraint("certified_workers BETWEEN 0 AND technical_workers", name="certified_workers"),
        sa.CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name="voided_whole"),
    )
    standing = {"unique": True, "postgresql_where": sa.text("voided_at IS NULL")}
    op.create_index("enterprise_surveys_year_key", "enterprise_surveys", ["institution_id", "year"], **standing)
    for name, column in (("institution_id", "institution_id"), ("by_year", "year"), ("surveyed_on", "surveyed_on")):
        op.create_index(f"enterprise_surveys_{name}_idx", "enterprise_surveys", [column, "id"])
    settled = ("old.voided_at IS NOT NULL", ("voided_at", "void_reason"))
    kernel_revision.keep_rows("enterprise_surveys", fixed=KEPT, settled=settled)


def downgrade() -> None:
    kernel_revision.let_go("enterprise_surveys")
    op.drop_table("enterprise_surveys")
