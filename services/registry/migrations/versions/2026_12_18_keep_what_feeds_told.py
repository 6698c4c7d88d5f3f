"""Keep what followed feeds told, so that one that was restored to an earlier moment can be followed back."""

from shared import kernel_revision

revision: str = "registry_0063"
down_revision: str | None = "registry_0062"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    kernel_revision.keep_batches()


def downgrade() -> None:
    kernel_revision.drop_batches()
