"""Dishes by their recipe, brands by their classes; complaints about what came from a class by that class; classes of past years are found."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0058"
down_revision: str | None = "registry_0043"
branch_labels: None = None
depends_on: None = None

OF_DISH = ("created_on", "recipe_standard", "recipe_standard_file_id")


def upgrade() -> None:
    op.add_column("brands", sa.Column("created_on", sa.Date()))
    op.add_column("brands", sa.Column("recipe_standard", sa.Text()))
    op.add_column("brands", sa.Column("recipe_standard_file_id", sa.Uuid(), sa.ForeignKey("files.id")))
    op.add_column("brands", sa.Column("class_ids", sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False))
    op.create_check_constraint("of_dish", "brands", f"kind = 'dish' OR num_nonnulls({', '.join(OF_DISH)}) = 0")
    _of_class("subject_kind <> 'class' OR class_id IS NOT NULL")
    op.create_index("classes_imported_idx", "classes", ["imported", "id"])


def downgrade() -> None:
    op.drop_index("classes_imported_idx", table_name="classes")
    _of_class("(subject_kind = 'class') = (class_id IS NOT NULL)")
    op.drop_constraint(op.f("brands_of_dish_check"), "brands")
    for name in ("class_ids", *reversed(OF_DISH)):
        op.drop_column("brands", name)


def _of_class(condition: str) -> None:
    op.drop_constraint(op.f("complaints_of_class_check"), "complaints")
    op.create_check_constraint("of_class", "complaints", condition)
