"""Refuse to change what is kept."""

from shared import kernel_revision

revision: str = "evaluation_0005"
down_revision: str | None = "evaluation_0004"
branch_labels: None = None
depends_on: None = None

KEPT = ("changes", "idempotency_keys", "number_prefixes", "assessment_candidates", "assessment_supervision", "certificates")


def upgrade() -> None:
    kernel_revision.keep_rows("changes")
    kernel_revision.keep_for_days("idempotency_keys", since="kept_at", days=180)
    kernel_revision.keep_rows("number_prefixes")
    kernel_revision.keep_rows("assessment_candidates", fixed=("assessment_id", "trainee_id"))
    kernel_revision.keep_rows("assessment_supervision")
    kernel_revision.keep_rows(
        "certificates",
        fixed=(
            "kind",
            "number",
            "number_key",
            "trainee_id",
            "occupation_code",
            "level",
            "issued_on",
            "issuer",
            "issuer_institution_id",
            "filing_id",
            "assessment_id",
            "class_id",
            "exam_held_on",
            "proof",
            "registered_at",
            "id",
        ),
    )


def downgrade() -> None:
    kernel_revision.let_go(*KEPT)
