"""Keep the actor's name in the audit trail."""

from shared import kernel_revision

revision: str = "subsidy_0003"
down_revision: str | None = "subsidy_0002"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    kernel_revision.keep_actor_names()


def downgrade() -> None:
    kernel_revision.drop_actor_names()
