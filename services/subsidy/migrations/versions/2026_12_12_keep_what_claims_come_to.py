"""Keep what claims and their money come to, by scheme, fund, town and institution, month and status, as they are written."""

import sqlalchemy as sa
from alembic import op

revision: str = "subsidy_0032"
down_revision: str | None = "subsidy_0031"
branch_labels: None = None
depends_on: None = None

OF_LINES = ("people", "claimed", "entitled", "given_up", "paid")
SUMS = ("claims", "amount", *OF_LINES, "recovered")
INTO = f"INSERT INTO claim_money_tally (grouped_by, code, month, status, {', '.join(SUMS)})"
COUNTED = ("status", "scheme", "fund_id", "counted_region_code", "institution_id", "submitted_at", "amount")


def month(of: str) -> str:
    return f"date_trunc('month', {of}.submitted_at AT TIME ZONE 'Asia/Shanghai')::date"


def groups(of: str) -> str:
    return (
        f"CROSS JOIN LATERAL (VALUES ('scheme', {of}.scheme), ('fund', {of}.fund_id::text), ('region', {of}.counted_region_code),"
        f" ('institution', {of}.institution_id::text)) AS kinds(grouped_by, code)"
    )


def of_lines(sign: str = "1") -> str:
    """Sums of the lines that a statement selects; each counts once, or as often as `sign` says."""
    eligible = "FILTER (WHERE verdict = 'eligible')"
    return (
        f"coalesce(sum({sign}), 0) AS people, coalesce(sum({sign} * coalesce(expected_amount, amount)), 0) AS claimed,"
        f" coalesce(sum({sign} * amount) {eligible}, 0) AS entitled, coalesce(sum({sign} * given_up_yuan) {eligible}, 0) AS given_up,"
        f" coalesce(sum({sign} * paid_yuan), 0) AS paid"
    )


