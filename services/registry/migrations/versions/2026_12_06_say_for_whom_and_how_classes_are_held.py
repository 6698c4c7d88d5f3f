"""Say of classes for whom they are held, for which posts, how and in which zone; of their timetable where; of attendance how long on which platform."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "registry_0032"
down_revision: str | None = "registry_0041"
branch_labels: None = None
depends_on: None = None

KINDS, DELIVERIES = ("ordinary", "order", "titled", "directed"), ("on_site", "online", "mixed")
KIND_WHOLE = """CASE kind WHEN 'ordinary' THEN num_nonnulls(order_id, sponsor) = 0 WHEN 'order' THEN num_nonnulls(order_id, sponsor) > 0
ELSE sponsor IS NOT NULL END"""
ATTENDANCE = ("id", "class_id", "trainee_id", '"on"', "half_day", "source", "signed_at", "recorded_at", "corrects")
ONLINE = ("minutes", "platform", "counted")
SETTLED = ("old.voided_at IS NOT NULL", ("voided_at", "void_reason"))


def upgrade() -> None:
    for name in ("zone_code", "sponsor"):
        op.add_column("classes", sa.Column(name, sa.Text()))
    op.add_column("classes", sa.Column("kind", sa.Text(), server_default="ordinary", nullable=False))
    op.add_column("classes", sa.Column("posts", postgresql.JSONB(), server_default="[]", nullable=False))
    op.add_column("classes", sa.Column("delivery", sa.Text(), server_default="on_site", nullable=False))
    op.execute("UPDATE classes SET kind = 'order' WHERE order_id IS NOT NULL")
    op.create_check_constraint("kind", "classes", f"kind IN {KINDS}")
    op.create_check_constraint("delivery", "classes", f"delivery IN {DELIVERIES}")
    op.create_check_constraint("kind_whole", "classes", KIND_WHOLE)
    for name in ("zone_code", "kind", "delivery"):
        op.create_index(f"classes_{name}_idx", "classes", [name, "id"])
    op.add_column("class_sessions", sa.Column("place", sa.Text()))
    kernel_revision.let_go("attendance")
    op.add_column("attendance", sa.Column("minutes", sa.Integer()))
    op.add_column("attendance", sa.Column("platform", sa.Text()))
    op.add_column("attendance", sa.Column("counted", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.create_check_constraint("online", "attendance", "num_nulls(minutes, platform) = 2 OR (source = 'online' AND num_nulls(minutes, platform) = 0)")
    op.create_check_constraint("minutes", "attendance", "minutes >= 0")
    kernel_revision.keep_rows("attendance", fixed=(*ATTENDANCE, *ONLINE), settled=SETTLED)


def downgrade() -> None:
    kernel_revision.let_go("attendance")
    for name in ("minutes", "online"):
        op.drop_constraint(op.f(f"attendance_{name}_check"), "attendance")
    for name in reversed(ONLINE):
        op.drop_column("attendance", name)
    kernel_revision.keep_rows("attendance", fixed=ATTENDANCE, settled=SETTLED)
    op.drop_column("class_sessions", "place")
    for name in ("delivery", "kind", "zone_code"):
        op.drop_index(f"classes_{name}_idx", table_name="classes")
    for name in ("kind_whole", "delivery", "kind"):
        op.drop_constraint(op.f(f"classes_{name}_check"), "classes")
    for name in ("delivery", "posts", "kind", "sponsor", "zone_code"):
        op.drop_column("classes", name)
