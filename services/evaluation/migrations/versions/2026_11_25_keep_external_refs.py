"""Keep the numbers that other platforms gave assessments and certificates, and find papers by part of a number and in the order of their days."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "evaluation_0004"
down_revision: str | None = "evaluation_0003"
branch_labels: None = None
depends_on: None = None

NOUNS = ("assessments", "certificates")
ORDERS = (("assessments", "held_on"), ("certificates", "issued_on"), ("certificates", "registered_at"))


def upgrade() -> None:
    for noun in NOUNS:
        op.add_column(noun, sa.Column("external_refs", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False))
        op.create_index(
            f"{noun}_external_refs_idx", noun, ["external_refs"], postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}
        )
    for noun, column in ORDERS:
        op.create_index(f"{noun}_{column}_idx", noun, [column, "id"])
    op.create_index("certificates_number_part_idx", "certificates", ["number"], postgresql_using="gin", postgresql_ops={"number": "gin_trgm_ops"})


def downgrade() -> None:
    op.drop_index("certificates_number_part_idx", "certificates")
    for noun, column in ORDERS:
        op.drop_index(f"{noun}_{column}_idx", noun)
    for noun in NOUNS:
        op.drop_index(f"{noun}_external_refs_idx", noun)
        op.drop_column(noun, "external_refs")
