"""List enrolments by the day they count on, since what classes are counted from that day their figures say; imports by kind, state and town, however rare."""

from alembic import op

revision: str = "registry_0067"
down_revision: str | None = "registry_0066"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.drop_index("enrolments_counted_on_idx", table_name="enrolments")
    op.create_index("enrolments_counted_on_idx", "enrolments", ["counted_on", "id"])
    op.create_index("imports_kind_idx", "imports", ["kind", "id"])
    op.create_index("imports_status_idx", "imports", ["status", "id"])
    op.create_index("imports_owner_region_code_idx", "imports", ["owner_region_code", "id"])


def downgrade() -> None:
    op.drop_index("imports_owner_region_code_idx", table_name="imports")
    op.drop_index("imports_status_idx", table_name="imports")
    op.drop_index("imports_kind_idx", table_name="imports")
    op.drop_index("enrolments_counted_on_idx", table_name="enrolments")
    op.create_index("enrolments_counted_on_idx", "enrolments", ["counted_on", "class_id", "counted_region_code"])
