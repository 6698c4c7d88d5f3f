"""Find who was designated on a day from the index alone."""

from alembic import op

revision: str = "registry_0080"
down_revision: str | None = "registry_0079"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.drop_constraint("designations_from_on_key", "designations")
    op.create_index("designations_from_on_key", "designations", ["institution_id", "from_on"], unique=True, postgresql_include=["to_on"])


def downgrade() -> None:
    op.drop_index("designations_from_on_key", table_name="designations")
    op.create_unique_constraint("designations_from_on_key", "designations", ["institution_id", "from_on"])
