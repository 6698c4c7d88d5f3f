"""Keep on institutions, teachers, enrolments and brands the numbers other platforms gave them; indexes for what lists sort by and seek in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "registry_0005"
down_revision: str | None = "registry_0004"
branch_labels: None = None
depends_on: None = None

REFERENCED = ("institutions", "teachers", "enrolments", "brands")
SOUGHT_IN = (("institutions_uscc_idx", "institutions", "uscc"), ("classes_name_idx", "classes", "name"), ("classes_number_part_idx", "classes", "number"))
SORTED_BY = (("trainees_registered_at_idx", "trainees", "registered_at"), ("classes_starts_on_idx", "classes", "starts_on"))


def upgrade() -> None:
    for table in REFERENCED:
        op.add_column(table, sa.Column("external_refs", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False))
        op.create_index(
            f"{table}_external_refs_idx", table, ["external_refs"], postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}
        )
    for name, table, column in SOUGHT_IN:
        op.create_index(name, table, [column], postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"})
    for name, table, column in SORTED_BY:
        op.create_index(name, table, [column, "id"])


def downgrade() -> None:
    for name, table, _ in (*SORTED_BY, *SOUGHT_IN):
        op.drop_index(name, table)
    for table in REFERENCED:
        op.drop_index(f"{table}_external_refs_idx", table)
        op.drop_column(table, "external_refs")
