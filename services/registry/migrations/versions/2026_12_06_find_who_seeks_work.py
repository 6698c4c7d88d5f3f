"""Keep the village a person lives in, and find who completed a class in a town and when."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0041"
down_revision: str | None = "registry_0031"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("trainees", sa.Column("village", sa.Text()))
    op.create_index("trainees_village_idx", "trainees", ["village", "id"])
    op.create_index(
        "enrolments_counted_region_code_idx",
        "enrolments",
        ["counted_region_code", "counted_on"],
        postgresql_where=sa.text("counted_on IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("enrolments_counted_region_code_idx", table_name="enrolments")
    op.drop_index("trainees_village_idx", table_name="trainees")
    op.drop_column("trainees", "village")
