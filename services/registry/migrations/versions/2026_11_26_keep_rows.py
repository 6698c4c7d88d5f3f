"""Refuse to change what is kept."""

from shared import kernel_revision

revision: str = "registry_0006"
down_revision: str | None = "registry_0005"
branch_labels: None = None
depends_on: None = None

KEPT = (
    "changes",
    "files",
    "idempotency_keys",
    "status_lists",
    "status_records",
    "blacklistings",
    "ratings",
    "attendance",
    "attendance_conflicts",
    "class_inspections",
    "trainee_corrections",
    "trainee_sightings",
    "employments",
)


def upgrade() -> None:
    kernel_revision.keep_rows("changes")
    kernel_revision.keep_rows("files")
    kernel_revision.keep_for_days("idempotency_keys", since="kept_at", days=180)
    kernel_revision.keep_rows("status_lists")
    kernel_revision.keep_rows("status_records", fixed=("id", "id_number_key", "status", "from_on", "source"))
    kernel_revision.keep_rows("blacklistings", fixed=("id", "institution_id", "from_on", "until_on", "reason", "decision_no", "hearing_on"))
    kernel_revision.keep_rows("ratings")
    kernel_revision.keep_rows("attendance")
    kernel_revision.keep_rows("attendance_conflicts")
    kernel_revision.keep_rows("class_inspections")
    kernel_revision.keep_rows(
        "trainee_corrections",
        fixed=("trainee_id", "field", "proposed", "proposed_masked", "reason", "asked_by", "asked_at", "id"),
        settled=("old.status <> 'open'", ("status", "decided_by", "decided_at", "decision_reason", "version")),
    )
    kernel_revision.keep_rows("trainee_sightings")
    kernel_revision.keep_rows("employments")


def downgrade() -> None:
    kernel_revision.let_go(*KEPT)
