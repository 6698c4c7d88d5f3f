"""Find the order classes of which the fewest were placed without reading their rows; the index of classes by town and state moved no figure."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0073"
down_revision: str | None = "registry_0072"
branch_labels: None = None
depends_on: None = None

INDEX = "class_figures_least_placed_idx"
BESIDE = ["ends_on", "placed", "completed", "channel", "programmes", "occupation_code"]


def upgrade() -> None:
    op.drop_index("classes_region_code_status_idx", "classes")
    _index(BESIDE)


def downgrade() -> None:
    _index(None)
    op.create_index("classes_region_code_status_idx", "classes", ["region_code", "status", "starts_on"])


def _index(beside: list[str] | None) -> None:
    op.drop_index(INDEX, "class_figures")
    op.create_index(
        INDEX,
        "class_figures",
        [sa.text("(placed::double precision / completed::double precision)"), "class_id"],
        postgresql_include=beside,
        postgresql_where=sa.text("under = '' AND order_id IS NOT NULL AND completed > 0"),
    )
