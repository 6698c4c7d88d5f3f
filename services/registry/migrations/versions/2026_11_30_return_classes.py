"""Classes may be returned; who proposed and who submitted one, so that another person approves it; who teaches in a session of the timetable."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0016"
down_revision: str | None = "registry_0015"
branch_labels: None = None
depends_on: None = None

STATES = "status IN ('draft', 'submitted', {}'approved', 'rejected', 'in_progress', 'completed', 'cancelled')"


def upgrade() -> None:
    for name in ("proposed_by", "submitted_by"):
        op.add_column("classes", sa.Column(name, sa.Text()))
    op.add_column("class_sessions", sa.Column("teacher_id", sa.Uuid(), sa.ForeignKey("teachers.id")))
    op.create_index("class_sessions_teacher_id_idx", "class_sessions", ["teacher_id", "on"])
    op.drop_constraint(op.f("classes_status_check"), "classes")
    op.create_check_constraint("status", "classes", STATES.format("'returned', "))


def downgrade() -> None:
    op.drop_column("class_sessions", "teacher_id")
    op.execute("UPDATE classes SET status = 'draft' WHERE status = 'returned'")
    op.drop_constraint(op.f("classes_status_check"), "classes")
    op.create_check_constraint("status", "classes", STATES.format(""))
    for name in ("submitted_by", "proposed_by"):
        op.drop_column("classes", name)
