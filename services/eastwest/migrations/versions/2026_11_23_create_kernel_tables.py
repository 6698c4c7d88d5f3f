"""Create the kernel's tables."""

from shared import kernel_revision

revision: str = "eastwest_0001"
down_revision: str | None = None
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    kernel_revision.create()


def downgrade() -> None:
    kernel_revision.drop()
