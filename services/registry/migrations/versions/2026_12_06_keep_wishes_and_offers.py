"""Keep what people wish to be trained in, and the work they were offered before, during and after a class."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0042"
down_revision: str | None = "registry_0032"
branch_labels: None = None
depends_on: None = None

WISH_SETTLED = ("status", "answer", "class_id", "settled_at", "version")
OFFER_SETTLED = ("result", "reason", "settled_at", "version")
KINDS = "'roster', 'sign_in', 'teachers', 'status_records', 'trainees', 'employment', 'outside_payments'"


def upgrade() -> None:
    op.create_table(
        "training_wishes",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("trainee_id", sa.Uuid(), sa.ForeignKey("trainees.id"), nullable=False),
        sa.Column("occupation_code", sa.Text()),
        sa.Column("trade_name", sa.Text()),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date()),
        sa.Column("until_on", sa.Date()),
        sa.Column("note", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("class_id", sa.Uuid(), sa.ForeignKey("classes.id")),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'answered', 'withdrawn')", name="status"),
        sa.CheckConstraint("num_nonnulls(occupation_code, trade_name) >= 1", name="trade"),
        sa.CheckConstraint("until_on >= from_on", name="until_on"),
        sa.CheckConstraint("(status = 'open') = (settled_at IS NULL)", name="settled_at"),
        sa.CheckConstraint("status <> 'answered' OR answer IS NOT NULL", name="answer"),
    )
    op.create_index(
        "training_wishes_open_key",
        "training_wishes",
        ["trainee_id", "occupation_code", "trade_name"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("training_wishes_status_idx", "training_wishes", ["status", "region_code", "id"])
    for name in ("trainee_id", "region_code", "occupation_code", "asked_at"):
        op.create_index(f"training_wishes_{name}_idx", "training_wishes", [name, "id"])
    kept = ("id", "trainee_id", "occupation_code", "trade_name", "region_code", "from_on", "until_on", "note", "asked_at")
    kernel_revision.keep_rows("training_wishes", fixed=kept, settled=("old.status <> 'open'", WISH_SETTLED), deleted=True)
    op.create_table(
        "job_offers",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("enrolment_id", sa.Uuid(), sa.ForeignKey("enrolments.id"), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("employer", sa.Text(), nullable=False),
        sa.Column("occupation_code", sa.Text()),
        sa.Column("wage_yuan", sa.Numeric(12, 2)),
        sa.Column("offered_on", sa.Date(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("stage IN ('before', 'during', 'after')", name="stage"),
        sa.CheckConstraint("result IN ('open', 'accepted', 'declined')", name="result"),
        sa.CheckConstraint("wage_yuan > 0", name="wage_yuan"),
        sa.CheckConstraint("(result = 'open') = (settled_at IS NULL)", name="settled_at"),
        sa.CheckConstraint("result <> 'declined' OR reason IS NOT NULL", name="reason"),
    )
    op.create_index("job_offers_enrolment_id_idx", "job_offers", ["enrolment_id", "id"])
    op.create_index("job_offers_by_offered_on_idx", "job_offers", ["enrolment_id", "offered_on", "id"])
    told = ("id", "enrolment_id", "stage", "employer", "occupation_code", "wage_yuan", "offered_on", "recorded_at")
    kernel_revision.keep_rows("job_offers", fixed=told, settled=("old.result <> 'open'", OFFER_SETTLED))


    op.drop_constraint(op.f("imports_kind_check"), "imports", type_="check")
    op.create_check_constraint(op.f("imports_kind_check"), "imports", f"kind IN ({KINDS}, 'training_wishes')")


def downgrade() -> None:
    op.drop_constraint(op.f("imports_kind_check"), "imports", type_="check")
    op.create_check_constraint(op.f("imports_kind_check"), "imports", f"kind IN ({KINDS})")
    for table in ("job_offers", "training_wishes"):
        kernel_revision.let_go(table)
        op.drop_table(table)
