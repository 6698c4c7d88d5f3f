"""Keep of each person whether they ever completed a class, in the transaction in which that changes, and count them by it."""

import sqlalchemy as sa
from alembic import op

from shared.kernel_revision import drop_tally, keep_tally

revision: str = "registry_0068"
down_revision: str | None = "registry_0067"
branch_labels: None = None
depends_on: None = None

TOWN, TRAINED = (
    sa.Column("region_code", sa.Text(), nullable=False),
    sa.Column("trained", sa.Boolean(), nullable=False),
)
IS_TRAINED = """EXISTS (SELECT FROM trainees AS known JOIN enrolments ON enrolments.trainee_id = known.id
    WHERE (known.id = trainees.id OR known.merged_into = trainees.id) AND enrolments.outcome = 'completed')"""
# Whoever changes the same people waits, and then sees what the other wrote: who is merged meanwhile is looked up once they can no longer be.
KEEP_TRAINED = f"""
CREATE FUNCTION keep_trained(told uuid[]) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
DECLARE kept uuid[];
BEGIN
    PERFORM FROM trainees WHERE id = ANY(told) ORDER BY id FOR NO KEY UPDATE;
    kept := ARRAY(SELECT coalesce(merged_into, id) FROM trainees WHERE id = ANY(told));
    PERFORM FROM trainees WHERE id = ANY(kept) ORDER BY id FOR NO KEY UPDATE;
    RETURN QUERY UPDATE trainees SET trained = NOT trained WHERE id = ANY(kept) AND trained <> {IS_TRAINED} RETURNING id;
END $$
"""
COMPLETED = "SELECT trainee_id FROM {rows} WHERE outcome = 'completed'"
ONE_BUT_NOT_THE_OTHER = "({0} EXCEPT ALL {1}) UNION ({1} EXCEPT ALL {0})".format(*(COMPLETED.format(rows=rows) for rows in ("gone", "made")))
# By table and event: which people it tells of.
TOLD_BY = {
    ("enrolments", "insert"): COMPLETED.format(rows="made"),
    ("enrolments", "delete"): COMPLETED.format(rows="gone"),
    ("enrolments", "update"): ONE_BUT_NOT_THE_OTHER,
    ("trainees", "update"): """SELECT DISTINCT unnest(ARRAY[id, gone.merged_into, made.merged_into]) FROM gone JOIN made USING (id)
        WHERE gone.merged_into IS DISTINCT FROM made.merged_into""",
}
SEEN = {"insert": "NEW TABLE AS made", "delete": "OLD TABLE AS gone", "update": "OLD TABLE AS gone NEW TABLE AS made"}


def upgrade() -> None:
    drop_tally("trainees")
    op.add_column("trainees", sa.Column("trained", sa.Boolean(), server_default=sa.text("true"), nullable=False))  # as most are
    op.execute(f"UPDATE trainees SET trained = false WHERE NOT {IS_TRAINED}")
    op.alter_column("trainees", "trained", server_default=sa.text("false"))
    op.create_index("trainees_trained_idx", "trainees", ["trained", "id"])
    op.execute(KEEP_TRAINED)
    for (table, event), told in TOLD_BY.items():
        name = f"{table}_trained_{event}"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE told uuid[] := ARRAY({told}); BEGIN"
            " IF told <> '{}' THEN PERFORM keep_trained(told); END IF; RETURN NULL; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {SEEN[event]} FOR EACH STATEMENT EXECUTE FUNCTION {name}()")
    keep_tally("trainees", TOWN, TRAINED, counted="merged_into IS NULL")


def downgrade() -> None:
    drop_tally("trainees")
    for table, event in TOLD_BY:
        op.execute(f"DROP TRIGGER {table}_trained_{event} ON {table}")
        op.execute(f"DROP FUNCTION {table}_trained_{event}()")
    op.execute("DROP FUNCTION keep_trained(uuid[])")
    op.drop_index("trainees_trained_idx", table_name="trainees")
    op.drop_column("trainees", "trained")
    keep_tally("trainees", TOWN, counted="merged_into IS NULL")
