"""Keep the numbers that other platforms gave orders and placements; the bureau's own references stand under a word that names no place."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import county

revision: str = "eastwest_0004"
down_revision: str | None = "eastwest_0003"
branch_labels: None = None
depends_on: None = None

NOUNS = ("orders", "placements")
OFFICES = ("placement_offices", "placement_updates", "placement_imports")
BUREAU, BEFORE = "bureau", county.here().name_en.lower()


def upgrade() -> None:
    for noun in NOUNS:
        op.add_column(noun, sa.Column("external_refs", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False))
        op.create_index(
            f"{noun}_external_refs_idx", noun, ["external_refs"], postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}
        )
    op.create_index("orders_ordered_on_idx", "orders", ["ordered_on", "id"])
    _rename(BEFORE, BUREAU)


def downgrade() -> None:
    _rename(BUREAU, BEFORE)
    op.drop_index("orders_ordered_on_idx", "orders")
    for noun in NOUNS:
        op.drop_index(f"{noun}_external_refs_idx", noun)
        op.drop_column(noun, "external_refs")


def _rename(before: str, after: str) -> None:
    for table in OFFICES:
        office = sa.column("office", sa.Text())
        op.execute(sa.update(sa.table(table, office)).where(office == before).values(office=after))