BESIDE = f"""
    CROSS JOIN LATERAL (SELECT {of_lines()} FROM claim_lines WHERE claim_lines.claim_id = one.id) AS lines
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount_yuan), 0) AS recovered FROM fund_postings WHERE fund_postings.claim_id = one.id AND receipt_id IS NOT NULL
    ) AS postings
"""
# A claim that has just been made, or is about to go, has no lines.
MADE_OR_GONE = f"""
    {INTO} SELECT kinds.grouped_by, kinds.code, {month("one")}, one.status, SIGN * count(*), SIGN * sum(one.amount), 0, 0, 0, 0, 0, 0
    FROM SEEN AS one {groups("one")} GROUP BY 1, 2, 3, 4
"""
_stood, _stands = (", ".join(f"{seen}.{name}" for name in COUNTED) for seen in ("gone", "made"))
_each = ", ".join(("id", *COUNTED))
# What a claim comes to leaves the groups in which it stood, and comes to those in which it stands now.
MOVED = f"""
    WITH moved AS MATERIALIZED (
        SELECT one.id, {", ".join(OF_LINES)}, recovered
        FROM (SELECT id FROM gone JOIN made USING (id) WHERE ({_stood}) IS DISTINCT FROM ({_stands})) AS one {BESIDE}
    ), each AS (SELECT -1 AS sign, {_each} FROM gone UNION ALL SELECT 1, {_each} FROM made)
    {INTO} SELECT kinds.grouped_by, kinds.code, {month("one")}, one.status, sum(sign), sum(sign * one.amount),
        {", ".join(f"sum(sign * {name})" for name in (*OF_LINES, "recovered"))}
    FROM each AS one JOIN moved USING (id) {groups("one")} GROUP BY 1, 2, 3, 4
    HAVING sum(sign) <> 0 OR sum(sign * one.amount) <> 0
"""
# The claim is held still while its lines are counted in its groups: whoever moves it meanwhile waits, or is waited for.
ABOUT = "SELECT id, scheme, fund_id, counted_region_code, institution_id, submitted_at, status FROM claims WHERE id IN"
_line = "claim_id, verdict, amount, expected_amount, given_up_yuan, paid_yuan"
LINES = f"""
    WITH one AS MATERIALIZED (
        SELECT claim_id, {of_lines("sign")} FROM (EACH) AS each GROUP BY claim_id
        HAVING sum(sign) <> 0 OR sum(sign * amount) <> 0 OR sum(sign * coalesce(expected_amount, amount)) <> 0 OR sum(sign * paid_yuan) <> 0
            OR sum(sign * amount) FILTER (WHERE verdict = 'eligible') <> 0
            OR sum(sign * given_up_yuan) FILTER (WHERE verdict = 'eligible') <> 0
    ), about AS MATERIALIZED ({ABOUT} (SELECT claim_id FROM one) FOR SHARE)
    {INTO} SELECT kinds.grouped_by, kinds.code, {month("about")}, about.status, 0, 0, {", ".join(f"sum({name})" for name in OF_LINES)}, 0
    FROM one JOIN about ON about.id = one.claim_id {groups("about")} GROUP BY 1, 2, 3, 4
"""
EACH = {seen: f"SELECT {sign} AS sign, {_line} FROM {seen}" for seen, sign in (("made", 1), ("gone", -1))}
POSTED = f"""
    WITH one AS MATERIALIZED (SELECT claim_id, sum(amount_yuan) AS yuan FROM made WHERE receipt_id IS NOT NULL GROUP BY claim_id),
    about AS MATERIALIZED ({ABOUT} (SELECT claim_id FROM one) FOR SHARE)
    {INTO} SELECT kinds.grouped_by, kinds.code, {month("about")}, about.status, 0, 0, 0, 0, 0, 0, 0, sum(one.yuan)
    FROM one JOIN about ON about.id = one.claim_id {groups("about")} GROUP BY 1, 2, 3, 4
"""
THERE = f"""
    {INTO} SELECT kinds.grouped_by, kinds.code, {month("one")}, one.status, count(*), sum(one.amount),
        {", ".join(f"sum({name})" for name in (*OF_LINES, "recovered"))}
    FROM claims AS one {BESIDE} {groups("one")} GROUP BY 1, 2, 3, 4
"""
SEEN = {"insert": "NEW TABLE AS made", "delete": "OLD TABLE AS gone", "update": "OLD TABLE AS gone NEW TABLE AS made"}
TRIGGERS = {
    "claims": {
        "insert": MADE_OR_GONE.replace("SIGN", "1").replace("SEEN", "made"),
        "delete": MADE_OR_GONE.replace("SIGN", "-1").replace("SEEN", "gone"),
        "update": MOVED,
    },
    "claim_lines": {
        "insert": LINES.replace("EACH", EACH["made"]),
        "delete": LINES.replace("EACH", EACH["gone"]),
        "update": LINES.replace("EACH", " UNION ALL ".join(EACH.values())),
    },
    "fund_postings": {"insert": POSTED},
}


def upgrade() -> None:
    op.create_table(
        "claim_money_tally",
        sa.Column("grouped_by", sa.Text(), nullable=False, comment="scheme, fund, region or institution"),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("month", sa.Date(), nullable=True, comment="its first day"),
        sa.Column("status", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger() if name in ("claims", "people") else sa.Numeric(16, 2), nullable=False) for name in SUMS),
    )
    op.create_index("claim_money_tally_grouped_by_idx", "claim_money_tally", ["grouped_by", "month"])
    for table, events in TRIGGERS.items():
        for event, counting in events.items():
            name = f"{table}_money_{event}"
            op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {counting}; RETURN NULL; END $$")
            after = f"AFTER {event} ON {table} REFERENCING {SEEN[event]}"
            op.execute(f"CREATE TRIGGER {name} {after} FOR EACH STATEMENT EXECUTE FUNCTION {name}()")
    op.execute(THERE)


def downgrade() -> None:
    for table, events in TRIGGERS.items():
        for event in events:
            op.execute(f"DROP TRIGGER {table}_money_{event} ON {table}")
            op.execute(f"DROP FUNCTION {table}_money_{event}()")
    op.drop_table("claim_money_tally")
