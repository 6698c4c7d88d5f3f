"""Keep the trades that the prefecture has on file beside the occupational dictionary."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0013"
down_revision: str | None = "registry_0012"
branch_labels: None = None
depends_on: None = None

ENDS = ("withdrawn_on", "withdrawn_reason", "version")


def upgrade() -> None:
    op.create_table(
        "trade_filings",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("trade_name", sa.Text(), nullable=False),
        sa.Column("beside_occupation_code", sa.Text()),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_on", sa.Date()),
        sa.Column("withdrawn_reason", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name="until_on"),
        sa.CheckConstraint("withdrawn_on >= from_on", name="withdrawn_on"),
        sa.CheckConstraint("(withdrawn_on IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_whole"),
    )
    op.create_index("trade_filings_number_key", "trade_filings", ["number"], unique=True, postgresql_where=sa.text("withdrawn_on IS NULL"))
    op.create_index("trade_filings_by_number_idx", "trade_filings", ["number", "id"])
    op.create_index("trade_filings_from_on_idx", "trade_filings", ["from_on", "id"])
    op.create_index("trade_filings_beside_occupation_code_idx", "trade_filings", ["beside_occupation_code", "id"])
    for name, column in (("trade_filings_number_part_idx", "number"), ("trade_filings_trade_name_idx", "trade_name")):
        op.create_index(name, "trade_filings", [column], postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"})
    kept = ("id", "number", "trade_name", "beside_occupation_code", "from_on", "until_on", "document", "registered_at")
    kernel_revision.keep_rows("trade_filings", fixed=kept, settled=("old.withdrawn_on IS NOT NULL", ENDS))


def downgrade() -> None:
    kernel_revision.let_go("trade_filings")
    op.drop_table("trade_filings")
