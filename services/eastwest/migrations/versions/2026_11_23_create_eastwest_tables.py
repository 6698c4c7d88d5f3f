"""Create the tables of eastwest."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "eastwest_0002"
down_revision: str | None = "eastwest_0001"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("partner", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("employer_name", sa.Text(), nullable=False),
        sa.Column("employer_uscc", sa.Text(), nullable=False),
        sa.Column("employer_district_code", sa.Text(), nullable=False),
        sa.Column("occupation_code", sa.Text(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("certificate_kind", sa.Text(), nullable=False),
        sa.Column("certificate_occupation_code", sa.Text(), nullable=False),
        sa.Column("certificate_level", sa.Text(), nullable=True),
        sa.Column("standard_set_on", sa.Date(), nullable=False),
        sa.Column("standard_text", sa.Text(), nullable=True),
        sa.Column("wage_from_yuan", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("wage_to_yuan", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("orders_status_check")),
        sa.CheckConstraint("posts > 0", name=op.f("orders_posts_check")),
        sa.CheckConstraint("until_on >= ordered_on", name=op.f("orders_until_on_check")),
        sa.CheckConstraint("wage_to_yuan >= wage_from_yuan", name=op.f("orders_wages_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("orders_pkey")),
        sa.UniqueConstraint("partner", "number", name="orders_number_key", postgresql_nulls_not_distinct=True),
    )
    op.create_index("orders_employer_uscc_idx", "orders", ["employer_uscc", "id"], unique=False)
    op.create_index("orders_number_idx", "orders", ["number"], unique=False)
    op.create_index("orders_status_idx", "orders", ["status", "id"], unique=False)
    op.create_table(
        "placement_imports",
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("caller", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("summary", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("header_rows", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode IN ('validate', 'commit')", name=op.f("placement_imports_mode_check")),
        sa.CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", name=op.f("placement_imports_status_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("placement_imports_pkey")),
    )
    op.create_index("placement_imports_office_idx", "placement_imports", ["office", "id"], unique=False)
    op.create_index(
        "placement_imports_waiting_idx",
        "placement_imports",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.create_table(
        "placement_offices",
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("office", name=op.f("placement_offices_pkey")),
    )
    op.create_table(
        "placements",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=True),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("certificate_id", sa.Uuid(), nullable=True),
        sa.Column("employer", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("employer_now", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("retained_on", sa.Date(), nullable=True),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("left_on >= started_on", name=op.f("placements_left_on_check")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("placements_order_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("placements_pkey")),
        sa.UniqueConstraint("order_id", "trainee_id", name="placements_trainee_key"),
    )
    op.create_index("placements_class_id_idx", "placements", ["class_id", "id"], unique=False)
    op.create_index(
        "placements_not_retained_idx", "placements", ["started_on", "id"], unique=False, postgresql_where=sa.text("retained_on IS NULL")
    )
    op.create_index("placements_partner_idx", "placements", ["partner", "id"], unique=False)
    op.create_index("placements_started_on_idx", "placements", ["started_on", "id"], unique=False)
    op.create_index("placements_trainee_id_idx", "placements", ["trainee_id", "id"], unique=False)
    op.create_table(
        "placement_updates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("employer", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("evidence", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("corrects", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_by", sa.Text(), nullable=False),
        sa.CheckConstraint("(kind = 'corrected') = (corrects IS NOT NULL)", name=op.f("placement_updates_corrects_check")),
        sa.CheckConstraint(
            "kind IN ('started', 'present', 'left', 'employer_changed', 'corrected')", name=op.f("placement_updates_kind_check")
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("placement_updates_placement_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("placement_updates_pkey")),
        sa.UniqueConstraint("office", "external_ref", name="placement_updates_external_ref_key"),
        sa.UniqueConstraint("office", "sequence", name="placement_updates_sequence_key"),
    )
    op.create_index("placement_updates_placement_id_idx", "placement_updates", ["placement_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("placement_updates_placement_id_idx", table_name="placement_updates")
    op.drop_table("placement_updates")
    op.drop_index("placements_trainee_id_idx", table_name="placements")
    op.drop_index("placements_started_on_idx", table_name="placements")
    op.drop_index("placements_partner_idx", table_name="placements")
    op.drop_index("placements_not_retained_idx", table_name="placements", postgresql_where=sa.text("retained_on IS NULL"))
    op.drop_index("placements_class_id_idx", table_name="placements")
    op.drop_table("placements")
    op.drop_table("placement_offices")
    op.drop_index(
        "placement_imports_waiting_idx", table_name="placement_imports", postgresql_where=sa.text("status IN ('queued', 'running')")
    )
    op.drop_index("placement_imports_office_idx", table_name="placement_imports")
    op.drop_table("placement_imports")
    op.drop_index("orders_status_idx", table_name="orders")
    op.drop_index("orders_number_idx", table_name="orders")
    op.drop_index("orders_employer_uscc_idx", table_name="orders")
    op.drop_table("orders")
