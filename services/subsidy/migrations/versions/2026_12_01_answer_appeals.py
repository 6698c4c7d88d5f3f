"""Answer appeals: by when, how and by whom each is decided, and what followed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "subsidy_0021"
down_revision: str | None = "subsidy_0020"
branch_labels: None = None
depends_on: None = None

MADE = ("id", "claim_id", "reason", "attachments", "actor", "person_id", "at")
MADE_NOW = (*MADE, "on_behalf", "institution_id", "region_code", "due_on")
ANSWER = ("status", "decided_at", "decided_by", "decided_by_name", "decided_by_person_id", "decision_reason", "overcame", "follows", "new_claim_id")
MAKERS = "UPDATE claim_appeals SET institution_id = claims.institution_id FROM claims WHERE claims.id = claim_appeals.claim_id"
FIRST_OPEN = """
    UPDATE claim_appeals SET status = 'dismissed', decided_at = at, decision_reason = '同一事项另有申诉' WHERE id NOT IN
    (SELECT DISTINCT ON (claim_id, coalesce(merged_from, trainee_id)) id FROM claim_appeals
     ORDER BY claim_id, coalesce(merged_from, trainee_id), id DESC)"""


def upgrade() -> None:
    kernel_revision.let_go("claim_appeals")
    for column in (
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), server_default=sa.text("false"), nullable=False, comment="entered by an office for the person"),
        sa.Column("institution_id", sa.Uuid(), nullable=True, comment="which made it"),
        sa.Column("region_code", sa.Text(), nullable=True, comment="the town that entered it"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="to be decided by then; null beyond the calendar"),
        sa.Column("status", sa.Text(), server_default=sa.text("'received'"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True, comment="the account's name at the time, from the token"),
        sa.Column("decided_by_person_id", sa.Uuid(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("overcame", postgresql.JSONB(), nullable=True, comment="codes that refuse no more and hold instead"),
        sa.Column("follows", sa.Text(), nullable=True),
        sa.Column("new_claim_id", sa.Uuid(), nullable=True, comment="the claim on which its lines go on"),
    ):
        op.add_column("claim_appeals", column)
    op.alter_column("claim_appeals", "version", server_default=None)
    op.alter_column("claim_appeals", "trainee_id", comment="null: the whole claim", existing_type=sa.Uuid(), existing_nullable=True)
    op.create_foreign_key(op.f("claim_appeals_new_claim_id_fkey"), "claim_appeals", "claims", ["new_claim_id"], ["id"])
    op.execute(MAKERS)
    op.execute(FIRST_OPEN)
    for name, said in (
        ("status", "status IN ('received', 'upheld', 'dismissed')"),
        ("follows", "follows IN ('judged_anew', 'new_claim', 'nothing')"),
        ("decided", "(status = 'received') = (decided_at IS NULL)"),
        ("followed", "(status = 'upheld') = (follows IS NOT NULL)"),
    ):
        op.create_check_constraint(op.f(f"claim_appeals_{name}_check"), "claim_appeals", said)
    waiting = sa.text("status = 'received'")
    op.create_index("claim_appeals_waiting_idx", "claim_appeals", ["due_on", "id"], postgresql_where=waiting)
    op.create_index(
        "claim_appeals_open_key",
        "claim_appeals",
        ["claim_id", sa.literal_column("coalesce(merged_from, trainee_id)")],
        unique=True,
        postgresql_where=waiting,
        postgresql_nulls_not_distinct=True,
    )
    kernel_revision.keep_rows("claim_appeals", fixed=MADE_NOW, settled=("old.status <> 'received'", ANSWER))


def downgrade() -> None:
    kernel_revision.let_go("claim_appeals")
    op.drop_index("claim_appeals_open_key", table_name="claim_appeals", postgresql_where=sa.text("status = 'received'"))
    op.drop_index("claim_appeals_waiting_idx", table_name="claim_appeals", postgresql_where=sa.text("status = 'received'"))
    op.alter_column("claim_appeals", "trainee_id", comment=None, existing_comment="null: the whole claim", existing_type=sa.Uuid())
    for column in ("version", *MADE_NOW[len(MADE) :], *ANSWER):
        op.drop_column("claim_appeals", column)
    kernel_revision.keep_rows("claim_appeals", fixed=MADE)
