"""Keep with each enrolment what its lists are asked by and others say: of its class the institution and the town, the town it counts in, and since when the
person works in the partner city on its order. Count by them in place of the day, by which no total was asked."""

import sqlalchemy as sa
from alembic import op

from shared.kernel_revision import drop_tally, keep_tally

revision: str = "registry_0069"
down_revision: str | None = "registry_0068"
branch_labels: None = None
depends_on: None = None

KEPT = ("institution_id", "class_region_code", "region_code", "placed_on")
OUTCOME = sa.Column("outcome", sa.Text(), nullable=False)
VALUES = """c.institution_id, c.region_code AS class_region_code, coalesce({enrolment}.counted_region_code, who.region_code) AS region_code, (
        SELECT min(started_on) FROM known_placements AS k
        WHERE c.order_id IS NOT NULL AND k.trainee_id = who.id AND (k.class_id = c.id OR k.order_id = c.order_id)) AS placed_on"""
SAID = f"""
    SELECT e.id, {VALUES.format(enrolment="e")} FROM enrolments AS e JOIN classes AS c ON c.id = e.class_id
    JOIN trainees AS known ON known.id = e.trainee_id JOIN trainees AS who ON who.id = coalesce(known.merged_into, known.id)
"""
# Who writes of the same person or class waits: one enrolled meanwhile is seen by whoever writes next, one that there was is looked at once it is written.
KEEP_ONE = f"""
CREATE FUNCTION enrolments_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE goes_on_as uuid;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT merged_into INTO goes_on_as FROM trainees WHERE id = new.trainee_id FOR SHARE;
        IF goes_on_as IS NOT NULL THEN
            PERFORM FROM trainees WHERE id = goes_on_as FOR SHARE;
        END IF;
    ELSE
        SELECT merged_into INTO goes_on_as FROM trainees WHERE id = new.trainee_id;
    END IF;
    SELECT {VALUES.format(enrolment="new")} INTO {", ".join(f"new.{name}" for name in KEPT)}
    FROM classes AS c, trainees AS who WHERE c.id = new.class_id AND who.id = coalesce(goes_on_as, new.trainee_id);
    RETURN new;
END $$
"""
KEEP_MANY = f"""
CREATE FUNCTION keep_enrolments(told uuid[]) RETURNS SETOF uuid LANGUAGE plpgsql AS $$ BEGIN
    PERFORM FROM enrolments WHERE id = ANY(told) ORDER BY id FOR NO KEY UPDATE;
    RETURN QUERY UPDATE enrolments SET ({", ".join(KEPT)}) = ROW({", ".join(f"said.{name}" for name in KEPT)})
        FROM ({SAID}) AS said WHERE said.id = enrolments.id AND enrolments.id = ANY(told)
        AND ROW({", ".join(f"enrolments.{name}" for name in KEPT)}) IS DISTINCT FROM ROW({", ".join(f"said.{name}" for name in KEPT)}) RETURNING enrolments.id;
END $$
"""
KEEP_OF = {
    "classes": """
CREATE FUNCTION keep_enrolments_of_classes(told uuid[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    PERFORM keep_enrolments(ARRAY(SELECT id FROM enrolments WHERE class_id = ANY(told)));
END $$
""",
    "people": """
CREATE FUNCTION keep_enrolments_of_people(told uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE kept uuid[] := ARRAY(SELECT coalesce(merged_into, id) FROM trainees WHERE id = ANY(told));
BEGIN
    PERFORM FROM trainees WHERE id = ANY(kept) ORDER BY id FOR NO KEY UPDATE;
    PERFORM keep_enrolments(ARRAY(SELECT enrolments.id FROM trainees JOIN enrolments ON trainee_id = trainees.id
        WHERE trainees.id = ANY(kept) OR merged_into = ANY(kept)));
END $$
""",
}
# By table: whether what it tells of are classes or people, by which columns, and what of a row must have become another.
TOLD_BY = {
    "classes": ("classes", ("id",), ("institution_id", "region_code", "order_id")),
    "trainees": ("people", ("id", "merged_into"), ("region_code", "merged_into")),
    "known_placements": ("people", ("trainee_id",), ("trainee_id", "class_id", "order_id", "started_on")),
}
SEEN = {"insert": "NEW TABLE AS made", "delete": "OLD TABLE AS gone", "update": "OLD TABLE AS gone NEW TABLE AS made"}
EVENTS = [(table, event) for table in TOLD_BY for event in (("insert", "update", "delete") if table == "known_placements" else ("update",))]


