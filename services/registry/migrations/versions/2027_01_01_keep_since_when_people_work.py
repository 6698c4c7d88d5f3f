"""Keep with each enrolment that was completed since when its person has work of each kind, so that who has none is found by reading an index alone."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0081"
down_revision: str | None = "registry_0080"
branch_labels: None = None
depends_on: None = None

WORKED = ("employer_on", "flexible_on", "self_employed_on", "farming_on")
PLACED = ("institution_id", "class_region_code", "region_code", "placed_on")
INDEX = "enrolments_counted_region_code_idx"
SHOWN = ["trainee_id", "class_id", *WORKED]
VALUES = """c.institution_id, c.region_code AS class_region_code, coalesce({enrolment}.counted_region_code, who.region_code) AS region_code, (
        SELECT min(started_on) FROM known_placements AS k
        WHERE c.order_id IS NOT NULL AND k.trainee_id = who.id AND (k.class_id = c.id OR k.order_id = c.order_id)) AS placed_on"""
# Work goes on after the class's last day, or begins later. A placement is work for an employer.
WORK = f"""
    SELECT {", ".join(f"min(since) FILTER (WHERE kind = '{name.removesuffix('_on')}') AS {name}" for name in WORKED)} FROM (
        SELECT kind, from_on AS since FROM employments
        WHERE enrolment_id = {{enrolment}}.id AND voided_at IS NULL AND (until_on IS NULL OR until_on > {{enrolment}}.counted_on)
        UNION ALL SELECT 'employer', started_on FROM known_placements
        WHERE trainee_id = {{who}} AND (left_on IS NULL OR left_on > {{enrolment}}.counted_on)
    ) AS work WHERE {{enrolment}}.counted_on IS NOT NULL
"""
JOINED = """FROM enrolments AS e JOIN classes AS c ON c.id = e.class_id
    JOIN trainees AS known ON known.id = e.trainee_id JOIN trainees AS who ON who.id = coalesce(known.merged_into, known.id)"""
PLACES = f"SELECT e.id, {VALUES.format(enrolment='e')} {JOINED}"
SAID = f"SELECT e.id, {VALUES.format(enrolment='e')}, work.* {JOINED} CROSS JOIN LATERAL ({WORK.format(enrolment='e', who='who.id')}) AS work"
# An enrolment that is new has no work yet, unless it is told of as completed and its person was placed.
WORKS_SINCE = f"""
    IF TG_OP = 'UPDATE' OR new.counted_on IS NOT NULL THEN
        SELECT * INTO {", ".join(f"new.{name}" for name in WORKED)} FROM ({WORK.format(enrolment="new", who="coalesce(goes_on_as, new.trainee_id)")}) AS work;
    END IF;
