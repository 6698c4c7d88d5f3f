"""End tokens before their time: what they were given for, and what of it has ended."""

import sqlalchemy as sa
from alembic import op

revision: str = "gateway_0004"
down_revision: str | None = "gateway_0003"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("clients", sa.Column("sid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False))
    op.create_table(
        "ended_tokens",
        sa.Column("sid", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("ended_tokens_pkey")),
    )
    op.create_index("ended_tokens_ended_at_idx", "ended_tokens", ["ended_at"], unique=False)


def downgrade() -> None:
    op.drop_table("ended_tokens")
    op.drop_column("clients", "sid")
