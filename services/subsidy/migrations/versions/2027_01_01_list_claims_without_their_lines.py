"""Keep with a claim how many people it has, as its lines are written; find the claims that an institution made by one index; find what was tried by each of
its orders; count payments."""

import sqlalchemy as sa
from alembic import op

from shared.kernel_revision import drop_tally, keep_tally

revision: str = "subsidy_0037"
down_revision: str | None = "subsidy_0036"
branch_labels: None = None
depends_on: None = None

COUNTS = {
    "people": "sum(one)",
    **{f"{verdict}_people": f"coalesce(sum(one) FILTER (WHERE verdict = '{verdict}'), 0)" for verdict in ("held", "refused")},
}
TOLD = "its lines: triggers on these count them, as the two below (counts)"
SEEN = {"insert": "NEW TABLE AS made", "delete": "OLD TABLE AS gone", "update": "OLD TABLE AS gone NEW TABLE AS made"}
SIGNED = {"made": 1, "gone": -1}
WHAT_IFS = ("status", "asked_by", "asked_at", "from_on")


def upgrade() -> None:
    for name in COUNTS:
        comment = TOLD if name == "people" else None
        op.add_column("claims", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False, comment=comment))
    op.execute("LOCK TABLE claim_lines IN SHARE MODE")
    op.execute(_added("SELECT claim_id, verdict, 1 AS one FROM claim_lines"))
    for event, seen in SEEN.items():
        changed = " UNION ALL ".join(
            f"SELECT claim_id, verdict, {one} AS one FROM {rows}" for rows, one in SIGNED.items() if f"TABLE AS {rows}" in seen
        )
        name = f"claim_lines_counted_{event}"
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_added(changed)}; RETURN NULL; END $$")
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON claim_lines REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {name}()")
    op.drop_index("claims_employer_idx", table_name="claims")
    op.create_index("claims_maker_idx", "claims", [sa.text("coalesce(institution_id, employer_id)"), "id"])
    for name in WHAT_IFS:
        op.create_index(f"what_ifs_{name}_idx", "what_ifs", ["scheme", name, "id"])
    keep_tally("payments", sa.Column("payee_kind", sa.Text(), nullable=False))


def _added(changed: str) -> str:
    """Whoever changes lines of the same claim meanwhile adds to what this one has left."""
    sums = ", ".join(f"{each} AS {name}" for name, each in COUNTS.items())
    return (
        f"UPDATE claims SET {', '.join(f'{name} = claims.{name} + added.{name}' for name in COUNTS)}"
        f" FROM (SELECT claim_id, {sums} FROM ({changed}) AS changed GROUP BY claim_id) AS added"
        f" WHERE claims.id = added.claim_id AND ROW({', '.join(f'added.{name}' for name in COUNTS)}) <> ROW(0, 0, 0)"
    )


def downgrade() -> None:
    drop_tally("payments")
    for name in WHAT_IFS:
        op.drop_index(f"what_ifs_{name}_idx", table_name="what_ifs")
    op.drop_index("claims_maker_idx", table_name="claims")
    op.create_index("claims_employer_idx", "claims", ["employer_id", "id"], postgresql_where=sa.text("employer_id IS NOT NULL"))
    for event in SEEN:
        op.execute(f"DROP TRIGGER claim_lines_counted_{event} ON claim_lines")
        op.execute(f"DROP FUNCTION claim_lines_counted_{event}()")
    for name in COUNTS:
        op.drop_column("claims", name)
