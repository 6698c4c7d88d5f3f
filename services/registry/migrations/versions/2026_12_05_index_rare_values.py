"""Find classes by their order and those that are demonstrations without walking through all there are."""

from alembic import op

revision: str = "registry_0031"
down_revision: str | None = "registry_0030"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_index("classes_order_id_idx", "classes", ["order_id", "id"])
    op.create_index("classes_demonstration_idx", "classes", ["demonstration", "id"])


def downgrade() -> None:
    op.drop_index("classes_demonstration_idx", table_name="classes")
    op.drop_index("classes_order_id_idx", table_name="classes")
