"""Supervision tasks given to institutions, towns and departments."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0055"
down_revision: str | None = "registry_0057"
branch_labels: None = None
depends_on: None = None

AT = sa.DateTime(timezone=True)
MADE = ("id", "institution_id", "region_code", "department", "line", "title", "what", "reason", "document", "asked_at", "asked_by_name")
CHANGING = ("status", "due_on", "answer", "file_ids", "answered_at", "answered_by_name", "comment", "changed_at", "version")
CHECKS = {
    "status": "status IN ('open', 'answered', 'closed', 'cancelled')",
    "body": "num_nonnulls(institution_id, region_code, department) = 1",
    "ground": "num_nonnulls(reason, document) >= 1",
    "answer": "num_nulls(answer, answered_at) IN (0, 2)",
    "answered": "status NOT IN ('answered', 'closed') OR answer IS NOT NULL",
    "file_ids": "cardinality(file_ids) = 0 OR answer IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "supervision_tasks",
        sa.Column("institution_id", sa.Uuid(), sa.ForeignKey("institutions.id", name=op.f("supervision_tasks_institution_id_fkey"))),
        *(sa.Column(name, sa.Text()) for name in ("region_code", "department", "line")),
        sa.Column("title", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("what", "reason", "document")),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("asked_by_name", "answer")),
        sa.Column("file_ids", sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False, comment="that the answer names"),
        sa.Column("answered_at", AT),
        *(sa.Column(name, sa.Text()) for name in ("answered_by_name", "comment")),
        sa.Column("changed_at", AT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"supervision_tasks_{name}_check")) for name, rule in CHECKS.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("supervision_tasks_pkey")),
    )
    for name in ("institution_id", "region_code", "department", "line", "status", "due_on", "asked_at"):
        op.create_index(f"supervision_tasks_{name}_idx", "supervision_tasks", [name, "id"])
    waiting = sa.text("status = 'open'")
    op.create_index("supervision_tasks_open_idx", "supervision_tasks", ["due_on", "id"], postgresql_where=waiting)
    op.create_index("supervision_tasks_file_ids_idx", "supervision_tasks", ["file_ids"], postgresql_using="gin")
    kernel_revision.keep_rows("supervision_tasks", fixed=MADE, settled=("old.status = 'cancelled'", CHANGING))


def downgrade() -> None:
    op.drop_table("supervision_tasks")
