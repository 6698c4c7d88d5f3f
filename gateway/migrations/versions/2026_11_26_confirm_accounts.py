"""Let accounts wait for a second administrator: how each stands, who was shown its secret, who confirmed it."""

import sqlalchemy as sa
from alembic import op

revision: str = "gateway_0006"
down_revision: str | None = "gateway_0005"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    for table in ("clients", "users"):
        op.add_column(table, sa.Column("status", sa.Text(), server_default="active", nullable=False))
        op.add_column(table, sa.Column("made_by", sa.Uuid(), nullable=True, comment="the person who was shown its present secret"))
        op.add_column(
            table, sa.Column("confirmed_by", sa.Uuid(), nullable=True, comment="the other person, who said that it is as it should be")
        )
        op.execute(f"UPDATE {table} SET status = 'disabled' WHERE disabled_at IS NOT NULL")
        op.create_check_constraint(op.f(f"{table}_status_check"), table, "status IN ('pending', 'active', 'disabled')")
        op.create_check_constraint(op.f(f"{table}_disabled_at_check"), table, "(status = 'disabled') = (disabled_at IS NOT NULL)")
        op.create_check_constraint(op.f(f"{table}_four_eyes_check"), table, "confirmed_by <> made_by")
        op.create_check_constraint(op.f(f"{table}_pending_check"), table, "status <> 'pending' OR confirmed_by IS NULL")


def downgrade() -> None:
    for table in ("clients", "users"):
        for check in ("pending", "four_eyes", "disabled_at", "status"):
            op.drop_constraint(op.f(f"{table}_{check}_check"), table)
        for column in ("confirmed_by", "made_by", "status"):
            op.drop_column(table, column)
