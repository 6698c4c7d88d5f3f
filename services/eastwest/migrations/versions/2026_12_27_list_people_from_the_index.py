"""List whom a day counts from the index alone."""

from alembic import op

revision: str = "eastwest_0026"
down_revision: str | None = "eastwest_0025"
branch_labels: None = None
depends_on: None = None

TOLD = ["trainee_id", "placement_id", "met", "trained"]


def upgrade() -> None:
    op.drop_index("placement_figures_counts_on_idx", table_name="placement_figures")
    op.create_index("placement_figures_counts_on_idx", "placement_figures", ["counts_on"], postgresql_include=TOLD)


def downgrade() -> None:
    op.drop_index("placement_figures_counts_on_idx", table_name="placement_figures")
    op.create_index("placement_figures_counts_on_idx", "placement_figures", ["counts_on"])
