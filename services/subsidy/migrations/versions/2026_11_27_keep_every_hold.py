"""Keep every hold of a claim for itself, with the days on which it stands and by whom it is ended; and every listing of an institution."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "subsidy_0011"
down_revision: str | None = "subsidy_0010"
branch_labels: None = None
depends_on: None = None

# A blacklisting's hold is ended by the register; of any other only its first code is known, and a person ends it.
INTO_LISTS = """
    UPDATE claims SET holds = jsonb_build_array(jsonb_build_object(
        'code', hold_code, 'reason', hold_reason, 'since_at', to_char(hold_since_at, 'YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM'),
        'ended_by', CASE hold_code WHEN 'institution_blacklisted' THEN 'register' ELSE 'reviewer' END,
        'from_on', NULL, 'until_on', NULL))
    WHERE hold_code IS NOT NULL"""
FIRST_OF_EACH = """
    UPDATE claims SET hold_code = holds->0->>'code', hold_reason = holds->0->>'reason', hold_since_at = (holds->0->>'since_at')::timestamptz
    WHERE holds <> '[]'"""


def upgrade() -> None:
    comment = "what stops it and has not been ended, by day (policy.a_hold)"
    column = sa.Column("holds", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False, comment=comment)
    op.add_column("claims", column)
    op.execute(INTO_LISTS)
    op.drop_constraint(op.f("claims_hold_whole_check"), "claims")
    for name in ("hold_code", "hold_reason", "hold_since_at"):
        op.drop_column("claims", name)
    op.create_check_constraint(op.f("claims_holds_check"), "claims", "jsonb_typeof(holds) = 'array'")
    op.drop_constraint(op.f("known_blacklistings_pkey"), "known_blacklistings")
    op.create_primary_key(op.f("known_blacklistings_pkey"), "known_blacklistings", ["institution_id", "from_on"])


def downgrade() -> None:
    op.execute("DELETE FROM known_blacklistings a USING known_blacklistings b WHERE a.institution_id = b.institution_id AND a.from_on < b.from_on")
    op.drop_constraint(op.f("known_blacklistings_pkey"), "known_blacklistings")
    op.create_primary_key(op.f("known_blacklistings_pkey"), "known_blacklistings", ["institution_id"])
    op.drop_constraint(op.f("claims_holds_check"), "claims")
    for name, kind in (("hold_code", sa.Text()), ("hold_reason", sa.Text()), ("hold_since_at", sa.DateTime(timezone=True))):
        op.add_column("claims", sa.Column(name, kind, nullable=True))
    op.execute(FIRST_OF_EACH)
    op.drop_column("claims", "holds")
    op.create_check_constraint(
        op.f("claims_hold_whole_check"), "claims", "num_nulls(hold_code, hold_reason, hold_since_at) IN (0, 3)"
    )
