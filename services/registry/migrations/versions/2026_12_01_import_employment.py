"""Import lists of the work that people had or found."""

from alembic import op

revision: str = "registry_0027"
down_revision: str | None = "registry_0029"
branch_labels: None = None
depends_on: None = None

KINDS = "'roster', 'sign_in', 'teachers', 'status_records', 'trainees', 'outside_payments'"


def upgrade() -> None:
    op.drop_constraint(op.f("imports_kind_check"), "imports", type_="check")
    op.create_check_constraint(op.f("imports_kind_check"), "imports", f"kind IN ({KINDS}, 'employment')")


def downgrade() -> None:
    op.drop_constraint(op.f("imports_kind_check"), "imports", type_="check")
    op.create_check_constraint(op.f("imports_kind_check"), "imports", f"kind IN ({KINDS})")
