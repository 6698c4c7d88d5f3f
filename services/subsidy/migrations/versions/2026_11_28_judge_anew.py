"""Judge claims anew when facts change: what is due, what came of it, what a line was before, and recoveries that are proposed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "subsidy_0013"
down_revision: str | None = "subsidy_0012"
branch_labels: None = None
depends_on: None = None

OPENED = ("claim_id", "fund_id", "amount_yuan", "reason", "instalments", "external_refs", "opened_by", "opened_by_name", "opened_at", "id")
DECIDED = ("decided_by", "decided_by_name", "decided_at", "decision_reason")
MOVING = ("status", "received_yuan", "version")


def upgrade() -> None:
    before = "what it was judged to be until new facts weighed against it, while nobody has decided on these"
    op.add_column("claim_lines", sa.Column("before", postgresql.JSONB(none_as_null=True), nullable=True, comment=before))
    op.create_table(
        "due_reassessments",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False, comment="the event's type"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it happened, by the policy clock"),
        sa.Column("look_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("class_id", "event_id", name=op.f("due_reassessments_pkey")),
    )
    op.create_index("due_reassessments_look_at_idx", "due_reassessments", ["look_at"])
    op.create_table(
        "reassessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("causes", postgresql.JSONB(), nullable=False, comment="type and id of the events"),
        sa.Column("terms_hash", sa.Text(), nullable=False),
        sa.Column("facts_hash_before", sa.Text(), nullable=False),
        sa.Column("facts_hash", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False, comment="whom it is about: codes, what was seen, yuan before and now"),
        sa.CheckConstraint("outcome IN ('held', 'released', 'proposed', 'told')", name=op.f("reassessments_outcome_check")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("reassessments_claim_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("reassessments_pkey")),
    )
    op.create_index("reassessments_claim_id_idx", "reassessments", ["claim_id", "id"])
    op.create_index("claims_class_days_idx", "claims", ["class_starts_on", "class_ends_on"])
    op.create_index("claims_trade_filing_idx", "claims", [sa.text("((facts -> 'class_facts'::text) ->> 'trade_filing_no'::text)")])
    kernel_revision.keep_rows("reassessments")
    kernel_revision.let_go("recoveries")
    _states("'proposed', 'recovering', 'recovered', 'dismissed', 'withdrawn'")
    by = "who accepted or dismissed what was proposed; the service itself where facts changed back"
    op.add_column("recoveries", sa.Column("decided_by", sa.Text(), nullable=True, comment=by))
    name = "the account's name at the time, from the token"
    op.add_column("recoveries", sa.Column("decided_by_name", sa.Text(), nullable=True, comment=name))
    op.add_column("recoveries", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("recoveries", sa.Column("decision_reason", sa.Text(), nullable=True))
    decided = "status NOT IN ('dismissed', 'withdrawn') OR decided_at IS NOT NULL"
    op.create_check_constraint(op.f("recoveries_decided_check"), "recoveries", decided)
    once = sa.text("status = 'proposed'")
    op.create_index("recoveries_proposed_once_key", "recoveries", ["claim_id"], unique=True, postgresql_where=once)
    settled = "old.status IN ('recovered', 'dismissed', 'withdrawn')"
    kernel_revision.keep_rows("recoveries", fixed=OPENED, settled=(settled, (*MOVING[:2], *DECIDED, MOVING[2])))


def downgrade() -> None:
    """What was proposed and not accepted has no place in the older table: it must not be there."""
    kernel_revision.let_go("recoveries", "reassessments")
    op.drop_index("recoveries_proposed_once_key", table_name="recoveries")
    op.drop_constraint(op.f("recoveries_decided_check"), "recoveries")
    for name in DECIDED:
        op.drop_column("recoveries", name)
    _states("'recovering', 'recovered'")
    kernel_revision.keep_rows("recoveries", fixed=OPENED, settled=("old.status = 'recovered'", MOVING))
    op.drop_index("claims_trade_filing_idx", table_name="claims")
    op.drop_index("claims_class_days_idx", table_name="claims")
    op.drop_table("reassessments")
    op.drop_table("due_reassessments")
    op.drop_column("claim_lines", "before")


def _states(states: str) -> None:
    op.drop_constraint(op.f("recoveries_status_check"), "recoveries")
    op.create_check_constraint(op.f("recoveries_status_check"), "recoveries", f"status IN ({states})")
