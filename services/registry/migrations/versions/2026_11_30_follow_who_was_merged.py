"""Follow who was merged: a number stays one person's, merges are kept as they were made, and what was copied or told bears whose it was."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0018"
down_revision: str | None = "registry_0021"
branch_labels: None = None
depends_on: None = None

COPIED = ("trainee_categories", "trainee_sightings")
TOLD = ("known_certificates", "known_placements")
# A number that was given to another since its holder was merged is that one's; of several merged ones the latest has it.
HELD_BY_ANOTHER = (
    "UPDATE trainees SET holds_number = false WHERE merged_into IS NOT NULL AND EXISTS (SELECT FROM trainees other"
    " WHERE other.id_number_key = trainees.id_number_key AND other.id <> trainees.id AND (other.merged_into IS NULL OR other.id > trainees.id))"
)


def upgrade() -> None:
    op.add_column("trainees", sa.Column("holds_number", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.execute(HELD_BY_ANOTHER)
    op.create_check_constraint("holds_number", "trainees", "holds_number OR merged_into IS NOT NULL")
    op.drop_index("trainees_merged_number_idx", table_name="trainees")
    op.drop_index("trainees_id_number_key", table_name="trainees")
    op.create_index("trainees_id_number_key", "trainees", ["id_number_key"], unique=True, postgresql_where=sa.text("holds_number"))
    op.create_table(
        "merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("trainee_id <> into_id", name=op.f("merges_into_id_check")),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainees.id"], name=op.f("merges_trainee_id_fkey")),
        sa.ForeignKeyConstraint(["into_id"], ["trainees.id"], name=op.f("merges_into_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("merges_pkey")),
    )
    op.create_index("merges_standing_key", "merges", ["trainee_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL"))
    op.create_index("merges_into_id_idx", "merges", ["into_id"], postgresql_where=sa.text("ended_at IS NULL"))
    op.execute(
        "INSERT INTO merges (id, trainee_id, into_id, merged_at)"
        " SELECT gen_random_uuid(), id, merged_into, changed_at FROM trainees WHERE merged_into IS NOT NULL"
    )
    kernel_revision.keep_rows("merges", fixed=("id", "trainee_id", "into_id", "merged_at"), settled=("old.ended_at IS NOT NULL", ("ended_at",)))
    for table in COPIED:
        op.add_column(table, sa.Column("merged_from", sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"{table}_merged_from_fkey"), table, "trainees", ["merged_from"], ["id"])
    kernel_revision.let_go("trainee_sightings")
    kernel_revision.keep_rows("trainee_sightings", deleted=True)
    for table in TOLD:
        op.add_column(table, sa.Column("told_of", sa.Uuid(), nullable=True))
        op.execute(f"UPDATE {table} SET told_of = trainee_id")
        op.alter_column(table, "told_of", nullable=False)
        op.create_index(f"{table}_told_of_idx", table, ["told_of"])


def downgrade() -> None:
    for table in TOLD:
        op.drop_column(table, "told_of")
    kernel_revision.let_go("trainee_sightings")
    kernel_revision.keep_rows("trainee_sightings")
    for table in COPIED:
        op.drop_column(table, "merged_from")
    op.drop_table("merges")
    op.drop_index("trainees_id_number_key", table_name="trainees")
    op.create_index("trainees_id_number_key", "trainees", ["id_number_key"], unique=True, postgresql_where=sa.text("merged_into IS NULL"))
    op.create_index("trainees_merged_number_idx", "trainees", ["id_number_key"], postgresql_where=sa.text("merged_into IS NOT NULL"))
    op.drop_column("trainees", "holds_number")
