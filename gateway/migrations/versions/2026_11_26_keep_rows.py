"""Refuse to change what is kept."""

from shared import kernel_revision

revision: str = "gateway_0007"
down_revision: str | None = "gateway_0006"
branch_labels: None = None
depends_on: None = None

KEPT = ("changes", "idempotency_keys", "ended_tokens")


def upgrade() -> None:
    kernel_revision.keep_rows("changes")
    kernel_revision.keep_for_days("idempotency_keys", since="kept_at", days=180)
    kernel_revision.keep_for_days("ended_tokens", since="ended_at", days=1)


def downgrade() -> None:
    kernel_revision.let_go(*KEPT)
