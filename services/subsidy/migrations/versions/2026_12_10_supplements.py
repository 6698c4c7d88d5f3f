"""A claim may make up for what a paid one was found to fall short of; a line tells what is due beyond it."""

import sqlalchemy as sa
from alembic import op

revision: str = "subsidy_0030"
down_revision: str | None = "subsidy_0029"
branch_labels: None = None
depends_on: None = None

CHECK = op.f("claim_appeals_follows_check")


def upgrade() -> None:
    op.add_column("claims", sa.Column("supplement_of_id", sa.Uuid(), nullable=True, comment="the paid claim that this one makes up for"))
    op.create_foreign_key(op.f("claims_supplement_of_id_fkey"), "claims", "claims", ["supplement_of_id"], ["id"])
    more_due = sa.Column(
        "more_due_yuan",
        sa.Numeric(12, 2),
        server_default=sa.text("0"),
        nullable=False,
        comment="what the facts of now find due beyond it, once it was paid: a supplement may claim it",
    )
    op.add_column("claim_lines", more_due)
    op.create_check_constraint(op.f("claim_lines_more_due_check"), "claim_lines", "more_due_yuan >= 0")
    op.create_index("claim_lines_more_due_idx", "claim_lines", ["claim_id"], postgresql_where=sa.text("more_due_yuan > 0"))
    _follows("judged_anew", "new_claim", "supplement", "nothing")


def downgrade() -> None:
    _follows("judged_anew", "new_claim", "nothing")
    op.drop_index("claim_lines_more_due_idx", "claim_lines")
    op.drop_column("claim_lines", "more_due_yuan")
    op.drop_column("claims", "supplement_of_id")


def _follows(*words: str) -> None:
    op.drop_constraint(CHECK, "claim_appeals", type_="check")
    allowed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(CHECK, "claim_appeals", f"follows IN ({allowed})")
