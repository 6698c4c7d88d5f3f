"""Keep pairs of people who may be one, and find them by name and birth date, phone, and what surrounds the birth date in a number."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0023"
down_revision: str | None = "registry_0022"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("trainees", sa.Column("phone_key", sa.LargeBinary()))
    op.add_column("trainees", sa.Column("number_frame_key", sa.LargeBinary()))
    op.create_index("trainees_name_birth_idx", "trainees", ["name", "birth_on", "id"])
    op.create_index("trainees_phone_key_idx", "trainees", ["phone_key", "id"])
    op.create_index("trainees_number_frame_key_idx", "trainees", ["number_frame_key", "name", "id"])
    op.create_table(
        "possible_duplicates",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("one_id", sa.Uuid(), sa.ForeignKey("trainees.id"), nullable=False),
        sa.Column("other_id", sa.Uuid(), sa.ForeignKey("trainees.id"), nullable=False),
        sa.Column("grounds", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_by_name", sa.Text()),
        sa.UniqueConstraint("one_id", "other_id", name="possible_duplicates_pair_key"),
        sa.CheckConstraint("one_id < other_id", name="pair"),
        sa.CheckConstraint("num_nulls(verdict, reason, decided_at, decided_by) IN (0, 4)", name="decided"),
        sa.CheckConstraint("verdict IN ('same', 'different')", name="verdict"),
    )
    op.create_index("possible_duplicates_other_id_idx", "possible_duplicates", ["other_id"])
    undecided = sa.text("verdict IS NULL")
    op.create_index("possible_duplicates_open_idx", "possible_duplicates", ["found_at", "id"], postgresql_where=undecided)


def downgrade() -> None:
    op.drop_table("possible_duplicates")
    for index in ("trainees_number_frame_key_idx", "trainees_phone_key_idx", "trainees_name_birth_idx"):
        op.drop_index(index, "trainees")
    op.drop_column("trainees", "number_frame_key")
    op.drop_column("trainees", "phone_key")