"""
TOLD_BY = {"insert": "SELECT DISTINCT enrolment_id FROM made", "delete": "SELECT DISTINCT enrolment_id FROM gone"}
TOLD_BY["update"] = """SELECT DISTINCT unnest(ARRAY[gone.enrolment_id, made.enrolment_id]) FROM gone JOIN made USING (id)
    WHERE ROW(gone.enrolment_id, gone.kind, gone.from_on, gone.until_on, gone.voided_at)
        IS DISTINCT FROM ROW(made.enrolment_id, made.kind, made.from_on, made.until_on, made.voided_at)"""
SEEN = {"insert": "NEW TABLE AS made", "delete": "OLD TABLE AS gone", "update": "OLD TABLE AS gone NEW TABLE AS made"}


def upgrade() -> None:
    for name in WORKED:
        op.add_column("enrolments", sa.Column(name, sa.Date()))
    said = ", ".join(f"{name} = said.{name}" for name in WORKED)
    op.execute(f"""
        UPDATE enrolments SET {said} FROM ({SAID}) AS said
        WHERE said.id = enrolments.id AND counted_on IS NOT NULL AND num_nonnulls({", ".join(f"said.{name}" for name in WORKED)}) > 0
    """)
    op.drop_index(INDEX, table_name="enrolments")
    op.create_index(
        INDEX,
        "enrolments",
        ["counted_region_code", "counted_on", "id"],
        postgresql_include=SHOWN,
        postgresql_where=sa.text("counted_on IS NOT NULL"),
    )
    _keep_one(PLACED, WORKS_SINCE, "class_id, trainee_id, counted_on, counted_region_code")
    _keep_many((*PLACED, *WORKED), SAID)
    _placements_tell("trainee_id", "class_id", "order_id", "started_on", "left_on")
    for event, told in TOLD_BY.items():
        name = f"employments_enrolments_{event}"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE told uuid[] := ARRAY({told}); BEGIN"
            " IF told <> '{}' THEN PERFORM keep_enrolments(told); END IF; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON employments REFERENCING {SEEN[event]} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


def _keep_one(names: tuple[str, ...], then: str, of: str) -> None:
    """Who writes of the same person or class waits: one enrolled meanwhile is seen by whoever writes next, one that there was is looked at once it is written."""
    op.execute(f"""
        CREATE OR REPLACE FUNCTION enrolments_kept() RETURNS trigger LANGUAGE plpgsql AS $$
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
            SELECT {VALUES.format(enrolment="new")} INTO {", ".join(f"new.{name}" for name in names)}
            FROM classes AS c, trainees AS who WHERE c.id = new.class_id AND who.id = coalesce(goes_on_as, new.trainee_id);
            {then}
            RETURN new;
        END $$
    """)
    op.execute("DROP TRIGGER enrolments_kept ON enrolments")
    op.execute(
        f"CREATE TRIGGER enrolments_kept BEFORE INSERT OR UPDATE OF {of} ON enrolments FOR EACH ROW EXECUTE FUNCTION enrolments_kept()"
    )


def _keep_many(names: tuple[str, ...], said: str) -> None:
    kept, new = (", ".join(f"{row}.{name}" for name in names) for row in ("enrolments", "said"))
    op.execute(f"""
        CREATE OR REPLACE FUNCTION keep_enrolments(told uuid[]) RETURNS SETOF uuid LANGUAGE plpgsql AS $$ BEGIN
            PERFORM FROM enrolments WHERE id = ANY(told) ORDER BY id FOR NO KEY UPDATE;
            RETURN QUERY UPDATE enrolments SET ({", ".join(names)}) = ROW({new}) FROM ({said}) AS said
                WHERE said.id = enrolments.id AND enrolments.id = ANY(told) AND ROW({kept}) IS DISTINCT FROM ROW({new}) RETURNING enrolments.id;
        END $$
    """)


def _placements_tell(*columns: str) -> None:
    was, now = (", ".join(f"{row}.{name}" for name in columns) for row in ("gone", "made"))
    told = f"SELECT DISTINCT unnest(ARRAY[gone.trainee_id, made.trainee_id]) FROM gone JOIN made USING (id) WHERE ROW({was}) IS DISTINCT FROM ROW({now})"
    op.execute(
        f"CREATE OR REPLACE FUNCTION known_placements_enrolments_update() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE told uuid[] := ARRAY({told}); BEGIN"
        " IF told <> '{}' THEN PERFORM keep_enrolments_of_people(told); END IF; RETURN NULL; END $$"
    )


def downgrade() -> None:
    for event in TOLD_BY:
        op.execute(f"DROP TRIGGER employments_enrolments_{event} ON employments")
        op.execute(f"DROP FUNCTION employments_enrolments_{event}()")
    _placements_tell("trainee_id", "class_id", "order_id", "started_on")
    _keep_many(PLACED, PLACES)
    _keep_one(PLACED, "", "class_id, trainee_id, counted_region_code")
    op.drop_index(INDEX, table_name="enrolments")
    op.create_index(INDEX, "enrolments", ["counted_region_code", "counted_on"], postgresql_where=sa.text("counted_on IS NOT NULL"))
    for name in WORKED:
        op.drop_column("enrolments", name)
