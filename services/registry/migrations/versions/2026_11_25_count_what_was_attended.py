"""Count on an enrolment what was attended, and on a class who completed it; keep the inspector's name."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0004"
down_revision: str | None = "registry_0003"
branch_labels: None = None
depends_on: None = None

ATTENDED = """
UPDATE enrolments SET half_days_attended = attended.half_days, days_attended = attended.days
FROM (
    SELECT class_id, trainee_id, sum(half_days) AS half_days, count(*) FILTER (WHERE half_days = 2) AS days
    FROM (SELECT class_id, trainee_id, "on", count(*) AS half_days FROM attendance GROUP BY class_id, trainee_id, "on") AS by_day
    GROUP BY class_id, trainee_id
) AS attended
WHERE enrolments.class_id = attended.class_id AND enrolments.trainee_id = attended.trainee_id
"""
COMPLETED = """
UPDATE classes SET completed_people = (SELECT count(*) FROM enrolments WHERE class_id = classes.id AND outcome = 'completed')
WHERE status = 'completed'
"""


def upgrade() -> None:
    op.add_column("enrolments", sa.Column("days_attended", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("enrolments", sa.Column("half_days_attended", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute(ATTENDED)
    op.add_column("classes", sa.Column("completed_people", sa.Integer()))
    op.execute(COMPLETED)
    op.create_check_constraint(op.f("classes_completed_people_check"), "classes", "(status = 'completed') = (completed_people IS NOT NULL)")
    op.add_column("class_inspections", sa.Column("inspected_by_name", sa.Text()))


def downgrade() -> None:
    op.drop_column("class_inspections", "inspected_by_name")
    op.drop_constraint(op.f("classes_completed_people_check"), "classes")
    op.drop_column("classes", "completed_people")
    op.drop_column("enrolments", "half_days_attended")
    op.drop_column("enrolments", "days_attended")
