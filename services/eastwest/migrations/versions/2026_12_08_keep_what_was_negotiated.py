"""Keep what the office negotiated beside the wage."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "eastwest_0015"
down_revision: str | None = "eastwest_0014"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column("conditions", postgresql.JSONB(), comment="groups of posts by sex and age, lodging, meals, shift, contract_form"),
    )
    op.create_index(
        "placements_schools_unknown_idx", "placements", ["id"], postgresql_where=sa.text("institution_id IS NULL AND class_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("placements_schools_unknown_idx", table_name="placements")
    op.drop_column("orders", "conditions")
