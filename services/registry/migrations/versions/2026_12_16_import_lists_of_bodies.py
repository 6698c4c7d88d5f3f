"""Import lists of job offers, of institutions and of what enterprises said."""

from alembic import op

revision: str = "registry_0059"
down_revision: str | None = "registry_0060"
branch_labels: None = None
depends_on: None = None

KINDS = ("roster", "sign_in", "teachers", "status_records", "trainees", "employment", "outside_payments", "training_wishes")
MORE = ("job_offers", "institutions", "enterprise_surveys")


def upgrade() -> None:
    _kinds((*KINDS, *MORE))


def downgrade() -> None:
    _kinds(KINDS)


def _kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("imports_kind_check"), "imports", type_="check")
    op.create_check_constraint(op.f("imports_kind_check"), "imports", f"kind IN {kinds}")
