"""Keep catalogues of trades, skill standards and training bases, from their proposal to their last day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "registry_0051"
down_revision: str | None = "registry_0044"
branch_labels: None = None
depends_on: None = None

STANDS = "status IN ('in_force', 'ended', 'built', 'closed')"
OVER = "old.status IN ('ended', 'withdrawn', 'closed', 'rejected')"
STEPS = ("status", "filings", "approved_on", "approval_no", "from_on", "until_on", "reason", "changed_at", "version")
KEPT = ("id", "noun", "kind", "name", "document", "file_id", "institution_id", "region_code", "places", "department", "proposed_on", "registered_at")
POINT = "hashtextextended(scope || chr(31) || key, 0)"


def upgrade() -> None:
    op.create_table(
        "trade_papers",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), sa.ForeignKey("files.id")),
        sa.Column("institution_id", sa.Uuid(), sa.ForeignKey("institutions.id")),
        sa.Column("region_code", sa.Text()),
        sa.Column("places", sa.Integer()),
        sa.Column("department", sa.Text()),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("filings", postgresql.JSONB(), nullable=False),
        sa.Column("approved_on", sa.Date()),
        sa.Column("approval_no", sa.Text()),
        sa.Column("from_on", sa.Date()),
        sa.Column("until_on", sa.Date()),
        sa.Column("reason", sa.Text()),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("noun IN ('catalogue', 'skill_standard', 'training_base')", name="noun"),
        sa.CheckConstraint("kind IN ('urgent', 'class_one', 'class_two')", name="kind"),
        sa.CheckConstraint(
            "status IN ('proposed', 'filed', 'in_force', 'ended', 'withdrawn', 'approved', 'built', 'closed', 'rejected')", name="status"
        ),
        sa.CheckConstraint("(noun = 'catalogue') = (kind IS NOT NULL)", name="kind_of_catalogue"),
        sa.CheckConstraint("noun = 'training_base' OR num_nonnulls(institution_id, region_code, places, approved_on) = 0", name="of_base"),
        sa.CheckConstraint("places > 0", name="places"),
        sa.CheckConstraint("approved_on >= proposed_on", name="approved_on"),
        sa.CheckConstraint("from_on >= coalesce(approved_on, proposed_on)", name="from_on"),
        sa.CheckConstraint("until_on >= from_on", name="until_on"),
        sa.CheckConstraint(f"({STANDS}) = (from_on IS NOT NULL)", name="stands"),
        sa.CheckConstraint("status NOT IN ('ended', 'closed') OR until_on IS NOT NULL", name="ended"),
    )
    op.create_index(
        "trade_papers_document_key",
        "trade_papers",
        ["noun", sa.text("coalesce(kind, '')"), "document", "name"],
        unique=True,
        postgresql_where=sa.text("NOT (status IN ('withdrawn', 'rejected'))"),
    )
    op.create_index("trade_papers_noun_idx", "trade_papers", ["noun", "id"])
    op.create_index("trade_papers_status_idx", "trade_papers", ["noun", "status", "id"])
    op.create_index("trade_papers_from_on_idx", "trade_papers", ["from_on", "id"])
    op.create_index("trade_papers_institution_id_idx", "trade_papers", ["institution_id", "id"])
    for name, column in (("trade_papers_name_idx", "name"), ("trade_papers_document_part_idx", "document")):
        op.create_index(name, "trade_papers", [column], postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"})
    kernel_revision.find_by_parts("trade_papers", "name", "document")
    kernel_revision.keep_rows("trade_papers", fixed=KEPT, settled=(OVER, STEPS))
    op.create_table(
        "trade_paper_trades",
        sa.Column("paper_id", sa.Uuid(), sa.ForeignKey("trade_papers.id"), primary_key=True),
        sa.Column("position", sa.SmallInteger(), primary_key=True),
        sa.Column("occupation_code", sa.Text()),
        sa.Column("trade_name", sa.Text()),
        sa.Column("levels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text()),
        sa.Column("days", postgresql.DATERANGE()),
        sa.CheckConstraint("num_nonnulls(occupation_code, trade_name) = 1", name="trade"),
        postgresql.ExcludeConstraint(
            (sa.text(f"int8range({POINT}, {POINT}, '[]')"), "&&"),
            ("days", "&&"),
            where=sa.text("scope IS NOT NULL"),
            name="trade_paper_trades_once",
        ),
    )
    op.create_index("trade_paper_trades_key_idx", "trade_paper_trades", ["key", "paper_id"])
    kernel_revision.keep_rows("trade_paper_trades", fixed=("paper_id", "position", "occupation_code", "trade_name", "levels", "key"))


def downgrade() -> None:
    kernel_revision.let_go("trade_paper_trades", "trade_papers")
    op.drop_table("trade_paper_trades")
    op.drop_table("trade_papers")
