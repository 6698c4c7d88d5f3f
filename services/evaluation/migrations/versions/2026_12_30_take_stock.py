"""Let a sheet's job have tables counted that the planner takes for none."""

from shared import kernel_revision

revision: str = "evaluation_0031"
down_revision: str | None = "evaluation_0030"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    kernel_revision.take_stock()


def downgrade() -> None:
    kernel_revision.take_no_stock()
