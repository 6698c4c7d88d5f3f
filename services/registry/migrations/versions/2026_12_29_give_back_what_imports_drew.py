"""Give back the seats that classes of past years had drawn: they are imported as completed, and draw none."""

from alembic import op

revision: str = "registry_0076"
down_revision: str | None = "registry_0075"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.execute("""
        WITH gone AS (DELETE FROM seat_draws d USING classes c WHERE c.id = d.class_id AND c.imported RETURNING d.plan_id, d.seats)
        UPDATE seat_plans p SET drawn = p.drawn - back.seats, version = p.version + 1
        FROM (SELECT plan_id, sum(seats) AS seats FROM gone GROUP BY plan_id) back WHERE back.plan_id = p.id
    """)


def downgrade() -> None:
    pass
