"""Count for boards what each class brings, and note in every transaction which classes are to be counted again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "registry_0060"
down_revision: str | None = "registry_0058"
branch_labels: None = None
depends_on: None = None

# By table: the ids that its rows tell of, whether they are of classes, enrolments or people, and what of a row must have become another.
TOLD_BY = {
    "classes": (
        ("id", "classes"),
        (
            "status",
            "ends_on",
            "starts_on",
            "channel",
            "programmes",
            "occupation_code",
            "region_code",
            "zone_code",
            "department",
            "institution_id",
            "order_id",
        ),
    ),
    "enrolments": (("class_id", "classes"), ("class_id", "trainee_id", "outcome", "counted_on", "counted_region_code")),
    "employments": (("enrolment_id", "enrolments"), ("kind", "from_on", "until_on", "voided_at")),
    "trainee_categories": (("trainee_id", "people"), ("trainee_id", "code", "since_on", "until_on")),
    "known_certificates": (("trainee_id", "people"), ("trainee_id", "class_id", "kind", "occupation_code", "issued_on", "revoked_on")),
    "known_placements": (("trainee_id", "people"), ("trainee_id", "class_id", "order_id", "started_on", "left_on")),
}
CLASSES_OF = {
    "classes": "SELECT unnest(told)",
    "enrolments": "SELECT class_id FROM enrolments WHERE id = ANY(told)",
    # Under whatever ids they were enrolled.
    "people": """SELECT class_id FROM enrolments WHERE trainee_id = ANY(ARRAY(
        SELECT id FROM trainees WHERE id = ANY(kept) OR merged_into = ANY(kept)))""",
}
KEPT = "DECLARE kept uuid[] := ARRAY(SELECT coalesce(merged_into, id) FROM trainees WHERE id = ANY(told));"


def upgrade() -> None:
    op.create_table(
        "class_figures",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("under", sa.Text(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("programmes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("occupation_code", sa.Text()),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("zone_code", sa.Text()),
        sa.Column("department", sa.Text()),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid()),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("enrolled", "completed", "certified", "employed", "already_employed", "placed")
        ),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
    )
    op.create_index(
        "class_figures_class_id_key", "class_figures", ["class_id", "under", "code"], unique=True, postgresql_nulls_not_distinct=True
    )
    op.create_index("class_figures_ends_on_idx", "class_figures", ["under", "ends_on"])
    op.create_index("class_figures_settled_on_idx", "class_figures", ["settled_on"], postgresql_where=sa.text("under = ''"))
    op.create_table(
        "due_recounts", sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True), sa.Column("class_id", sa.Uuid(), nullable=False)
    )
    for of, classes in CLASSES_OF.items():
        op.execute(
            f"CREATE FUNCTION recount_{of}(told uuid[]) RETURNS void LANGUAGE plpgsql AS $$"
            f" {KEPT if of == 'people' else ''} BEGIN INSERT INTO due_recounts (class_id) SELECT DISTINCT class_id FROM ({classes}) AS found (class_id); END $$"
        )
    for table, ((column, of), columns) in TOLD_BY.items():
        _tell(table, "insert", of, f"SELECT DISTINCT {column} FROM made")
        _tell(table, "delete", of, f"SELECT DISTINCT {column} FROM gone")
        _tell(table, "update", of, _changed(column, columns))
    _tell("trainees", "update", "people", f"{_changed('id', ('merged_into',))} UNION {_changed('merged_into', ('merged_into',))}")
    op.execute("INSERT INTO due_recounts (class_id) SELECT id FROM classes WHERE status = 'completed'")


def _changed(column: str, columns: tuple[str, ...]) -> str:
    was, now = (", ".join(f"{row}.{name}" for name in columns) for row in ("gone", "made"))
    return f"SELECT DISTINCT unnest(ARRAY[gone.{column}, made.{column}]) FROM gone JOIN made USING (id) WHERE ROW({was}) IS DISTINCT FROM ROW({now})"


def _tell(table: str, event: str, of: str, told: str) -> None:
    name = f"{table}_recounts_{event}"
    seen = {"insert": "NEW TABLE AS made", "delete": "OLD TABLE AS gone", "update": "OLD TABLE AS gone NEW TABLE AS made"}[event]
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE told uuid[] := ARRAY({told}); BEGIN"
        f" IF told <> '{{}}' THEN PERFORM recount_{of}(told); END IF; RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for table, event in (*((table, event) for table in TOLD_BY for event in ("insert", "delete", "update")), ("trainees", "update")):
        op.execute(f"DROP TRIGGER {table}_recounts_{event} ON {table}")
        op.execute(f"DROP FUNCTION {table}_recounts_{event}()")
    for of in CLASSES_OF:
        op.execute(f"DROP FUNCTION recount_{of}(uuid[])")
    op.drop_table("due_recounts")
    op.drop_table("class_figures")
