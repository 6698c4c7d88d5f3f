"""Find what was done by its name, and enrolments by their outcome."""

from alembic import op

revision: str = "registry_0030"
down_revision: str | None = "registry_0027"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_index("audit_action_idx", "audit", ["action", "id"])
    op.create_index("enrolments_outcome_idx", "enrolments", ["outcome", "id"])


def downgrade() -> None:
    op.drop_index("enrolments_outcome_idx", table_name="enrolments")
    op.drop_index("audit_action_idx", table_name="audit")
