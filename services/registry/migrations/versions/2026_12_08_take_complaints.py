"""Complaints of the public."""

import sqlalchemy as sa
from alembic import op

from shared import county, db, kernel_revision

revision: str = "registry_0035"
down_revision: str | None = "registry_0034"
branch_labels: None = None
depends_on: None = None

AT = sa.DateTime(timezone=True)
WRITTEN = ("id", "serial", "year", "code_key", "subject_kind", "subject", "class_id", "text", "name", "name_masked", "contact")
CHECKS = {
    "subject_kind": "subject_kind IN ('class', 'certificate', 'notice')",
    "status": "status IN ('received', 'accepted', 'answered', 'dismissed', 'upheld')",
    "of_class": "(subject_kind = 'class') = (class_id IS NOT NULL)",
    "answered": "(status IN ('answered', 'dismissed', 'upheld')) = (answered_at IS NOT NULL)",
    "answer": "num_nulls(answered_at, answer) IN (0, 2)",
    "held": "num_nulls(held_at, held_reason) IN (0, 2) AND (held_at IS NULL OR class_id IS NOT NULL)",
    "released": "released_at IS NULL OR held_at IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "complaints",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False, comment="of receipt; part of the number"),
        sa.Column("number", sa.Text(), sa.Computed(db.paper_number_sql(county.here().series("TS")), persisted=True), nullable=False),
        sa.Column("code_key", sa.LargeBinary(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="its id or number, as told"),
        sa.Column("class_id", sa.Uuid(), sa.ForeignKey("classes.id", name=op.f("complaints_class_id_fkey"))),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary()),
        sa.Column("name_masked", sa.Text()),
        sa.Column("contact", sa.LargeBinary()),
        sa.Column("contact_masked", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("accepted_at", AT),
        sa.Column("answered_at", AT),
        sa.Column("answer", sa.Text()),
        sa.Column("held_at", AT),
        sa.Column("held_reason", sa.Text()),
        sa.Column("released_at", AT),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(said, name=op.f(f"complaints_{name}_check")) for name, said in CHECKS.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("complaints_pkey")),
    )
    op.create_index("complaints_number_key", "complaints", ["number"], unique=True)
    for name in ("status", "class_id", "subject_kind", "received_at"):
        op.create_index(f"complaints_{name}_idx", "complaints", [name, "id"])
    kernel_revision.keep_rows("complaints", fixed=(*WRITTEN, "contact_masked", "received_at"))


def downgrade() -> None:
    op.drop_table("complaints")
