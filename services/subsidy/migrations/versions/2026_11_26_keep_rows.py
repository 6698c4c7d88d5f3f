"""Refuse to change what is kept."""

from shared import kernel_revision

revision: str = "subsidy_0006"
down_revision: str | None = "subsidy_0005"
branch_labels: None = None
depends_on: None = None

KEPT = (
    "changes",
    "idempotency_keys",
    "scheme_terms",
    "claims",
    "fund_postings",
    "claim_appeals",
    "claim_decisions",
    "notices",
    "payments",
    "recoveries",
    "objections",
)


def upgrade() -> None:
    kernel_revision.keep_rows("changes")
    kernel_revision.keep_for_days("idempotency_keys", since="kept_at", days=180)
    kernel_revision.keep_rows(
        "scheme_terms",
        fixed=("scheme", "in_force_from", "terms", "hash", "proposed_by", "proposed_by_person_id", "proposed_at", "id"),
        settled=("old.status = 'published'", ("status", "approved_by", "approved_by_person_id", "approved_at", "version")),
    )
    kernel_revision.settle(
        "claims",
        "old.status NOT IN ('draft', 'returned')",
        (
            "kind",
            "scheme",
            "institution_id",
            "class_id",
            "class_starts_on",
            "class_ends_on",
            "fund_id",
            "payee",
            "notice_working_days",
            "terms_in_force_from",
            "terms_document",
            "terms_hash",
            "facts_hash",
            "facts",
            "submitted_at",
        ),
    )
    kernel_revision.keep_rows("fund_postings")
    kernel_revision.keep_rows("claim_appeals", fixed=("id", "claim_id", "reason", "attachments", "actor", "person_id", "at"))
    kernel_revision.keep_rows("claim_decisions")
    kernel_revision.keep_rows(
        "notices",
        fixed=(
            "serial",
            "year",
            "claim_id",
            "scheme",
            "institution",
            "class_name",
            "amount_yuan",
            "lines",
            "posted_on",
            "from_on",
            "id",
        ),
    )
    kernel_revision.keep_rows(
        "payments",
        fixed=("id", "batch_id", "claim_id", "payee_kind", "payee_id", "payee_name", "account", "account_masked", "amount_yuan"),
        settled=("old.status IN ('paid', 'failed', 'bounced', 'cancelled')", ("status", "reason", "voucher_no", "paid_on")),
    )
    kernel_revision.keep_rows(
        "recoveries",
        fixed=("claim_id", "fund_id", "amount_yuan", "reason", "external_refs", "opened_by", "opened_at", "id"),
        settled=("old.status = 'recovered'", ("status", "received_on", "voucher_no", "version")),
    )
    kernel_revision.keep_rows(
        "objections",
        fixed=("notice_id", "claim_id", "name", "name_masked", "contact", "contact_masked", "reason", "received_at", "id"),
        settled=("old.status IN ('dismissed', 'upheld')", ("status", "accepted_at", "due_on", "decided_at", "decision_reason", "version")),
    )


def downgrade() -> None:
    kernel_revision.let_go(*KEPT)
