"""Import lists of trainees and of payments made elsewhere."""

from alembic import op

revision: str = "registry_0022"
down_revision: str | None = "registry_0018"
branch_labels: None = None
depends_on: None = None

KINDS = "'roster', 'sign_in', 'teachers', 'status_records'"


def upgrade() -> None:
    op.drop_constraint(op.f("imports_kind_check"), "imports", type_="check")
    op.create_check_constraint(op.f("imports_kind_check"), "imports", f"kind IN ({KINDS}, 'trainees', 'outside_payments')")


def downgrade() -> None:
    op.drop_constraint(op.f("imports_kind_check"), "imports", type_="check")
    op.create_check_constraint(op.f("imports_kind_check"), "imports", f"kind IN ({KINDS})")
