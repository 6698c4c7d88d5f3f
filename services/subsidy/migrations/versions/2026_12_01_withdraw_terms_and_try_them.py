"""Proposed terms can be withdrawn; what a block would change for past claims is worked out by a job; a class may be claimed for in instalments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "subsidy_0020"
down_revision: str | None = "subsidy_0017"
branch_labels: None = None
depends_on: None = None

KEPT = ("scheme", "in_force_from", "terms", "hash", "proposed_by", "proposed_by_person_id", "proposed_at", "id", "proposed_by_name")
APPROVED = ("status", "approved_by", "approved_by_name", "approved_by_person_id", "approved_at")
WITHDRAWN = ("withdrawn_by", "withdrawn_by_name", "withdrawn_at")
ASKED = ("scheme", "block", "from_on", "to_on", "asked_by", "asked_by_name", "asked_at", "id")
ANSWERED = ("status", "attempts", "leased_until", "claims_done", "claims_total", "result", "finished_at", "version")
NAME = "the account's name at the time, from the token"
KEY = "level:<trade>:<level>, trade:<trade>:<year>, placement:<scheme>:<id>"


def upgrade() -> None:
    kernel_revision.let_go("scheme_terms")
    _states("'proposed', 'published', 'withdrawn'")
    op.add_column("scheme_terms", sa.Column("withdrawn_by", sa.Text(), nullable=True))
    op.add_column("scheme_terms", sa.Column("withdrawn_by_name", sa.Text(), nullable=True, comment=NAME))
    op.add_column("scheme_terms", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("scheme_terms_withdrawn_check"), "scheme_terms", "(status = 'withdrawn') = (withdrawn_at IS NOT NULL)")
    settled = "old.status IN ('published', 'withdrawn')"
    kernel_revision.keep_rows("scheme_terms", fixed=KEPT, settled=(settled, (*APPROVED, *WITHDRAWN, "version")))
    op.alter_column("entitlements", "entitlement_key", comment=f"{KEY}, class:<id>:<instalment from the second on>", existing_comment=KEY)
    op.create_table(
        "what_ifs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("block", postgresql.JSONB(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True, comment="by the database's clock"),
        sa.Column("claims_done", sa.Integer(), nullable=False),
        sa.Column("claims_total", sa.Integer(), nullable=False),
        sa.Column("result", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_by_name", sa.Text(), nullable=True, comment=NAME),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", name=op.f("what_ifs_status_check")),
        sa.CheckConstraint("from_on <= to_on", name=op.f("what_ifs_days_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("what_ifs_pkey")),
    )
    op.create_index("what_ifs_scheme_idx", "what_ifs", ["scheme", "id"])
    op.create_index("what_ifs_waiting_idx", "what_ifs", ["id"], postgresql_where=sa.text("status IN ('queued', 'running')"))
    kernel_revision.keep_rows("what_ifs", fixed=ASKED, settled=("old.status IN ('done', 'failed')", ANSWERED))


def downgrade() -> None:
    """What was withdrawn has no place in the older table: it must not be there."""
    op.drop_table("what_ifs")
    op.alter_column("entitlements", "entitlement_key", comment=KEY, existing_comment=f"{KEY}, class:<id>:<instalment from the second on>")
    kernel_revision.let_go("scheme_terms")
    op.drop_constraint(op.f("scheme_terms_withdrawn_check"), "scheme_terms")
    for name in WITHDRAWN:
        op.drop_column("scheme_terms", name)
    _states("'proposed', 'published'")
    kernel_revision.keep_rows("scheme_terms", fixed=KEPT, settled=("old.status = 'published'", (*APPROVED, "version")))


def _states(codes: str) -> None:
    op.drop_constraint(op.f("scheme_terms_status_check"), "scheme_terms")
    op.create_check_constraint(op.f("scheme_terms_status_check"), "scheme_terms", f"status IN ({codes})")
