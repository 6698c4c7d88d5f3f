"""Enrol from a day on, and late with a reason; take attendance and work back that were told wrongly."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0017"
down_revision: str | None = "registry_0023"
branch_labels: None = None
depends_on: None = None

HALF_DAY = ("trainee_id", "on", "half_day")
WORK = ("enrolment_id", "kind", "employer", "from_on")
KEPT = {
    "attendance": ("id", "class_id", "trainee_id", '"on"', "half_day", "source", "signed_at", "recorded_at", "corrects"),
    "employments": ("id", "enrolment_id", "kind", "employer", "from_on", "until_on", "grade", "proof", "recorded_at", "corrects"),
}
SETTLED = ("old.voided_at IS NOT NULL", ("voided_at", "void_reason"))
STANDS = sa.text("voided_at IS NULL")


def upgrade() -> None:
    op.add_column("enrolments", sa.Column("from_on", sa.Date()))
    for name in ("reason", "proof"):
        op.add_column("enrolments", sa.Column(name, sa.Text()))
    for table, kept in KEPT.items():
        kernel_revision.let_go(table)
        op.add_column(table, sa.Column("corrects", sa.Uuid(), sa.ForeignKey(f"{table}.id")))
        op.add_column(table, sa.Column("voided_at", sa.DateTime(timezone=True)))
        op.add_column(table, sa.Column("void_reason", sa.Text()))
        op.create_check_constraint("voided_whole", table, "num_nulls(voided_at, void_reason) IN (0, 2)")
        if table == "employments":
            _void_what_was_told_twice()
        kernel_revision.keep_rows(table, fixed=kept, settled=SETTLED)
    op.drop_constraint(op.f("attendance_half_day_key"), "attendance", type_="unique")
    op.create_index("attendance_half_day_key", "attendance", HALF_DAY, unique=True, postgresql_where=STANDS)
    op.create_index("employments_from_on_key", "employments", WORK, unique=True, postgresql_where=STANDS, postgresql_nulls_not_distinct=True)


def _void_what_was_told_twice() -> None:
    """The latest stands."""
    op.execute(
        """
        UPDATE employments SET voided_at = employments.recorded_at, void_reason = '重复记录'
        FROM employments AS later
        WHERE later.enrolment_id = employments.enrolment_id AND later.kind = employments.kind AND later.from_on = employments.from_on
          AND later.employer IS NOT DISTINCT FROM employments.employer AND later.id > employments.id
        """
    )


def downgrade() -> None:
    op.drop_index("employments_from_on_key", "employments")
    op.drop_index("attendance_half_day_key", "attendance")
    for table in KEPT:
        kernel_revision.let_go(table)
        op.drop_column(table, "corrects")
        op.execute(f"DELETE FROM {table} WHERE voided_at IS NOT NULL")
        op.drop_constraint(op.f(f"{table}_voided_whole_check"), table)
        for name in ("void_reason", "voided_at"):
            op.drop_column(table, name)
        kernel_revision.keep_rows(table)
    op.create_unique_constraint("attendance_half_day_key", "attendance", HALF_DAY)
    for name in ("proof", "reason", "from_on"):
        op.drop_column("enrolments", name)
