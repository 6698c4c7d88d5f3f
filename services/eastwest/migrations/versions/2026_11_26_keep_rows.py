"""Refuse to change what is kept."""

from shared import kernel_revision

revision: str = "eastwest_0005"
down_revision: str | None = "eastwest_0004"
branch_labels: None = None
depends_on: None = None

KEPT = ("changes", "idempotency_keys", "placements", "placement_updates")


def upgrade() -> None:
    kernel_revision.keep_rows("changes")
    kernel_revision.keep_for_days("idempotency_keys", since="kept_at", days=180)
    kernel_revision.keep_rows("placements", fixed=("order_id", "trainee_id", "partner", "entered_by", "entered_at", "id"))
    kernel_revision.keep_rows("placement_updates")


def downgrade() -> None:
    kernel_revision.let_go(*KEPT)
