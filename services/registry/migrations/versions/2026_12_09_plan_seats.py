"""Plan how many seats an institution is offered in a year's classes of a channel, and keep which classes have drawn on them."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0052"
down_revision: str | None = "registry_0035"
branch_labels: None = None
depends_on: None = None

CHANNELS = (
    "agricultural_short",
    "project",
    "startup",
    "apprenticeship",
    "pre_job",
    "transfer",
    "upskill",
    "high_skill",
    "new_occupation",
    "safety",
    "social",
)


def upgrade() -> None:
    op.create_table(
        "seat_plans",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), sa.ForeignKey("institutions.id"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text()),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("institution_id", "year", "channel", name="seat_plans_year_key"),
        sa.CheckConstraint(f"channel IN ({', '.join(map(repr, CHANNELS))})", name="channel"),
        sa.CheckConstraint("seats >= 0 AND extra >= 0", name="seats"),
        sa.CheckConstraint("drawn BETWEEN 0 AND seats + extra", name="drawn"),
    )
    op.create_index("seat_plans_by_year_idx", "seat_plans", ["year", "id"])
    kernel_revision.keep_rows("seat_plans", fixed=("id", "year", "institution_id", "channel", "planned_at"))
    op.create_table(
        "seat_draws",
        sa.Column("class_id", sa.Uuid(), sa.ForeignKey("classes.id"), primary_key=True),
        sa.Column("plan_id", sa.Uuid(), sa.ForeignKey("seat_plans.id"), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats > 0", name="seats"),
    )
    op.create_index("seat_draws_plan_id_idx", "seat_draws", ["plan_id", "class_id"])
    kernel_revision.keep_rows("seat_draws", deleted=True)


def downgrade() -> None:
    kernel_revision.let_go("seat_draws", "seat_plans")
    op.drop_table("seat_draws")
    op.drop_table("seat_plans")
