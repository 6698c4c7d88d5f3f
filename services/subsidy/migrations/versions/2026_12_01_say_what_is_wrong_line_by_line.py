"""Say of single persons what is wrong; lists by town, by what is held, by how long they wait."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "subsidy_0017"
down_revision: str | None = "subsidy_0016"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    said = "what was said of single persons: trainee_id and reason of each"
    op.add_column("claim_decisions", sa.Column("lines", postgresql.JSONB(none_as_null=True), nullable=True, comment=said))
    counted = "the town it is counted in: the class's, or the person's where there is no class, as last judged"
    op.add_column("claims", sa.Column("counted_region_code", sa.Text(), nullable=True, comment=counted))
    op.create_index("claims_counted_region_idx", "claims", ["counted_region_code", "id"])
    op.create_index("claims_in_status_since_idx", "claims", ["in_status_since_at", "id"])
    op.create_index("claims_with_holds_idx", "claims", ["id"], postgresql_where=sa.text("holds <> '[]'::jsonb"))


def downgrade() -> None:
    for name in ("claims_with_holds_idx", "claims_in_status_since_idx", "claims_counted_region_idx"):
        op.drop_index(name, table_name="claims")
    op.drop_column("claims", "counted_region_code")
    op.drop_column("claim_decisions", "lines")
