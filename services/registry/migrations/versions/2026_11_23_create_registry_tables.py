"""Create the tables of registry."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "registry_0002"
down_revision: str | None = "registry_0001"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("files_size_bytes_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("files_pkey")),
    )
    op.create_index("files_sha256_idx", "files", ["sha256"], unique=False)
    op.create_table(
        "institutions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("above_scale", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("bank_account", sa.LargeBinary(), nullable=True),
        sa.Column("bank_account_key", sa.LargeBinary(), nullable=True),
        sa.Column("bank_account_masked", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'suspended', 'exited')", name=op.f("institutions_status_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("institutions_pkey")),
        sa.UniqueConstraint("uscc", name="institutions_uscc_key"),
    )
    op.create_index("institutions_kind_idx", "institutions", ["kind", "id"], unique=False)
    op.create_index(
        "institutions_name_idx", "institutions", ["name"], unique=False, postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}
    )
    op.create_index("institutions_region_code_idx", "institutions", ["region_code", "id"], unique=False)
    op.create_table(
        "known_certificates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occupation_code", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("known_certificates_pkey")),
    )
    op.create_index("known_certificates_trainee_id_idx", "known_certificates", ["trainee_id"], unique=False)
    op.create_table(
        "known_placements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("weakest_grade", sa.Text(), nullable=True),
        sa.Column("learnt_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("left_on >= started_on", name=op.f("known_placements_left_on_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("known_placements_pkey")),
    )
    op.create_index("known_placements_trainee_id_idx", "known_placements", ["trainee_id"], unique=False)
    op.create_table(
        "status_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("complete_from_on", sa.Date(), nullable=False),
        sa.Column("complete_to_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('employee_pension', 'resident_pension', 'public_payroll', 'insured_employee', 'full_time_student', 'deceased')",
            name=op.f("status_lists_status_check"),
        ),
        sa.CheckConstraint("complete_to_on >= complete_from_on", name=op.f("status_lists_complete_to_on_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("status_lists_pkey")),
        sa.UniqueConstraint("status", "source", "complete_from_on", "complete_to_on", name="status_lists_days_key"),
    )
    op.create_table(
        "status_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("id_number_key", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('employee_pension', 'resident_pension', 'public_payroll', 'insured_employee', 'full_time_student', 'deceased')",
            name=op.f("status_records_status_check"),
        ),
        sa.CheckConstraint("until_on >= from_on", name=op.f("status_records_until_on_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("status_records_pkey")),
        sa.UniqueConstraint("id_number_key", "status", "source", "from_on", name="status_records_from_on_key"),
    )
    op.create_index("status_records_status_idx", "status_records", ["status", "id"], unique=False)
    op.create_table(
        "blacklistings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decision_no", sa.Text(), nullable=True),
        sa.Column("hearing_on", sa.Date(), nullable=True),
        sa.Column("reinstated_on", sa.Date(), nullable=True),
        sa.Column("reinstated_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("reinstated_on >= from_on", name=op.f("blacklistings_reinstated_on_check")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("blacklistings_until_on_check")),
        sa.ForeignKeyConstraint(["institution_id"], ["institutions.id"], name=op.f("blacklistings_institution_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("blacklistings_pkey")),
    )
    op.create_index("blacklistings_institution_id_idx", "blacklistings", ["institution_id", "from_on"], unique=False)
    op.create_table(
        "brands",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("creation_plan_on", sa.Date(), nullable=True),
        sa.Column("creation_plan_file_id", sa.Uuid(), nullable=True),
        sa.Column("training_video_on", sa.Date(), nullable=True),
        sa.Column("training_video_file_id", sa.Uuid(), nullable=True),
        sa.Column("experience_summary_on", sa.Date(), nullable=True),
        sa.Column("experience_summary_file_id", sa.Uuid(), nullable=True),
        sa.Column("employment_ledger_on", sa.Date(), nullable=True),
        sa.Column("employment_ledger_file_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('brand', 'dish')", name=op.f("brands_kind_check")),
        sa.ForeignKeyConstraint(["creation_plan_file_id"], ["files.id"], name=op.f("brands_creation_plan_file_id_fkey")),
        sa.ForeignKeyConstraint(["employment_ledger_file_id"], ["files.id"], name=op.f("brands_employment_ledger_file_id_fkey")),
        sa.ForeignKeyConstraint(["experience_summary_file_id"], ["files.id"], name=op.f("brands_experience_summary_file_id_fkey")),
        sa.ForeignKeyConstraint(["training_video_file_id"], ["files.id"], name=op.f("brands_training_video_file_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("brands_pkey")),
        sa.UniqueConstraint("kind", "name", name="brands_name_key"),
    )
    op.create_index("brands_kind_idx", "brands", ["kind", "id"], unique=False)
    op.create_table(
        "classes",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("programmes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("occupation_code", sa.Text(), nullable=True),
        sa.Column("trade_name", sa.Text(), nullable=True),
        sa.Column("trade_filing_no", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("teacher_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("fund_source", sa.Text(), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("external_refs", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'approved', 'rejected', 'in_progress', 'completed', 'cancelled')",
            name=op.f("classes_status_check"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("classes_ends_on_check")),
        sa.CheckConstraint("hours > 0", name=op.f("classes_hours_check")),
        sa.CheckConstraint(
            "occupation_code IS NOT NULL OR (trade_name IS NOT NULL AND trade_filing_no IS NOT NULL)", name=op.f("classes_trade_check")
        ),
        sa.CheckConstraint("seats > 0", name=op.f("classes_seats_check")),
        sa.ForeignKeyConstraint(["institution_id"], ["institutions.id"], name=op.f("classes_institution_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("classes_pkey")),
        sa.UniqueConstraint("number", name="classes_number_key"),
    )
    op.create_index("classes_channel_idx", "classes", ["channel", "id"], unique=False)
    op.create_index("classes_department_idx", "classes", ["department", "id"], unique=False)
    op.create_index("classes_ends_on_idx", "classes", ["ends_on", "starts_on"], unique=False)
    op.create_index(
        "classes_external_refs_idx",
        "classes",
        ["external_refs"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"external_refs": "jsonb_path_ops"},
    )
    op.create_index("classes_institution_id_idx", "classes", ["institution_id", "id"], unique=False)
    op.create_index("classes_programmes_idx", "classes", ["programmes"], unique=False, postgresql_using="gin")
    op.create_index("classes_region_code_idx", "classes", ["region_code", "id"], unique=False)
    op.create_index("classes_status_idx", "classes", ["status", "id"], unique=False)
    op.create_table(
        "designations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.CheckConstraint("to_on >= from_on", name=op.f("designations_to_on_check")),
        sa.ForeignKeyConstraint(["institution_id"], ["institutions.id"], name=op.f("designations_institution_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("designations_pkey")),
        sa.UniqueConstraint("institution_id", "from_on", name="designations_from_on_key"),
    )
    op.create_table(
        "ratings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.CheckConstraint("result IN ('excellent', 'qualified', 'unqualified')", name=op.f("ratings_result_check")),
        sa.ForeignKeyConstraint(["institution_id"], ["institutions.id"], name=op.f("ratings_institution_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ratings_pkey")),
        sa.UniqueConstraint("institution_id", "year", name="ratings_year_key"),
    )
    op.create_table(
        "teachers",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("id_number_key", sa.LargeBinary(), nullable=False),
        sa.Column("id_number_masked", sa.Text(), nullable=False),
        sa.Column("employment", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("qualification", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("employment IN ('full_time', 'part_time')", name=op.f("teachers_employment_check")),
        sa.CheckConstraint("to_on >= from_on", name=op.f("teachers_to_on_check")),
        sa.ForeignKeyConstraint(["institution_id"], ["institutions.id"], name=op.f("teachers_institution_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("teachers_pkey")),
        sa.UniqueConstraint("institution_id", "id_number_key", "from_on", name="teachers_from_on_key"),
    )
    op.create_index("teachers_id_number_key_idx", "teachers", ["id_number_key"], unique=False)
    op.create_index(
        "teachers_still_there_key", "teachers", ["institution_id", "id_number_key"], unique=True, postgresql_where=sa.text("to_on IS NULL")
    )
    op.create_table(
        "trainees",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id_type", sa.Text(), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("id_number_key", sa.LargeBinary(), nullable=False),
        sa.Column("id_number_masked", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_masked", sa.Text(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("education", sa.Text(), nullable=True),
        sa.Column("employer_id", sa.Uuid(), nullable=True),
        sa.Column("bank_account", sa.LargeBinary(), nullable=True),
        sa.Column("bank_account_key", sa.LargeBinary(), nullable=True),
        sa.Column("bank_account_masked", sa.Text(), nullable=True),
        sa.Column("retirement_track", sa.Text(), nullable=True),
        sa.Column("external_refs", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "id_type IN ('citizen', 'residence_permit', 'foreign_permanent_residence')", name=op.f("trainees_id_type_check")
        ),
        sa.CheckConstraint("retirement_track IN ('female_50', 'female_55')", name=op.f("trainees_retirement_track_check")),
        sa.CheckConstraint("sex IN ('male', 'female')", name=op.f("trainees_sex_check")),
        sa.CheckConstraint("merged_into <> id", name=op.f("trainees_merged_into_check")),
        sa.ForeignKeyConstraint(["employer_id"], ["institutions.id"], name=op.f("trainees_employer_id_fkey")),
        sa.ForeignKeyConstraint(["merged_into"], ["trainees.id"], name=op.f("trainees_merged_into_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("trainees_pkey")),
    )
    op.create_index("trainees_bank_account_key_idx", "trainees", ["bank_account_key"], unique=False)
    op.create_index("trainees_employer_id_idx", "trainees", ["employer_id"], unique=False)
    op.create_index(
        "trainees_external_refs_idx",
        "trainees",
        ["external_refs"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"external_refs": "jsonb_path_ops"},
    )
    op.create_index("trainees_id_number_key", "trainees", ["id_number_key"], unique=True, postgresql_where=sa.text("merged_into IS NULL"))
    op.create_index(
        "trainees_merged_into_idx", "trainees", ["merged_into"], unique=False, postgresql_where=sa.text("merged_into IS NOT NULL")
    )
    op.create_index(
        "trainees_name_idx", "trainees", ["name"], unique=False, postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}
    )
    op.create_index("trainees_region_code_idx", "trainees", ["region_code", "id"], unique=False)
    op.create_table(
        "yearly_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("enrolled_students", sa.Integer(), nullable=True),
        sa.Column("training_funds", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("training_funds_frontline", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("partner_enterprises", sa.Integer(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["institution_id"], ["institutions.id"], name=op.f("yearly_reports_institution_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("yearly_reports_pkey")),
        sa.UniqueConstraint("institution_id", "year", name="yearly_reports_year_key"),
    )
    op.create_table(
        "attendance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("half_day", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("half_day IN ('am', 'pm')", name=op.f("attendance_half_day_check")),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("attendance_class_id_fkey")),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainees.id"], name=op.f("attendance_trainee_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("attendance_pkey")),
        sa.UniqueConstraint("trainee_id", "on", "half_day", name="attendance_half_day_key"),
    )
    op.create_index("attendance_class_id_idx", "attendance", ["class_id", "trainee_id"], unique=False)
    op.create_index("attendance_page_idx", "attendance", ["class_id", "id"], unique=False)
    op.create_table(
        "attendance_conflicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("other_class_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("half_day", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("half_day IN ('am', 'pm')", name=op.f("attendance_conflicts_half_day_check")),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("attendance_conflicts_class_id_fkey")),
        sa.ForeignKeyConstraint(["other_class_id"], ["classes.id"], name=op.f("attendance_conflicts_other_class_id_fkey")),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainees.id"], name=op.f("attendance_conflicts_trainee_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("attendance_conflicts_pkey")),
        sa.UniqueConstraint("class_id", "trainee_id", "on", "half_day", name="attendance_conflicts_half_day_key"),
    )
    op.create_index("attendance_conflicts_other_class_id_idx", "attendance_conflicts", ["other_class_id", "trainee_id"], unique=False)
    op.create_index("attendance_conflicts_trainee_id_idx", "attendance_conflicts", ["trainee_id"], unique=False)
    op.create_table(
        "class_inspections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("inspected_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("headcount >= 0", name=op.f("class_inspections_headcount_check")),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("class_inspections_class_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("class_inspections_pkey")),
    )
    op.create_index("class_inspections_class_id_idx", "class_inspections", ["class_id", "id"], unique=False)
    op.create_table(
        "class_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("half_day", sa.Text(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.CheckConstraint("half_day IN ('am', 'pm')", name=op.f("class_sessions_half_day_check")),
        sa.CheckConstraint("hours > 0", name=op.f("class_sessions_hours_check")),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("class_sessions_class_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("class_sessions_pkey")),
        sa.UniqueConstraint("class_id", "on", "half_day", name="class_sessions_half_day_key"),
    )
    op.create_table(
        "enrolments",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("counted_region_code", sa.Text(), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'completed') = (counted_on IS NOT NULL) AND (counted_on IS NULL) = (counted_region_code IS NULL)",
            name=op.f("enrolments_counted_check"),
        ),
        sa.CheckConstraint("outcome IN ('enrolled', 'completed', 'absent', 'withdrawn')", name=op.f("enrolments_outcome_check")),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("enrolments_class_id_fkey")),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainees.id"], name=op.f("enrolments_trainee_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("enrolments_pkey")),
        sa.UniqueConstraint("class_id", "trainee_id", name="enrolments_trainee_key"),
    )
    op.create_index("enrolments_counted_on_idx", "enrolments", ["counted_on", "class_id", "counted_region_code"], unique=False)
    op.create_index("enrolments_trainee_id_idx", "enrolments", ["trainee_id", "id"], unique=False)
    op.create_table(
        "imports",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("list_status", sa.Text(), nullable=True),
        sa.Column("list_source", sa.Text(), nullable=True),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("caller", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("owner_institution_id", sa.Uuid(), nullable=True),
        sa.Column("owner_region_code", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("header_rows", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('roster', 'sign_in', 'teachers', 'status_records')", name=op.f("imports_kind_check")),
        sa.CheckConstraint("mode IN ('validate', 'commit')", name=op.f("imports_mode_check")),
        sa.CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", name=op.f("imports_status_check")),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("imports_class_id_fkey")),
        sa.ForeignKeyConstraint(["institution_id"], ["institutions.id"], name=op.f("imports_institution_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("imports_pkey")),
    )
    op.create_index("imports_class_id_idx", "imports", ["class_id", "id"], unique=False)
    op.create_index("imports_owner_institution_id_idx", "imports", ["owner_institution_id", "id"], unique=False)
    op.create_index("imports_waiting_idx", "imports", ["id"], unique=False, postgresql_where=sa.text("status IN ('queued', 'running')"))
    op.create_table(
        "trainee_categories",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.CheckConstraint("until_on >= since_on", name=op.f("trainee_categories_until_on_check")),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainees.id"], name=op.f("trainee_categories_trainee_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("trainee_categories_pkey")),
        sa.UniqueConstraint("trainee_id", "code", "since_on", name="trainee_categories_since_key"),
    )
    op.create_index("trainee_categories_code_idx", "trainee_categories", ["code", "trainee_id"], unique=False)
    op.create_table(
        "trainee_corrections",
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("proposed", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_masked", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'accepted', 'rejected')", name=op.f("trainee_corrections_status_check")),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainees.id"], name=op.f("trainee_corrections_trainee_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("trainee_corrections_pkey")),
    )
    op.create_index(
        "trainee_corrections_open_idx", "trainee_corrections", ["id"], unique=False, postgresql_where=sa.text("status = 'open'")
    )
    op.create_index("trainee_corrections_trainee_id_idx", "trainee_corrections", ["trainee_id", "id"], unique=False)
    op.create_table(
        "trainee_sightings",
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("how IN ('registered', 'presented', 'enrolled')", name=op.f("trainee_sightings_how_check")),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainees.id"], name=op.f("trainee_sightings_trainee_id_fkey")),
        sa.PrimaryKeyConstraint("trainee_id", "institution_id", name=op.f("trainee_sightings_pkey")),
    )
    op.create_index("trainee_sightings_institution_id_idx", "trainee_sightings", ["institution_id", "trainee_id"], unique=False)
    op.create_table(
        "employments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("employer", sa.Text(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("grade IN ('A', 'B', 'C', 'D', 'E')", name=op.f("employments_grade_check")),
        sa.CheckConstraint("kind IN ('employer', 'flexible', 'self_employed', 'farming')", name=op.f("employments_kind_check")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("employments_until_on_check")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("employments_enrolment_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("employments_pkey")),
    )
    op.create_index("employments_enrolment_id_idx", "employments", ["enrolment_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("employments_enrolment_id_idx", table_name="employments")
    op.drop_table("employments")
    op.drop_index("trainee_sightings_institution_id_idx", table_name="trainee_sightings")
    op.drop_table("trainee_sightings")
    op.drop_index("trainee_corrections_trainee_id_idx", table_name="trainee_corrections")
    op.drop_index("trainee_corrections_open_idx", table_name="trainee_corrections", postgresql_where=sa.text("status = 'open'"))
    op.drop_table("trainee_corrections")
    op.drop_index("trainee_categories_code_idx", table_name="trainee_categories")
    op.drop_table("trainee_categories")
    op.drop_index("imports_waiting_idx", table_name="imports", postgresql_where=sa.text("status IN ('queued', 'running')"))
    op.drop_index("imports_owner_institution_id_idx", table_name="imports")
    op.drop_index("imports_class_id_idx", table_name="imports")
    op.drop_table("imports")
    op.drop_index("enrolments_trainee_id_idx", table_name="enrolments")
    op.drop_index("enrolments_counted_on_idx", table_name="enrolments")
    op.drop_table("enrolments")
    op.drop_table("class_sessions")
    op.drop_index("class_inspections_class_id_idx", table_name="class_inspections")
    op.drop_table("class_inspections")
    op.drop_index("attendance_conflicts_trainee_id_idx", table_name="attendance_conflicts")
    op.drop_index("attendance_conflicts_other_class_id_idx", table_name="attendance_conflicts")
    op.drop_table("attendance_conflicts")
    op.drop_index("attendance_page_idx", table_name="attendance")
    op.drop_index("attendance_class_id_idx", table_name="attendance")
    op.drop_table("attendance")
    op.drop_table("yearly_reports")
    op.drop_index("trainees_region_code_idx", table_name="trainees")
    op.drop_index("trainees_name_idx", table_name="trainees", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"})
    op.drop_index("trainees_merged_into_idx", table_name="trainees", postgresql_where=sa.text("merged_into IS NOT NULL"))
    op.drop_index("trainees_id_number_key", table_name="trainees", postgresql_where=sa.text("merged_into IS NULL"))
    op.drop_index(
        "trainees_external_refs_idx", table_name="trainees", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}
    )
    op.drop_index("trainees_employer_id_idx", table_name="trainees")
    op.drop_index("trainees_bank_account_key_idx", table_name="trainees")
    op.drop_table("trainees")
    op.drop_index("teachers_still_there_key", table_name="teachers", postgresql_where=sa.text("to_on IS NULL"))
    op.drop_index("teachers_id_number_key_idx", table_name="teachers")
    op.drop_table("teachers")
    op.drop_table("ratings")
    op.drop_table("designations")
    op.drop_index("classes_status_idx", table_name="classes")
    op.drop_index("classes_region_code_idx", table_name="classes")
    op.drop_index("classes_programmes_idx", table_name="classes", postgresql_using="gin")
    op.drop_index("classes_institution_id_idx", table_name="classes")
    op.drop_index(
        "classes_external_refs_idx", table_name="classes", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}
    )
    op.drop_index("classes_ends_on_idx", table_name="classes")
    op.drop_index("classes_department_idx", table_name="classes")
    op.drop_index("classes_channel_idx", table_name="classes")
    op.drop_table("classes")
    op.drop_index("brands_kind_idx", table_name="brands")
    op.drop_table("brands")
    op.drop_index("blacklistings_institution_id_idx", table_name="blacklistings")
    op.drop_table("blacklistings")
    op.drop_index("status_records_status_idx", table_name="status_records")
    op.drop_table("status_records")
    op.drop_table("status_lists")
    op.drop_index("known_placements_trainee_id_idx", table_name="known_placements")
    op.drop_table("known_placements")
    op.drop_index("known_certificates_trainee_id_idx", table_name="known_certificates")
    op.drop_table("known_certificates")
    op.drop_index("institutions_region_code_idx", table_name="institutions")
    op.drop_index("institutions_name_idx", table_name="institutions", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"})
    op.drop_index("institutions_kind_idx", table_name="institutions")
    op.drop_table("institutions")
    op.drop_index("files_sha256_idx", table_name="files")
    op.drop_table("files")
