"""Erase people on request, with the key of their history; count who looks up how many numbers; find who is without the keys that duplicates are found by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "registry_0024"
down_revision: str | None = "registry_0028"
branch_labels: None = None
depends_on: None = None

WITHOUT_LIKENESS = "number_frame_key IS NULL AND length(id_number_masked) = 18 OR phone_key IS NULL AND phone IS NOT NULL"
ASKED = ("trainee_id", "reason", "on_behalf", "proof", "asked_by", "asked_by_person", "asked_at", "id")
DECIDED = ("status", "decided_by", "decided_by_name", "decided_at", "decision_reason", "erased", "kept", "holds", "version")
CORRECTED = ("trainee_id", "field", "proposed", "proposed_masked", "reason", "asked_by", "asked_by_person", "asked_at", "id")
CORRECTION_DECIDED = ("old.status <> 'open'", ("status", "decided_by", "decided_at", "decision_reason", "version"))
MERGED = ("id", "trainee_id", "into_id", "merged_at")
MERGE_ENDED = ("old.ended_at IS NOT NULL", ("ended_at",))


def upgrade() -> None:
    op.add_column("trainees", sa.Column("history_key", sa.LargeBinary()))
    op.create_index("trainees_without_likeness_idx", "trainees", ["id"], postgresql_where=sa.text(WITHOUT_LIKENESS))
    op.create_table(
        "erasure_requests",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("proof", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_by_person", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_by_name", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_reason", sa.Text()),
        sa.Column("erased", sa.ARRAY(sa.Text())),
        sa.Column("kept", sa.ARRAY(sa.Text())),
        sa.Column("holds", postgresql.JSONB()),
        sa.CheckConstraint("status IN ('open', 'granted', 'refused')", name="status"),
    )
    open_ = sa.text("status = 'open'")
    op.create_index("erasure_requests_open_key", "erasure_requests", ["trainee_id"], unique=True, postgresql_where=open_)
    op.create_index("erasure_requests_trainee_id_idx", "erasure_requests", ["trainee_id", "id"])
    op.create_index("erasure_requests_asked_at_idx", "erasure_requests", ["asked_at", "id"], postgresql_where=open_)
    kernel_revision.keep_rows("erasure_requests", fixed=ASKED, settled=("old.status <> 'open'", DECIDED))
    op.create_table(
        "harvests",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text()),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid()),
        sa.Column("looked_up", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("revealed", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alarmed_at", sa.DateTime(timezone=True)),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
        sa.Column("acknowledged_by", sa.Text()),
        sa.Column("acknowledged_by_name", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.CheckConstraint("unknown <= looked_up", name="unknown"),
        sa.CheckConstraint("num_nulls(acknowledged_at, acknowledged_by, reason) IN (0, 3)", name="acknowledged"),
    )
    alarmed = sa.text("alarmed_at IS NOT NULL")
    op.create_index("harvests_day_key", "harvests", ["who", "on"], unique=True, postgresql_where=sa.text("acknowledged_at IS NULL"))
    op.create_index("harvests_alarmed_idx", "harvests", ["id"], postgresql_where=alarmed)
    op.create_index("harvests_alarmed_at_idx", "harvests", ["alarmed_at", "id"], postgresql_where=alarmed)
    op.create_index("harvests_first_at_idx", "harvests", ["first_at"])
    kernel_revision.let_go("trainee_corrections", "merges")
    kernel_revision.keep_rows("trainee_corrections", fixed=CORRECTED, deleted=True, settled=CORRECTION_DECIDED)
    kernel_revision.keep_rows("merges", fixed=MERGED, deleted=True, settled=MERGE_ENDED)


def downgrade() -> None:
    kernel_revision.let_go("trainee_corrections", "merges")
    kernel_revision.keep_rows("merges", fixed=MERGED, settled=MERGE_ENDED)
    kernel_revision.keep_rows("trainee_corrections", fixed=CORRECTED, settled=CORRECTION_DECIDED)
    op.drop_table("harvests")
    op.drop_table("erasure_requests")
    op.drop_index("trainees_without_likeness_idx", "trainees")
    op.drop_column("trainees", "history_key")
