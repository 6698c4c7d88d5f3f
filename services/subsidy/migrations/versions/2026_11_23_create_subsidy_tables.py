"""Create the tables of subsidy."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import county

revision: str = "subsidy_0002"
down_revision: str | None = "subsidy_0001"
branch_labels: None = None
depends_on: None = None

COUNTY = county.here()


def upgrade() -> None:
    op.create_table(
        "funds",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("total_yuan", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("available_yuan", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("reserved_yuan", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("paid_yuan", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("available_yuan >= 0", name=op.f("funds_available_yuan_check")),
        sa.CheckConstraint("paid_yuan >= 0", name=op.f("funds_paid_yuan_check")),
        sa.CheckConstraint("reserved_yuan >= 0", name=op.f("funds_reserved_yuan_check")),
        sa.CheckConstraint("total_yuan = available_yuan + reserved_yuan + paid_yuan", name=op.f("funds_balance_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("funds_pkey")),
    )
    op.create_index("funds_source_year_idx", "funds", ["source", "year", "id"], unique=False)
    op.create_table(
        "known_blacklistings",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("institution_id", name=op.f("known_blacklistings_pkey")),
    )
    op.create_table(
        "scheme_terms",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_by_person_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_by_person_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'published') = (approved_at IS NOT NULL)", name=op.f("scheme_terms_approved_check")),
        sa.CheckConstraint("status IN ('proposed', 'published')", name=op.f("scheme_terms_status_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("scheme_terms_pkey")),
    )
    op.create_index(
        "scheme_terms_published_key",
        "scheme_terms",
        ["scheme", "in_force_from"],
        unique=True,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index("scheme_terms_scheme_idx", "scheme_terms", ["scheme", "id"], unique=False)
    op.create_table(
        "claims",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False, comment="of the policy clock at creation; part of the number"),
        sa.Column(
            "number",
            sa.Text(),
            sa.Computed(f"'{COUNTY.series('SQ')}-' || year::text || '-' || lpad(serial::text, greatest(6, length(serial::text)), '0')", persisted=True),
            nullable=False,
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True, comment="the applicant, where it is an institution"),
        sa.Column("trainee_id", sa.Uuid(), nullable=True, comment="the applicant, where it is a person"),
        sa.Column("on_behalf", sa.Boolean(), nullable=False, comment="entered by a town for the person"),
        sa.Column("region_code", sa.Text(), nullable=True, comment="the town that entered it"),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("class_starts_on", sa.Date(), nullable=True),
        sa.Column("class_ends_on", sa.Date(), nullable=True),
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("everyone", sa.Boolean(), nullable=False, comment="no lines were named: everyone who completed the class"),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("external_refs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False, comment="the sum of the eligible lines"),
        sa.Column("payee", sa.Text(), nullable=False, comment="organiser or trainee, as the terms say"),
        sa.Column("notice_working_days", sa.SmallInteger(), nullable=False, comment="as the terms say"),
        sa.Column("terms_in_force_from", sa.Date(), nullable=False),
        sa.Column("terms_document", sa.Text(), nullable=False),
        sa.Column("terms_hash", sa.Text(), nullable=False),
        sa.Column("facts_hash", sa.Text(), nullable=False),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="all that was judged, for a replay; no ID number, no name",
        ),
        sa.Column("hold_code", sa.Text(), nullable=True),
        sa.Column("hold_reason", sa.Text(), nullable=True),
        sa.Column("hold_since_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("split_from_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('training', 'certificate', 'placement')", name=op.f("claims_kind_check")),
        sa.CheckConstraint(
            "scheme IN ('agricultural_short', 'project', 'startup', 'apprenticeship', 'pre_job', 'transfer', 'upskill', 'high_skill', 'new_occupation', 'safety', 'certificate_direct', 'assessment_fee', 'placement_stability', 'placement_service', 'placement_absorption')",
            name=op.f("claims_scheme_check"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'reviewed', 'in_notice', 'approved', 'paid', 'returned', 'rejected', 'withdrawn', 'recovering', 'recovered')",
            name=op.f("claims_status_check"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("claims_amount_check")),
        sa.CheckConstraint("num_nonnulls(institution_id, trainee_id) = 1", name=op.f("claims_one_applicant_check")),
        sa.CheckConstraint("num_nulls(hold_code, hold_reason, hold_since_at) IN (0, 3)", name=op.f("claims_hold_whole_check")),
        sa.CheckConstraint("region_code IS NOT NULL OR NOT on_behalf", name=op.f("claims_on_behalf_of_a_town_check")),
        sa.ForeignKeyConstraint(["fund_id"], ["funds.id"], name=op.f("claims_fund_id_fkey")),
        sa.ForeignKeyConstraint(["split_from_id"], ["claims.id"], name=op.f("claims_split_from_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("claims_pkey")),
        sa.UniqueConstraint("number", name="claims_number_key"),
    )
    op.create_index("claims_class_idx", "claims", ["class_id", "id"], unique=False)
    op.create_index("claims_created_idx", "claims", ["created_at"], unique=False)
    op.create_index("claims_external_refs_idx", "claims", ["external_refs"], unique=False, postgresql_using="gin")
    op.create_index("claims_fund_idx", "claims", ["fund_id", "id"], unique=False)
    op.create_index("claims_institution_idx", "claims", ["institution_id", "id"], unique=False)
    op.create_index("claims_region_idx", "claims", ["region_code", "id"], unique=False, postgresql_where=sa.text("on_behalf"))
    op.create_index("claims_scheme_idx", "claims", ["scheme", "id"], unique=False)
    op.create_index("claims_status_idx", "claims", ["status", "id"], unique=False)
    op.create_index("claims_trainee_idx", "claims", ["trainee_id", "id"], unique=False, postgresql_where=sa.text("trainee_id IS NOT NULL"))
    op.create_table(
        "fund_postings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("from_account", sa.Text(), nullable=False),
        sa.Column("to_account", sa.Text(), nullable=False),
        sa.Column("amount_yuan", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("recovery_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("document_no", sa.Text(), nullable=True),
        sa.Column("posted_by", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_account IN ('external', 'available', 'reserved', 'paid')", name=op.f("fund_postings_from_account_check")),
        sa.CheckConstraint("to_account IN ('available', 'reserved', 'paid')", name=op.f("fund_postings_to_account_check")),
        sa.CheckConstraint("amount_yuan > 0", name=op.f("fund_postings_amount_yuan_check")),
        sa.CheckConstraint("from_account <> to_account", name=op.f("fund_postings_two_accounts_check")),
        sa.ForeignKeyConstraint(["fund_id"], ["funds.id"], name=op.f("fund_postings_fund_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("fund_postings_pkey")),
        sa.UniqueConstraint("payment_id", name="fund_postings_payment_id_key"),
        sa.UniqueConstraint("recovery_id", name="fund_postings_recovery_id_key"),
    )
    op.create_index("fund_postings_claim_id_idx", "fund_postings", ["claim_id"], unique=False)
    op.create_index("fund_postings_fund_id_idx", "fund_postings", ["fund_id", "id"], unique=False)
    op.create_table(
        "payment_batches",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False, comment="of the policy clock at creation; part of the number"),
        sa.Column(
            "number",
            sa.Text(),
            sa.Computed(f"'{COUNTY.series('FK')}-' || year::text || '-' || lpad(serial::text, greatest(6, length(serial::text)), '0')", persisted=True),
            nullable=False,
        ),
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("amount_yuan", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("payment_count", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'confirmed') = (settled = payment_count)", name=op.f("payment_batches_confirmed_check")),
        sa.CheckConstraint("status IN ('draft', 'exported', 'confirmed', 'cancelled')", name=op.f("payment_batches_status_check")),
        sa.CheckConstraint("settled BETWEEN 0 AND payment_count", name=op.f("payment_batches_settled_check")),
        sa.ForeignKeyConstraint(["fund_id"], ["funds.id"], name=op.f("payment_batches_fund_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_batches_pkey")),
        sa.UniqueConstraint("number", name="payment_batches_number_key"),
    )
    op.create_index("payment_batches_fund_id_idx", "payment_batches", ["fund_id", "id"], unique=False)
    op.create_index("payment_batches_status_idx", "payment_batches", ["status", "id"], unique=False)
    op.create_table(
        "claim_appeals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("claim_appeals_claim_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("claim_appeals_pkey")),
    )
    op.create_index("claim_appeals_claim_idx", "claim_appeals", ["claim_id", "id"], unique=False)
    op.create_table(
        "claim_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False, comment="the account"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True, comment="the person behind the account: four eyes are four persons"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True, comment="the comment or the reason given"),
        sa.Column("trainee_id", sa.Uuid(), nullable=True, comment="the line that was resolved"),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("other_claim_id", sa.Uuid(), nullable=True, comment="the claim that a line was split into or from"),
        sa.CheckConstraint("outcome IS NULL OR outcome IN ('accept', 'refuse', 'split')", name=op.f("claim_decisions_outcome_check")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("claim_decisions_claim_id_fkey")),
        sa.ForeignKeyConstraint(["other_claim_id"], ["claims.id"], name=op.f("claim_decisions_other_claim_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("claim_decisions_pkey")),
    )
    op.create_index("claim_decisions_claim_idx", "claim_decisions", ["claim_id", "id"], unique=False)
    op.create_table(
        "claim_lines",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("certificate_id", sa.Uuid(), nullable=True),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column("expected_amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column(
            "amount",
            sa.Numeric(precision=12, scale=2),
            nullable=False,
            comment="0.00 if refused; computed if held, but not in the claim's sum",
        ),
        sa.Column("calculation", sa.Text(), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "resolution",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="how a reviewer settled a held line",
        ),
        sa.CheckConstraint("amount >= 0 AND (verdict <> 'refused' OR amount = 0)", name=op.f("claim_lines_amount_check")),
        sa.CheckConstraint("verdict IN ('eligible', 'refused', 'held')", name=op.f("claim_lines_verdict_check")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("claim_lines_claim_id_fkey")),
        sa.PrimaryKeyConstraint("claim_id", "position", name=op.f("claim_lines_pkey")),
    )
    op.create_index("claim_lines_trainee_idx", "claim_lines", ["trainee_id"], unique=False)
    op.create_table(
        "entitlements",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column(
            "entitlement_key", sa.Text(), nullable=True, comment="level:<trade>:<level>, trade:<trade>:<year>, placement:<scheme>:<id>"
        ),
        sa.Column("trade_key", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("placement_id", sa.Text(), nullable=True),
        sa.Column(
            "judged_on", sa.Date(), nullable=False, comment="the day it was judged for: class's first day, certificate's or placement's"
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("entitlements_claim_id_fkey")),
        sa.PrimaryKeyConstraint("claim_id", "position", name=op.f("entitlements_pkey")),
        sa.UniqueConstraint("trainee_id", "entitlement_key", name="entitlements_once_key"),
    )
    op.create_table(
        "notices",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False, comment="of posting; part of the number"),
        sa.Column(
            "number",
            sa.Text(),
            sa.Computed(f"'{COUNTY.series('GS')}-' || year::text || '-' || lpad(serial::text, greatest(6, length(serial::text)), '0')", persisted=True),
            nullable=False,
        ),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=True, comment="name"),
        sa.Column("class_name", sa.Text(), nullable=True),
        sa.Column("amount_yuan", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="masked name, amount, result"),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("concluded_on", sa.Date(), nullable=True, comment="the claim was approved on it"),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="the claim left the notice without approval"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("num_nonnulls(concluded_on, closed_on) < 2", name=op.f("notices_one_end_check")),
        sa.CheckConstraint("posted_on < from_on AND from_on <= until_on", name=op.f("notices_days_check")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("notices_claim_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("notices_pkey")),
        sa.UniqueConstraint("number", name="notices_number_key"),
    )
    op.create_index("notices_claim_id_key", "notices", ["claim_id"], unique=True, postgresql_where=sa.text("closed_on IS NULL"))
    op.create_index("notices_until_on_idx", "notices", ["until_on", "id"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("payee_kind", sa.Text(), nullable=False),
        sa.Column("payee_id", sa.Uuid(), nullable=False),
        sa.Column("payee_name", sa.Text(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("account_masked", sa.Text(), nullable=False),
        sa.Column("amount_yuan", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="why the bank did not pay"),
        sa.Column("voucher_no", sa.Text(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(status = 'paid') = (paid_on IS NOT NULL)", name=op.f("payments_paid_on_check")),
        sa.CheckConstraint("payee_kind IN ('organiser', 'trainee')", name=op.f("payments_payee_kind_check")),
        sa.CheckConstraint(
            "status IN ('pending', 'exported', 'paid', 'failed', 'bounced', 'cancelled')", name=op.f("payments_status_check")
        ),
        sa.CheckConstraint("amount_yuan > 0", name=op.f("payments_amount_yuan_check")),
        sa.ForeignKeyConstraint(["batch_id"], ["payment_batches.id"], name=op.f("payments_batch_id_fkey")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("payments_claim_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("payments_pkey")),
    )
    op.create_index("payments_batch_id_idx", "payments", ["batch_id", "id"], unique=False)
    op.create_index(
        "payments_once_key",
        "payments",
        ["claim_id", "payee_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('pending', 'exported', 'paid')"),
    )
    op.create_index("payments_payee_id_idx", "payments", ["payee_id"], unique=False)
    op.create_table(
        "recoveries",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("amount_yuan", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("voucher_no", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'recovered') = (received_on IS NOT NULL)", name=op.f("recoveries_received_on_check")),
        sa.CheckConstraint("status IN ('recovering', 'recovered')", name=op.f("recoveries_status_check")),
        sa.CheckConstraint("amount_yuan > 0", name=op.f("recoveries_amount_yuan_check")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("recoveries_claim_id_fkey")),
        sa.ForeignKeyConstraint(["fund_id"], ["funds.id"], name=op.f("recoveries_fund_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("recoveries_pkey")),
        sa.UniqueConstraint("claim_id", name="recoveries_claim_id_key"),
    )
    op.create_index("recoveries_status_idx", "recoveries", ["status", "id"], unique=False)
    op.create_table(
        "objections",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("name_masked", sa.Text(), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("contact_masked", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True, comment="to be dismissed or upheld by then"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'accepted' OR (accepted_at IS NOT NULL AND due_on IS NOT NULL)", name=op.f("objections_accepted_check")
        ),
        sa.CheckConstraint("status IN ('received', 'accepted', 'dismissed', 'upheld')", name=op.f("objections_status_check")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("objections_claim_id_fkey")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("objections_notice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("objections_pkey")),
    )
    op.create_index("objections_claim_id_idx", "objections", ["claim_id", "id"], unique=False)
    op.create_index("objections_notice_id_idx", "objections", ["notice_id", "id"], unique=False)
    op.create_index("objections_status_idx", "objections", ["status", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("objections_status_idx", table_name="objections")
    op.drop_index("objections_notice_id_idx", table_name="objections")
    op.drop_index("objections_claim_id_idx", table_name="objections")
    op.drop_table("objections")
    op.drop_index("recoveries_status_idx", table_name="recoveries")
    op.drop_table("recoveries")
    op.drop_index("payments_payee_id_idx", table_name="payments")
    op.drop_index("payments_once_key", table_name="payments", postgresql_where=sa.text("status IN ('pending', 'exported', 'paid')"))
    op.drop_index("payments_batch_id_idx", table_name="payments")
    op.drop_table("payments")
    op.drop_index("notices_until_on_idx", table_name="notices")
    op.drop_index("notices_claim_id_key", table_name="notices", postgresql_where=sa.text("closed_on IS NULL"))
    op.drop_table("notices")
    op.drop_table("entitlements")
    op.drop_index("claim_lines_trainee_idx", table_name="claim_lines")
    op.drop_table("claim_lines")
    op.drop_index("claim_decisions_claim_idx", table_name="claim_decisions")
    op.drop_table("claim_decisions")
    op.drop_index("claim_appeals_claim_idx", table_name="claim_appeals")
    op.drop_table("claim_appeals")
    op.drop_index("payment_batches_status_idx", table_name="payment_batches")
    op.drop_index("payment_batches_fund_id_idx", table_name="payment_batches")
    op.drop_table("payment_batches")
    op.drop_index("fund_postings_fund_id_idx", table_name="fund_postings")
    op.drop_index("fund_postings_claim_id_idx", table_name="fund_postings")
    op.drop_table("fund_postings")
    op.drop_index("claims_trainee_idx", table_name="claims", postgresql_where=sa.text("trainee_id IS NOT NULL"))
    op.drop_index("claims_status_idx", table_name="claims")
    op.drop_index("claims_scheme_idx", table_name="claims")
    op.drop_index("claims_region_idx", table_name="claims", postgresql_where=sa.text("on_behalf"))
    op.drop_index("claims_institution_idx", table_name="claims")
    op.drop_index("claims_fund_idx", table_name="claims")
    op.drop_index("claims_external_refs_idx", table_name="claims", postgresql_using="gin")
    op.drop_index("claims_created_idx", table_name="claims")
    op.drop_index("claims_class_idx", table_name="claims")
    op.drop_table("claims")
    op.drop_index("scheme_terms_scheme_idx", table_name="scheme_terms")
    op.drop_index("scheme_terms_published_key", table_name="scheme_terms", postgresql_where=sa.text("status = 'published'"))
    op.drop_table("scheme_terms")
    op.drop_table("known_blacklistings")
    op.drop_index("funds_source_year_idx", table_name="funds")
    op.drop_table("funds")
