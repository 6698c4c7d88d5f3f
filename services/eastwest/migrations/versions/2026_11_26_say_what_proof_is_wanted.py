"""Say of a placement which month's proof is wanted, and since when."""

import sqlalchemy as sa
from alembic import op

revision: str = "eastwest_0007"
down_revision: str | None = "eastwest_0006"
branch_labels: None = None
depends_on: None = None

UNPROVEN = sa.text("retained_on IS NULL AND proof_due_on IS NOT NULL")


def upgrade() -> None:
    for day in ("proof_wanted_on", "proof_due_on"):
        op.add_column("placements", sa.Column(day, sa.Date(), nullable=True))
    # Whoever is at work is taken to lack the first month until something is reported of them, which is when all months are looked at.
    op.execute(
        "UPDATE placements SET proof_wanted_on = started_on, proof_due_on = (started_on + interval '1 month')::date - 1"
        " WHERE started_on IS NOT NULL AND retained_on IS NULL"
    )
    op.drop_index("placements_not_retained_idx", table_name="placements")
    op.create_index("placements_proof_due_idx", "placements", ["proof_due_on", "id"], unique=False, postgresql_where=UNPROVEN)
    arranged = sa.text("started_on IS NULL")
    op.create_index("placements_arranged_idx", "placements", ["entered_at", "id"], unique=False, postgresql_where=arranged)


def downgrade() -> None:
    op.drop_index("placements_arranged_idx", table_name="placements")
    op.drop_index("placements_proof_due_idx", table_name="placements")
    not_retained = sa.text("retained_on IS NULL")
    op.create_index("placements_not_retained_idx", "placements", ["started_on", "id"], unique=False, postgresql_where=not_retained)
    for day in ("proof_wanted_on", "proof_due_on"):
        op.drop_column("placements", day)
