"""Keep for boards what each stay in the partner city brings, add it up by month, and note in every transaction which people are to be counted again."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "eastwest_0021"
down_revision: str | None = "eastwest_0020"
branch_labels: None = None
depends_on: None = None

COUNTED_FROM = ("class_id", "started_on", "left_on", "retained_on", "proof_due_on", "last_fact_on")
CHANGED = "SELECT {of} FROM gone JOIN made USING ({key}) WHERE ROW({was}) IS DISTINCT FROM ROW({now})"
TOLD = {  # by table and event: whose placements what is written tells of
    ("placements", "insert"): "SELECT trainee_id FROM made WHERE started_on IS NOT NULL",
    ("placements", "update"): CHANGED.format(
        of="made.trainee_id",
        key="id",
        was=", ".join(f"gone.{name}" for name in COUNTED_FROM),
        now=", ".join(f"made.{name}" for name in COUNTED_FROM),
    ),
    ("orders", "update"): "SELECT trainee_id FROM placements WHERE order_id IN ("
    + CHANGED.format(of="made.id", key="id", was="gone.employer_district_code", now="made.employer_district_code")
    + ")",
    ("trained_people", "insert"): "SELECT trainee_id FROM made",
    ("trained_people", "update"): CHANGED.format(
        of="trainee_id", key="trainee_id", was="gone.completed_on, gone.region_code", now="made.completed_on, made.region_code"
    ),
    ("merged_trainees", "insert"): "SELECT unnest(ARRAY[id, kept_id]) FROM made",
    ("merged_trainees", "update"): "SELECT unnest(ARRAY[id, kept_id]) FROM (TABLE made UNION ALL TABLE gone) AS both_of_them",
    ("merged_trainees", "delete"): "SELECT unnest(ARRAY[id, kept_id]) FROM gone",
}
SEEN = {"insert": "NEW TABLE AS made", "delete": "OLD TABLE AS gone", "update": "OLD TABLE AS gone NEW TABLE AS made"}


def upgrade() -> None:
    op.add_column("trained_people", sa.Column("region_code", sa.Text(), nullable=True))
    op.create_index("placements_last_fact_on_idx", "placements", ["last_fact_on", "id"])
    op.create_table(
        "placement_figures",
        sa.Column("placement_id", sa.Uuid(), primary_key=True),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid()),
        sa.Column("region_code", sa.Text()),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("trained", sa.Boolean(), nullable=False),
        sa.Column("counts_on", sa.Date(), nullable=False),
        sa.Column("met_before_on", sa.Date()),
        sa.Column("trained_before_on", sa.Date()),
        sa.Column("month", sa.Date(), _month_of("counts_on"), nullable=False),
        sa.Column("met_before", sa.Date(), _month_of("met_before_on")),
        sa.Column("trained_before", sa.Date(), _month_of("trained_before_on")),
    )
    op.create_index("placement_figures_counts_on_idx", "placement_figures", ["counts_on"])
    op.create_index("placement_figures_trainee_id_idx", "placement_figures", ["trainee_id"])
    kernel_revision.keep_tally(
        "placement_figures",
        sa.Column("region_code", sa.Text()),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("trained", sa.Boolean(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("met_before", sa.Date()),
        sa.Column("trained_before", sa.Date()),
    )
    op.create_table(
        "due_recounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
    )
    for (table, event), told in TOLD.items():
        name = f"{table}_recounts_{event}"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" INSERT INTO due_recounts (trainee_id) SELECT DISTINCT told FROM ({told}) AS them (told); RETURN NULL; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {SEEN[event]} FOR EACH STATEMENT EXECUTE FUNCTION {name}()")
    op.execute("INSERT INTO due_recounts (trainee_id) SELECT DISTINCT trainee_id FROM placements WHERE started_on IS NOT NULL")
    op.execute("INSERT INTO due_askings (trainee_id) SELECT trainee_id FROM trained_people")  # where they are registered


def _month_of(day: str) -> sa.Computed:
    return sa.Computed(f"date_trunc('month', {day}::timestamp)::date", persisted=True)


def downgrade() -> None:
    for table, event in TOLD:
        op.execute(f"DROP TRIGGER {table}_recounts_{event} ON {table}")
        op.execute(f"DROP FUNCTION {table}_recounts_{event}()")
    op.drop_table("due_recounts")
    kernel_revision.drop_tally("placement_figures")
    op.drop_table("placement_figures")
    op.drop_index("placements_last_fact_on_idx", "placements")
    op.drop_column("trained_people", "region_code")
