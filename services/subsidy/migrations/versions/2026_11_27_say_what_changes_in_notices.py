"""Amend notices: what was shown before, and which objections, raised in time, are not dismissed. A fund, and what a document adds to it, is made once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "subsidy_0012"
down_revision: str | None = "subsidy_0011"
branch_labels: None = None
depends_on: None = None

NOTICE = ("serial", "year", "claim_id", "scheme", "institution", "class_name", "posted_on", "from_on", "id")
OBJECTION = ("notice_id", "claim_id", "name", "name_masked", "contact", "contact_masked", "reason", "received_at", "id")
DECIDED = ("old.status IN ('dismissed', 'upheld')", ("status", "accepted_at", "due_on", "decided_at", "decision_reason", "version"))

# What was made twice before is told apart from now on, so that it can be seen and put right.
NAMES = """
    UPDATE funds f SET name = f.name || '(重复 ' || again.n || ')'
    FROM (SELECT id, row_number() OVER (PARTITION BY source, year, name ORDER BY id) AS n FROM funds WHERE name IS NOT NULL) AS again
    WHERE again.id = f.id AND again.n > 1"""
REFERENCES = """
    UPDATE funds f SET external_refs = jsonb_set(f.external_refs, '{0,number}', to_jsonb((f.external_refs->0->>'number') || '(重复 ' || again.n || ')'))
    FROM (SELECT id, row_number() OVER (PARTITION BY source, year, external_refs->0 ORDER BY id) AS n FROM funds WHERE external_refs <> '[]') AS again
    WHERE again.id = f.id AND again.n > 1"""
DOCUMENTS = """
    UPDATE fund_postings p SET document_no = p.document_no || '(重复 ' || again.n || ')'
    FROM (SELECT id, row_number() OVER (PARTITION BY fund_id, document_no ORDER BY id) AS n FROM fund_postings
          WHERE document_no IS NOT NULL AND from_account = 'external') AS again
    WHERE again.id = p.id AND again.n > 1"""


def upgrade() -> None:
    kernel_revision.let_go("notices", "objections")
    earlier = sa.Column(
        "earlier",
        postgresql.JSONB(astext_type=sa.Text()),
        server_default=sa.text("'[]'::jsonb"),
        nullable=False,
        comment="amount, lines, until_on and the day on which that was replaced",
    )
    op.add_column("notices", earlier)
    still = sa.Column(
        "open_objections", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="raised in time and not dismissed"
    )
    op.add_column("notices", still)
    op.alter_column("notices", "lines", comment="masked name, amount, result, added_on", existing_comment="masked name, amount, result")
    op.add_column("objections", sa.Column("in_time", sa.Boolean(), nullable=True, comment="before the notice was over"))
    op.execute(
        "UPDATE objections o SET in_time = (o.received_at AT TIME ZONE 'Asia/Shanghai')::date <= n.until_on OR n.stopped_on IS NOT NULL"
        " FROM notices n WHERE n.id = o.notice_id"
    )
    op.alter_column("objections", "in_time", nullable=False)
    op.execute(
        "UPDATE notices n SET open_objections = found.still FROM"
        " (SELECT notice_id, count(*) AS still FROM objections WHERE in_time AND status <> 'dismissed' GROUP BY notice_id) AS found"
        " WHERE n.id = found.notice_id"
    )
    op.create_check_constraint(op.f("notices_open_objections_check"), "notices", "open_objections >= 0")
    kernel_revision.keep_rows("notices", fixed=NOTICE)
    kernel_revision.keep_rows("objections", fixed=(*OBJECTION, "in_time"), settled=DECIDED)
    kernel_revision.let_go("fund_postings")
    for statement in (NAMES, REFERENCES, DOCUMENTS):
        op.execute(statement)
    kernel_revision.keep_rows("fund_postings")
    op.create_unique_constraint("funds_name_key", "funds", ["source", "year", "name"])
    op.create_index("funds_reference_key", "funds", ["source", "year", sa.literal_column("(external_refs -> 0)")], unique=True)
    op.create_index(
        "fund_postings_document_key",
        "fund_postings",
        ["fund_id", "document_no"],
        unique=True,
        postgresql_where=sa.text("from_account = 'external'"),
    )


def downgrade() -> None:
    op.drop_index("fund_postings_document_key", table_name="fund_postings", postgresql_where=sa.text("from_account = 'external'"))
    op.drop_index("funds_reference_key", table_name="funds")
    op.drop_constraint("funds_name_key", "funds")
    kernel_revision.let_go("notices", "objections")
    op.drop_constraint(op.f("notices_open_objections_check"), "notices")
    op.drop_column("objections", "in_time")
    op.alter_column("notices", "lines", comment="masked name, amount, result", existing_comment="masked name, amount, result, added_on")
    op.drop_column("notices", "open_objections")
    op.drop_column("notices", "earlier")
    kernel_revision.keep_rows("notices", fixed=(*NOTICE, "amount_yuan", "lines"))
    kernel_revision.keep_rows("objections", fixed=OBJECTION, settled=DECIDED)
