"""Follow who was merged, and back: whom an id stands for, and of whom each row was."""

import sqlalchemy as sa
from alembic import op

revision: str = "subsidy_0016"
down_revision: str | None = "subsidy_0015"
branch_labels: None = None
depends_on: None = None

MOVED = ("claims", "claim_lines", "entitlements", "claim_appeals")
WHOSE = "of whom it was before they were merged into this one"
# The merges that moved something here before are in the trail; the last word of one person's stands.
KNOWN = (
    "INSERT INTO merged_trainees (id, kept_id) SELECT DISTINCT ON (1) (details->>'trainee_id')::uuid, (details->>'merged_into')::uuid"
    " FROM audit WHERE action = 'claim.trainee_merged' ORDER BY 1, audit.id DESC"
)
ONE_STEP = "UPDATE merged_trainees SET kept_id = further.kept_id FROM merged_trainees further WHERE further.id = merged_trainees.kept_id"


def upgrade() -> None:
    op.create_table(
        "merged_trainees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("merged_trainees_pkey")),
    )
    op.create_index("merged_trainees_kept_id_idx", "merged_trainees", ["kept_id"])
    op.execute(KNOWN)
    op.execute(ONE_STEP)
    for table in MOVED:
        op.add_column(table, sa.Column("merged_from", sa.Uuid(), nullable=True, comment=WHOSE))


def downgrade() -> None:
    for table in MOVED:
        op.drop_column(table, "merged_from")
    op.drop_table("merged_trainees")
