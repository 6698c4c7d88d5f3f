"""Find the order classes of a year of which the fewest were placed where the index of that year begins, by the names that it has with it; leave with a class's
last day what colleges are asked for alone, since boards read the rest from what is kept."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0082"
down_revision: str | None = "registry_0081"
branch_labels: None = None
depends_on: None = None

INDEX = "class_figures_least_placed_idx"
SHARE = sa.text("(placed::double precision / completed::double precision)")
BESIDE = ["ends_on", "settled_on", "placed", "completed", "channel", "programmes", "occupation_code"]
COUNTED = ("institution_id", "completed_people")
COUNTED_BEFORE = (*COUNTED, "demonstration", "order_id", "channel", "programmes", "occupation_code", "region_code", "zone_code", "department")
TOLD = ("demonstration", "imported", "name")


def upgrade() -> None:
    op.add_column("class_figures", sa.Column("name", sa.Text()))
    op.execute("ALTER TABLE class_figures DISABLE TRIGGER class_figures_tally_update")  # the sums do not know it
    op.execute("UPDATE class_figures SET name = c.name FROM classes AS c WHERE c.id = class_id")
    op.execute("ALTER TABLE class_figures ENABLE TRIGGER class_figures_tally_update")
    op.alter_column("class_figures", "name", nullable=False)
    _tell(*TOLD)
    _index([sa.text("(EXTRACT(year FROM ends_on)::integer)"), SHARE, "class_id"], [*BESIDE, "name"])
    _counted(COUNTED)


def downgrade() -> None:
    _counted(COUNTED_BEFORE)
    _index([SHARE, "class_id"], BESIDE)
    _tell(*TOLD[:-1])
    op.drop_column("class_figures", "name")


def _tell(*names: str) -> None:
    was, now = (", ".join(f"{row}.{name}" for name in names) for row in ("gone", "made"))
    told = f"SELECT DISTINCT made.id FROM gone JOIN made USING (id) WHERE ROW({was}) IS DISTINCT FROM ROW({now})"
    op.execute(
        f"CREATE OR REPLACE FUNCTION classes_recounts_more() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE told uuid[] := ARRAY({told}); BEGIN"
        " IF told <> '{}' THEN PERFORM recount_classes(told); END IF; RETURN NULL; END $$"
    )


def _counted(beside: tuple[str, ...]) -> None:
    op.drop_index("classes_counted_idx", "classes")
    op.create_index(
        "classes_counted_idx", "classes", ["ends_on"], postgresql_include=beside, postgresql_where=sa.text("status = 'completed'")
    )


def _index(by: list[sa.TextClause | str], beside: list[str]) -> None:
    op.drop_index(INDEX, "class_figures")
    op.create_index(
        INDEX,
        "class_figures",
        by,
        postgresql_include=beside,
        postgresql_where=sa.text("under = '' AND order_id IS NOT NULL AND completed > 0"),
    )
