"""Measures against institutions, towns and departments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import county, db, kernel_revision

revision: str = "registry_0034"
down_revision: str | None = "registry_0033"
branch_labels: None = None
depends_on: None = None

TEXTS = ("reason", "document")
ENDING = ("voided_at", "voided_by_name", "void_reason", "version")
MADE = ("id", "serial", "year", "kind", "institution_id", "region_code", "department", *TEXTS, "from_on", "until_on", "terms_ended")


def upgrade() -> None:
    op.create_table(
        "measures",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False, comment="of the decision; part of the number"),
        sa.Column("number", sa.Text(), sa.Computed(db.paper_number_sql(county.here().series("CS")), persisted=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), sa.ForeignKey("institutions.id", name=op.f("measures_institution_id_fkey"))),
        sa.Column("region_code", sa.Text()),
        sa.Column("department", sa.Text()),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("terms_ended", postgresql.JSONB(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_name", sa.Text()),
        sa.Column("voided_at", sa.DateTime(timezone=True)),
        sa.Column("voided_by_name", sa.Text()),
        sa.Column("void_reason", sa.Text()),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('criticism', 'plaque_removed', 'support_stopped')", name=op.f("measures_kind_check")),
        sa.CheckConstraint("num_nonnulls(institution_id, region_code, department) = 1", name=op.f("measures_body_check")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("measures_until_on_check")),
        sa.CheckConstraint(
            "kind <> 'plaque_removed' OR (institution_id IS NOT NULL AND until_on IS NULL)", name=op.f("measures_plaque_check")
        ),
        sa.CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name=op.f("measures_voided_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("measures_pkey")),
    )
    body = sa.text("coalesce(institution_id::text, region_code, department)")
    standing = sa.text("voided_at IS NULL")
    op.create_index("measures_from_on_key", "measures", ["kind", body, "from_on"], unique=True, postgresql_where=standing)
    for name in ("institution_id", "region_code", "department", "kind", "from_on"):
        op.create_index(f"measures_{name}_idx", "measures", [name, "id"])
    kernel_revision.keep_rows("measures", fixed=(*MADE, "decided_at", "decided_by_name"), settled=("old.voided_at IS NOT NULL", ENDING))


def downgrade() -> None:
    op.drop_table("measures")