def upgrade() -> None:
    drop_tally("enrolments")
    op.add_column("enrolments", sa.Column("institution_id", sa.Uuid()))
    op.add_column("enrolments", sa.Column("class_region_code", sa.Text()))
    op.add_column("enrolments", sa.Column("region_code", sa.Text()))
    op.add_column("enrolments", sa.Column("placed_on", sa.Date()))
    said = ", ".join(f"{name} = said.{name}" for name in KEPT)
    op.execute(f"UPDATE enrolments SET {said} FROM ({SAID}) AS said WHERE said.id = enrolments.id")
    for name in KEPT[:3]:
        op.alter_column("enrolments", name, nullable=False)
        op.create_index(f"enrolments_{name}_idx", "enrolments", [name, "id"])
    op.create_index("enrolments_placed_on_idx", "enrolments", ["placed_on", "id"], postgresql_where=sa.text("placed_on IS NOT NULL"))
    for function in (KEEP_ONE, KEEP_MANY, *KEEP_OF.values()):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER enrolments_kept BEFORE INSERT OR UPDATE OF class_id, trainee_id, counted_region_code ON enrolments"
        " FOR EACH ROW EXECUTE FUNCTION enrolments_kept()"
    )
    for table, event in EVENTS:
        _tell(table, event)
    keep_tally("enrolments", OUTCOME, sa.Column("institution_id", sa.Uuid(), nullable=False))
    towns = (sa.Column(name, sa.Text(), nullable=False) for name in ("class_region_code", "region_code"))
    keep_tally("enrolments", OUTCOME, *towns, named="town")


def _tell(table: str, event: str) -> None:
    of, ids, columns = TOLD_BY[table]
    was, now = (", ".join(f"{row}.{name}" for name in columns) for row in ("gone", "made"))
    both = ", ".join(f"{row}.{name}" for row in ("gone", "made") for name in ids)
    told = {
        "insert": f"SELECT DISTINCT {ids[0]} FROM made",
        "delete": f"SELECT DISTINCT {ids[0]} FROM gone",
        "update": f"SELECT DISTINCT unnest(ARRAY[{both}]) FROM gone JOIN made USING (id) WHERE ROW({was}) IS DISTINCT FROM ROW({now})",
    }[event]
    name = f"{table}_enrolments_{event}"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE told uuid[] := ARRAY({told}); BEGIN"
        f" IF told <> '{{}}' THEN PERFORM keep_enrolments_of_{of}(told); END IF; RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {SEEN[event]} FOR EACH STATEMENT EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    drop_tally("enrolments", "town")
    drop_tally("enrolments")
    for table, event in EVENTS:
        op.execute(f"DROP TRIGGER {table}_enrolments_{event} ON {table}")
        op.execute(f"DROP FUNCTION {table}_enrolments_{event}()")
    op.execute("DROP TRIGGER enrolments_kept ON enrolments")
    op.execute("DROP FUNCTION enrolments_kept()")
    for of in KEEP_OF:
        op.execute(f"DROP FUNCTION keep_enrolments_of_{of}(uuid[])")
    op.execute("DROP FUNCTION keep_enrolments(uuid[])")
    for name in KEPT:
        op.drop_index(f"enrolments_{name}_idx", table_name="enrolments")
        op.drop_column("enrolments", name)
    keep_tally("enrolments", OUTCOME, sa.Column("counted_on", sa.Date(), nullable=True))
