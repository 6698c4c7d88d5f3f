"""Void status records, complete lists and ratings that were told wrongly; keep why a designation began before it was given, and an institution's rating."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0015"
down_revision: str | None = "registry_0020"
branch_labels: None = None
depends_on: None = None

VOIDED = ("voided_at", "void_reason")
SETTLED = "old.voided_at IS NOT NULL"
SAME = {
    "status_records": ("from_on_key", ("id_number_key", "status", "source", "from_on")),
    "status_lists": ("days_key", ("status", "source", "complete_from_on", "complete_to_on")),
    "ratings": ("year_key", ("institution_id", "year")),
}
KEPT = {
    "status_records": ("id", "id_number_key", "status", "from_on", "source"),
    "status_lists": ("id", "status", "source", "complete_from_on", "complete_to_on", "received_at"),
    "ratings": ("id", "institution_id", "year", "result", "corrects"),
}
MOVING = {"status_records": ("until_on", "received_at")}


def upgrade() -> None:
    op.add_column("ratings", sa.Column("corrects", sa.Uuid(), sa.ForeignKey("ratings.id")))
    for table, (key, columns) in SAME.items():
        kernel_revision.let_go(table)
        op.add_column(table, sa.Column("voided_at", sa.DateTime(timezone=True)))
        op.add_column(table, sa.Column("void_reason", sa.Text()))
        op.create_check_constraint("voided_whole", table, "num_nulls(voided_at, void_reason) IN (0, 2)")
        op.drop_constraint(f"{table}_{key}", table, type_="unique")
        op.create_index(f"{table}_{key}", table, columns, unique=True, postgresql_where=sa.text("voided_at IS NULL"))
        kernel_revision.keep_rows(table, fixed=KEPT[table], settled=(SETTLED, (*MOVING.get(table, ()), *VOIDED)))
    op.create_index("status_records_id_number_key_idx", "status_records", ["id_number_key", "id"])
    op.add_column("designations", sa.Column("reason", sa.Text()))
    op.add_column("institutions", sa.Column("rating", sa.Text()))
    op.add_column("institutions", sa.Column("rating_year", sa.Integer()))
    op.execute(
        """
        UPDATE institutions SET rating = latest.result, rating_year = latest.year
        FROM (SELECT DISTINCT ON (institution_id) institution_id, result, year FROM ratings ORDER BY institution_id, year DESC) AS latest
        WHERE institution_id = institutions.id
        """
    )
    op.create_check_constraint("rating", "institutions", "rating IN ('excellent', 'qualified', 'unqualified')")
    op.create_check_constraint("rated", "institutions", "num_nulls(rating, rating_year) IN (0, 2)")
    op.create_index("institutions_rating_idx", "institutions", ["rating", "id"])
    op.create_index("institutions_above_scale_idx", "institutions", ["above_scale", "id"])


def downgrade() -> None:
    op.drop_index("institutions_above_scale_idx", "institutions")
    op.drop_index("institutions_rating_idx", "institutions")
    op.drop_column("institutions", "rating_year")
    op.drop_column("institutions", "rating")
    op.drop_column("designations", "reason")
    op.drop_index("status_records_id_number_key_idx", "status_records")
    for table, (key, columns) in SAME.items():
        kernel_revision.let_go(table)
        op.execute(f"DELETE FROM {table} WHERE voided_at IS NOT NULL")
        op.drop_index(f"{table}_{key}", table)
        op.create_unique_constraint(f"{table}_{key}", table, columns)
        op.drop_column(table, "void_reason")
        op.drop_column(table, "voided_at")
    op.drop_column("ratings", "corrects")
    kernel_revision.keep_rows("status_lists")
    kernel_revision.keep_rows("status_records", fixed=KEPT["status_records"])
    kernel_revision.keep_rows("ratings")
