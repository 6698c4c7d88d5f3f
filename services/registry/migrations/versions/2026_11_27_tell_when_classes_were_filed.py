"""Tell when classes were filed and approved, why late and why needed; and in which half-day they were inspected."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0011"
down_revision: str | None = "registry_0010"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    for name, kind in (("need_reason", sa.Text()), ("late_reason", sa.Text())):
        op.add_column("classes", sa.Column(name, kind))
    for name in ("filed_at", "approved_at"):
        op.add_column("classes", sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column("class_inspections", sa.Column("half_day", sa.Text()))
    op.create_check_constraint("half_day", "class_inspections", "half_day IN ('am', 'pm')")


def downgrade() -> None:
    op.drop_column("class_inspections", "half_day")
    for name in ("approved_at", "filed_at", "late_reason", "need_reason"):
        op.drop_column("classes", name)
