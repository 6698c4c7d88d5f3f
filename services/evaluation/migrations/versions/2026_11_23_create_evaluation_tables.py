"""Create the tables of evaluation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import county

COUNTY = county.here()

revision: str = "evaluation_0002"
down_revision: str | None = "evaluation_0001"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "certificate_serials",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("year_and_level", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last > 0", name=op.f("certificate_serials_last_check")),
        sa.PrimaryKeyConstraint("prefix", "year_and_level", name=op.f("certificate_serials_pkey")),
    )
    op.create_table(
        "filings",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False, comment="of filing; part of the number"),
        sa.Column(
            "number",
            sa.Text(),
            sa.Computed(f"'{COUNTY.series('BA')}-' || year::text || '-' || lpad(serial::text, greatest(6, length(serial::text)), '0')", persisted=True),
            nullable=False,
        ),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("institution_name", sa.Text(), nullable=False, comment="the issuer's name on certificates"),
        sa.Column("institution_kind", sa.Text(), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="occupation_code, levels"),
        sa.Column("staff", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="managers, assessors, supervisors"),
        sa.Column("materials", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("number_prefix", sa.Text(), nullable=True),
        sa.Column("external_refs", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("valid_from_on", sa.Date(), nullable=True),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.Column("granted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("suspensions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("submitted_by", sa.Text(), nullable=True, comment="person"),
        sa.Column("checked_by", sa.Text(), nullable=True, comment="person"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'revoked') = (revoked_on IS NOT NULL)", name=op.f("filings_revoked_on_check")),
        sa.CheckConstraint(f"number_prefix ~ '^[YS][0-9]{{4}}{COUNTY.province_digits}[0-9]{{6}}$'", name=op.f("filings_number_prefix_check")),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'checked', 'accepted', 'returned', 'rejected', 'suspended', 'revoked')",
            name=op.f("filings_status_check"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('accepted', 'suspended', 'revoked') OR num_nulls(valid_from_on, valid_until_on, number_prefix) = 0",
            name=op.f("filings_accepted_check"),
        ),
        sa.CheckConstraint("valid_until_on >= valid_from_on", name=op.f("filings_validity_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("filings_pkey")),
        sa.UniqueConstraint("number", name="filings_number_key"),
    )
    op.create_index(
        "filings_external_refs_idx",
        "filings",
        ["external_refs"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"external_refs": "jsonb_path_ops"},
    )
    op.create_index("filings_institution_id_idx", "filings", ["institution_id", "id"], unique=False)
    op.create_index("filings_status_idx", "filings", ["status", "id"], unique=False)
    op.create_index("filings_valid_until_on_idx", "filings", ["valid_until_on", "valid_from_on"], unique=False)
    op.create_table(
        "number_prefixes",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("number_prefixes_pkey")),
    )
    op.create_index("number_prefixes_institution_id_idx", "number_prefixes", ["institution_id"], unique=False)
    op.create_table(
        "assessments",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False, comment="of creation; part of the number"),
        sa.Column(
            "number",
            sa.Text(),
            sa.Computed(f"'{COUNTY.series('PJ')}-' || year::text || '-' || lpad(serial::text, greatest(6, length(serial::text)), '0')", persisted=True),
            nullable=False,
        ),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("occupation_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("assessors", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'issued') = (issued_on IS NOT NULL)", name=op.f("assessments_issued_on_check")),
        sa.CheckConstraint("method IN ('process', 'modular', 'achievement', 'direct')", name=op.f("assessments_method_check")),
        sa.CheckConstraint("status IN ('open', 'locked', 'issued')", name=op.f("assessments_status_check")),
        sa.CheckConstraint("issued_on >= held_on", name=op.f("assessments_held_on_check")),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("assessments_filing_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("assessments_pkey")),
        sa.UniqueConstraint("number", name="assessments_number_key"),
    )
    op.create_index("assessments_class_id_idx", "assessments", ["class_id", "id"], unique=False)
    op.create_index("assessments_filing_id_idx", "assessments", ["filing_id", "id"], unique=False)
    op.create_index("assessments_institution_id_idx", "assessments", ["institution_id", "id"], unique=False)
    op.create_index("assessments_order_id_idx", "assessments", ["order_id", "id"], unique=False)
    op.create_index("assessments_status_idx", "assessments", ["status", "id"], unique=False)
    op.create_table(
        "assessment_candidates",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.CheckConstraint("passed IS NOT NULL OR score IS NULL", name=op.f("assessment_candidates_passed_check")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("assessment_candidates_score_check")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("assessment_candidates_assessment_id_fkey")),
        sa.PrimaryKeyConstraint("assessment_id", "trainee_id", name=op.f("assessment_candidates_pkey")),
    )
    op.create_index("assessment_candidates_trainee_id_idx", "assessment_candidates", ["trainee_id", "assessment_id"], unique=False)
    op.create_table(
        "assessment_supervision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False, comment="card"),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mode IN ('online', 'on_site')", name=op.f("assessment_supervision_mode_check")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("assessment_supervision_assessment_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("assessment_supervision_pkey")),
    )
    op.create_index("assessment_supervision_assessment_id_idx", "assessment_supervision", ["assessment_id", "id"], unique=False)
    op.create_table(
        "certificates",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_key", sa.LargeBinary(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("occupation_code", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("issuer_institution_id", sa.Uuid(), nullable=True),
        sa.Column("filing_id", sa.Uuid(), nullable=True),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("exam_held_on", sa.Date(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("assessment_id IS NULL OR number ~ '^[YS][0-9]{21}$'", name=op.f("certificates_minted_number_check")),
        sa.CheckConstraint(
            "kind IN ('skill_level', 'special_skill', 'qualification', 'work_permit', 'completion')", name=op.f("certificates_kind_check")
        ),
        sa.CheckConstraint(
            "num_nulls(assessment_id, filing_id, exam_held_on, issuer_institution_id) IN (0, 4) AND (assessment_id IS NULL) = (proof IS NOT NULL)",
            name=op.f("certificates_origin_check"),
        ),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("certificates_assessment_id_fkey")),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("certificates_filing_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("certificates_pkey")),
        sa.UniqueConstraint("kind", "number_key", name="certificates_number_key"),
    )
    op.create_index("certificates_class_id_idx", "certificates", ["class_id", "trainee_id"], unique=False)
    op.create_index("certificates_issuer_institution_id_idx", "certificates", ["issuer_institution_id", "id"], unique=False)
    op.create_index("certificates_issuer_issued_on_idx", "certificates", ["issuer", "issued_on"], unique=False)
    op.create_index("certificates_number_key_idx", "certificates", ["number_key"], unique=False)
    op.create_index(
        "certificates_of_assessment_key",
        "certificates",
        ["assessment_id", "trainee_id"],
        unique=True,
        postgresql_where=sa.text("assessment_id IS NOT NULL"),
    )
    op.create_index("certificates_revoked_on_idx", "certificates", ["revoked_on", "id"], unique=False)
    op.create_index("certificates_trainee_id_idx", "certificates", ["trainee_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("certificates_trainee_id_idx", table_name="certificates")
    op.drop_index("certificates_revoked_on_idx", table_name="certificates")
    op.drop_index("certificates_of_assessment_key", table_name="certificates", postgresql_where=sa.text("assessment_id IS NOT NULL"))
    op.drop_index("certificates_number_key_idx", table_name="certificates")
    op.drop_index("certificates_issuer_issued_on_idx", table_name="certificates")
    op.drop_index("certificates_issuer_institution_id_idx", table_name="certificates")
    op.drop_index("certificates_class_id_idx", table_name="certificates")
    op.drop_table("certificates")
    op.drop_index("assessment_supervision_assessment_id_idx", table_name="assessment_supervision")
    op.drop_table("assessment_supervision")
    op.drop_index("assessment_candidates_trainee_id_idx", table_name="assessment_candidates")
    op.drop_table("assessment_candidates")
    op.drop_index("assessments_status_idx", table_name="assessments")
    op.drop_index("assessments_order_id_idx", table_name="assessments")
    op.drop_index("assessments_institution_id_idx", table_name="assessments")
    op.drop_index("assessments_filing_id_idx", table_name="assessments")
    op.drop_index("assessments_class_id_idx", table_name="assessments")
    op.drop_table("assessments")
    op.drop_index("number_prefixes_institution_id_idx", table_name="number_prefixes")
    op.drop_table("number_prefixes")
    op.drop_index("filings_valid_until_on_idx", table_name="filings")
    op.drop_index("filings_status_idx", table_name="filings")
    op.drop_index("filings_institution_id_idx", table_name="filings")
    op.drop_index(
        "filings_external_refs_idx", table_name="filings", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}
    )
    op.drop_table("filings")
    op.drop_table("certificate_serials")
