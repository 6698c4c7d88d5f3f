"""Read what boards ask of classes that were held from one index."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0061"
down_revision: str | None = "registry_0059"
branch_labels: None = None
depends_on: None = None

COUNTED = ["institution_id", "completed_people", "demonstration", "order_id", "channel", "programmes", "occupation_code", "region_code", "zone_code", "department"]


def upgrade() -> None:
    op.create_index("classes_counted_idx", "classes", ["ends_on"], postgresql_include=COUNTED, postgresql_where=sa.text("status = 'completed'"))


def downgrade() -> None:
    op.drop_index("classes_counted_idx", "classes")
