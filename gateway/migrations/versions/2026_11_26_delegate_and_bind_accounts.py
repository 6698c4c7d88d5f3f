"""Let institutions have managers of their own accounts, let users be bound to a trusted issuer's subject, and name who made and confirmed an account."""

import sqlalchemy as sa
from alembic import op

revision: str = "gateway_0008"
down_revision: str | None = "gateway_0007"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    for table in ("clients", "users"):
        for column in ("made_by_name", "confirmed_by_name"):
            op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
    op.add_column("users", sa.Column("manager", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("users", sa.Column("issuer", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("subject", sa.Text(), nullable=True, comment="who the user is at the issuer"))
    op.alter_column("users", "password", nullable=True)
    op.create_check_constraint(op.f("users_manager_check"), "users", "NOT manager OR role = 'institution'")
    op.create_check_constraint(op.f("users_bound_check"), "users", "num_nulls(issuer, subject) IN (0, 2)")
    op.create_check_constraint(op.f("users_provable_check"), "users", "password IS NOT NULL OR subject IS NOT NULL")
    op.create_index("users_subject_key", "users", ["issuer", "subject"], unique=True, postgresql_where=sa.text("status <> 'disabled'"))
    op.create_index("users_subject_idx", "users", ["issuer", "subject"])
    op.create_index("users_institution_id_idx", "users", ["institution_id", "id"], postgresql_where=sa.text("institution_id IS NOT NULL"))
    op.create_index("users_persons_idx", "users", ["id"], postgresql_where=sa.text("role = 'person'"))


def downgrade() -> None:
    for index in ("persons_idx", "institution_id_idx", "subject_idx", "subject_key"):
        op.drop_index(f"users_{index}", table_name="users")
    for check in ("provable", "bound", "manager"):
        op.drop_constraint(op.f(f"users_{check}_check"), "users")
    op.execute("UPDATE users SET password = '' WHERE password IS NULL")
    op.alter_column("users", "password", nullable=False)
    for column in ("subject", "issuer", "manager"):
        op.drop_column("users", column)
    for table in ("clients", "users"):
        for column in ("confirmed_by_name", "made_by_name"):
            op.drop_column(table, column)
