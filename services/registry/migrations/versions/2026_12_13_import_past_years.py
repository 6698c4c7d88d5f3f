"""Keep the imports of past years, and which classes are of them."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0056"
down_revision: str | None = "registry_0054"
branch_labels: None = None
depends_on: None = None

FILED = "occupation_code IS NOT NULL OR (trade_name IS NOT NULL AND trade_filing_no IS NOT NULL)"
FILED_OR_IMPORTED = "occupation_code IS NOT NULL OR (trade_name IS NOT NULL AND (trade_filing_no IS NOT NULL OR imported))"


def upgrade() -> None:
    op.add_column("classes", sa.Column("imported", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.drop_constraint(op.f("classes_trade_check"), "classes", type_="check")
    op.create_check_constraint(op.f("classes_trade_check"), "classes", FILED_OR_IMPORTED)
    op.create_check_constraint(op.f("classes_imported_over_check"), "classes", "NOT imported OR status IN ('completed', 'cancelled')")
    op.create_table(
        "history_imports",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("document", sa.Text()),
        sa.Column("classes", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("payment_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True)),
        sa.Column("void_reason", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name="voided_whole"),
    )
    op.create_index("history_imports_imported_at_idx", "history_imports", ["imported_at", "id"])
    fixed = ("id", "document", "classes", "people", "completed", "payment_ids", "imported_at")
    settled = ("old.voided_at IS NOT NULL", ("voided_at", "void_reason", "version"))
    kernel_revision.keep_rows("history_imports", fixed=fixed, settled=settled)
    op.create_table(
        "history_classes",
        sa.Column("class_id", sa.Uuid(), sa.ForeignKey("classes.id"), primary_key=True),
        sa.Column("import_id", sa.Uuid(), sa.ForeignKey("history_imports.id"), nullable=False),
        sa.Column("institution_id", sa.Uuid(), sa.ForeignKey("institutions.id"), nullable=False),
        sa.Column("number_there", sa.Text(), nullable=False),
        sa.Column("said_key", sa.LargeBinary(), nullable=False),
        sa.Column("voided", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    once = {"unique": True, "postgresql_where": sa.text("NOT voided")}
    op.create_index("history_classes_number_key", "history_classes", ["institution_id", "number_there"], **once)
    op.create_index("history_classes_import_id_idx", "history_classes", ["import_id", "class_id"])
    fixed = ("class_id", "import_id", "institution_id", "number_there", "said_key")
    kernel_revision.keep_rows("history_classes", fixed=fixed, settled=("old.voided", ("voided",)))


def downgrade() -> None:
    kernel_revision.let_go("history_classes", "history_imports")
    op.drop_table("history_classes")
    op.drop_table("history_imports")
    op.drop_constraint(op.f("classes_imported_over_check"), "classes", type_="check")
    op.drop_constraint(op.f("classes_trade_check"), "classes", type_="check")
    op.create_check_constraint(op.f("classes_trade_check"), "classes", FILED)
    op.drop_column("classes", "imported")
