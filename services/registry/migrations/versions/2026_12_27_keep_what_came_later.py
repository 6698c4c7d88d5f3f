"""Keep with a class's figures on which days after its last they grew, so that a board of an earlier day counts no class anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "registry_0074"
down_revision: str | None = "registry_0073"
branch_labels: None = None
depends_on: None = None

LATER = ("certified_later", "lapsed_later", "employed_later", "placed_later")
PLACED = ["ends_on", "placed", "completed", "channel", "programmes", "occupation_code"]


def upgrade() -> None:
    for name in LATER:
        op.add_column("class_figures", sa.Column(name, postgresql.ARRAY(sa.Date()), nullable=False, server_default="{}"))
        op.alter_column("class_figures", name, server_default=None)
    _indexes(["under", "settled_on", "ends_on"], None, ["ends_on", "settled_on", *PLACED[1:]])
    op.execute("INSERT INTO due_recounts (class_id) SELECT class_id FROM class_figures WHERE under = '' AND settled_on > ends_on")


def downgrade() -> None:
    _indexes(["settled_on"], sa.text("under = ''"), PLACED)
    for name in LATER:
        op.drop_column("class_figures", name)


def _indexes(settled: list[str], only: sa.TextClause | None, beside: list[str]) -> None:
    op.drop_index("class_figures_settled_on_idx", "class_figures")
    op.create_index("class_figures_settled_on_idx", "class_figures", settled, postgresql_where=only)
    op.drop_index("class_figures_least_placed_idx", "class_figures")
    op.create_index(
        "class_figures_least_placed_idx",
        "class_figures",
        [sa.text("(placed::double precision / completed::double precision)"), "class_id"],
        postgresql_include=beside,
        postgresql_where=sa.text("under = '' AND order_id IS NOT NULL AND completed > 0"),
    )
