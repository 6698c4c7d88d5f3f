"""Take back a fact that was reported by mistake."""

from alembic import op

revision: str = "eastwest_0013"
down_revision: str | None = "eastwest_0012"
branch_labels: None = None
depends_on: None = None

KINDS = ("started", "present", "employer_changed", "left", "corrected")


def upgrade() -> None:
    _replace((*KINDS, "cancelled"), "kind IN ('corrected', 'cancelled')")


def downgrade() -> None:
    _replace(KINDS, "kind = 'corrected'")


def _replace(kinds: tuple[str, ...], naming: str) -> None:
    op.drop_constraint(op.f("placement_updates_kind_check"), "placement_updates")
    op.drop_constraint(op.f("placement_updates_corrects_check"), "placement_updates")
    listed = ", ".join(f"'{each}'" for each in kinds)
    op.create_check_constraint(op.f("placement_updates_kind_check"), "placement_updates", f"kind IN ({listed})")
    op.create_check_constraint(op.f("placement_updates_corrects_check"), "placement_updates", f"({naming}) = (corrects IS NOT NULL)")
