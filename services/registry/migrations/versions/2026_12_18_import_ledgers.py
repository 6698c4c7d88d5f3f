"""Import ledgers of past years."""

from alembic import op

revision: str = "registry_0065"
down_revision: str | None = "registry_0064"
branch_labels: None = None
depends_on: None = None

KINDS = (
    *("roster", "sign_in", "teachers", "status_records", "trainees", "employment", "outside_payments", "training_wishes"),
    *("job_offers", "institutions", "enterprise_surveys"),
)


def upgrade() -> None:
    _kinds((*KINDS, "past_classes"))


def downgrade() -> None:
    _kinds(KINDS)


def _kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("imports_kind_check"), "imports", type_="check")
    op.create_check_constraint(op.f("imports_kind_check"), "imports", f"kind IN {kinds}")
