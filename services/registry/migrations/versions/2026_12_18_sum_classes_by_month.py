"""Add up by month what classes bring to boards; keep with a class's figures how many began it, and whether it is a demonstration class or one of past years."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "registry_0064"
down_revision: str | None = "registry_0063"
branch_labels: None = None
depends_on: None = None

ALIKE = {
    "under": "under",
    "code": "code",
    "month": "date_trunc('month', ends_on)::date",
    **{name: name for name in ("channel", "programmes", "occupation_code", "demonstration", "began")},
    "ordered": "order_id IS NOT NULL",
}
PEOPLE = ("enrolled", "completed", "certified", "employed", "already_employed", "placed")
ADDED = {
    "classes": "1",
    "attended": "CASE WHEN completed > 0 THEN 1 ELSE 0 END",
    **{name: name for name in PEOPLE},
    "from_the_past": "CASE WHEN imported THEN completed ELSE 0 END",
}
INTO = f"INSERT INTO class_figures_tally ({', '.join([*ALIKE, *ADDED])})"
TOLD = {  # of which tables, and what of a row, figures were not told before
    "classes": ("id", ("demonstration", "imported")),
    "enrolments": ("class_id", ("from_on", "changed_at")),
}
SEEN = {"insert": "NEW TABLE AS made", "delete": "OLD TABLE AS gone", "update": "OLD TABLE AS gone NEW TABLE AS made"}


def upgrade() -> None:
    op.add_column("class_figures", sa.Column("demonstration", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("class_figures", sa.Column("imported", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("class_figures", sa.Column("began", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE class_figures SET demonstration = c.demonstration, imported = c.imported FROM classes AS c"
        " WHERE c.id = class_id AND (c.demonstration OR c.imported)"
    )
    for name in ("demonstration", "imported", "began"):
        op.alter_column("class_figures", name, server_default=None)
    op.create_index(
        "class_figures_least_placed_idx",
        "class_figures",
        [sa.text("(placed::double precision / completed::double precision)"), "class_id"],
        postgresql_where=sa.text("under = '' AND order_id IS NOT NULL AND completed > 0"),
    )
    op.create_table(
        "class_figures_tally",
        sa.Column("under", sa.Text(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("programmes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("occupation_code", sa.Text()),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("began", sa.Integer(), nullable=False),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ADDED),
    )
    op.create_index("class_figures_tally_month_idx", "class_figures_tally", ["under", "month"])
    for event, seen in SEEN.items():
        op.execute(
            f"CREATE FUNCTION class_figures_tally_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_summed(event)}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER class_figures_tally_{event} AFTER {event} ON class_figures REFERENCING {seen}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION class_figures_tally_{event}()"
        )
    op.execute(f"{INTO} {_of('class_figures', '')} GROUP BY {_numbers()}")
    for table, (column, columns) in TOLD.items():
        _tell(table, column, columns)
    op.execute(
        "INSERT INTO due_recounts (class_id) SELECT id FROM classes WHERE status = 'completed'"
        " AND (order_id IS NOT NULL OR id NOT IN (SELECT class_id FROM class_figures))"
    )


def _of(rows: str, sign: str) -> str:
    sums = ", ".join(f"{sign}sum({each}) AS {name}" for name, each in ADDED.items())
    return f"SELECT {', '.join(f'{each} AS {name}' for name, each in ALIKE.items())}, {sums} FROM {rows}"


def _numbers() -> str:
    return ", ".join(str(number) for number in range(1, len(ALIKE) + 1))


def _summed(event: str) -> str:
    parts = {"insert": [("made", "")], "delete": [("gone", "-")], "update": [("made", ""), ("gone", "-")]}[event]
    return f"{INTO} {' UNION ALL '.join(f'{_of(rows, sign)} GROUP BY {_numbers()}' for rows, sign in parts)}"


def _tell(table: str, column: str, columns: tuple[str, ...]) -> None:
    """Of enrolments the moment of a change says only whether who left did so after the first day."""
    was, now = (", ".join(_said(row, name) for name in columns) for row in ("gone", "made"))
    told = f"SELECT DISTINCT made.{column} FROM gone JOIN made USING (id) WHERE ROW({was}) IS DISTINCT FROM ROW({now})"
    op.execute(
        f"CREATE FUNCTION {table}_recounts_more() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE told uuid[] := ARRAY({told}); BEGIN"
        " IF told <> '{}' THEN PERFORM recount_classes(told); END IF; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_recounts_more AFTER UPDATE ON {table} REFERENCING {SEEN['update']} FOR EACH STATEMENT EXECUTE FUNCTION {table}_recounts_more()"
    )


def _said(row: str, name: str) -> str:
    return f"CASE WHEN {row}.outcome = 'withdrawn' THEN {row}.changed_at END" if name == "changed_at" else f"{row}.{name}"


def downgrade() -> None:
    for table in TOLD:
        op.execute(f"DROP TRIGGER {table}_recounts_more ON {table}")
        op.execute(f"DROP FUNCTION {table}_recounts_more()")
    for event in SEEN:
        op.execute(f"DROP TRIGGER class_figures_tally_{event} ON class_figures")
        op.execute(f"DROP FUNCTION class_figures_tally_{event}()")
    op.drop_table("class_figures_tally")
    op.drop_index("class_figures_least_placed_idx", "class_figures")
    for name in ("began", "imported", "demonstration"):
        op.drop_column("class_figures", name)
