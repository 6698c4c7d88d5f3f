"""Cancel and move a batch, keep who was absent, results by module and amendments, and what stands for an exam."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "evaluation_0015"
down_revision: str | None = "evaluation_0014"
branch_labels: None = None
depends_on: None = None

STATUS = "status IN ({})"
BEFORE, SINCE = "'open', 'locked', 'issued'", "'open', 'locked', 'issued', 'cancelled'"


def upgrade() -> None:
    listed = {"server_default": sa.text("'[]'"), "nullable": False}
    op.add_column(
        "assessments",
        sa.Column(
            "modules", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False, comment="each of which is examined"
        ),
    )
    op.add_column(
        "assessments", sa.Column("proofs", postgresql.JSONB(), comment="kind, name, file_id: what stands for an exam", **listed)
    )
    op.add_column("assessments", sa.Column("reason", sa.Text(), comment="why it was announced after it was held, cancelled or moved"))
    op.add_column("assessments", sa.Column("warnings", postgresql.JSONB(), comment="code, pointer, detail", **listed))
    op.drop_constraint(op.f("assessments_status_check"), "assessments")
    op.create_check_constraint(op.f("assessments_status_check"), "assessments", STATUS.format(SINCE))
    op.add_column("assessment_candidates", sa.Column("absent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("assessment_candidates", sa.Column("modules", postgresql.JSONB(), comment="name, held_on, score, passed", **listed))
    op.create_check_constraint(
        op.f("assessment_candidates_absent_check"), "assessment_candidates", "NOT absent OR (NOT passed AND score IS NULL)"
    )
    op.create_table(
        "assessment_amendments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False, comment="as the candidate was announced"),
        sa.Column("result", postgresql.JSONB(), nullable=False, comment="score, passed, absent, modules"),
        sa.Column("before", postgresql.JSONB(), nullable=False, comment="the result that it is to take the place of"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False, comment="person"),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True, comment="person"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('proposed', 'approved', 'replaced')", name=op.f("assessment_amendments_status_check")),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("assessment_amendments_second_person_check")),
        sa.CheckConstraint("(status = 'approved') = (decided_by IS NOT NULL)", name=op.f("assessment_amendments_approved_check")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("assessment_amendments_assessment_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("assessment_amendments_pkey")),
    )
    op.create_index(
        "assessment_amendments_proposed_key",
        "assessment_amendments",
        ["assessment_id", "trainee_id"],
        unique=True,
        postgresql_where=sa.text("status = 'proposed'"),
    )
    op.create_index("assessment_amendments_assessment_id_idx", "assessment_amendments", ["assessment_id", "id"])
    fixed = ("id", "assessment_id", "trainee_id", "result", "before", "reason", "proposed_by", "proposed_at")
    kernel_revision.keep_rows("assessment_amendments", fixed=fixed)
    op.create_index("certificates_filing_id_idx", "certificates", ["filing_id", "id"])


def downgrade() -> None:
    op.drop_index("certificates_filing_id_idx", table_name="certificates")
    op.drop_table("assessment_amendments")
    op.drop_constraint(op.f("assessment_candidates_absent_check"), "assessment_candidates")
    for column in ("modules", "absent"):
        op.drop_column("assessment_candidates", column)
    op.drop_constraint(op.f("assessments_status_check"), "assessments")
    op.create_check_constraint(op.f("assessments_status_check"), "assessments", STATUS.format(BEFORE))
    for column in ("warnings", "reason", "proofs", "modules"):
        op.drop_column("assessments", column)
