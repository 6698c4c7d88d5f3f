"""Keep the names of whoever posted money, made a batch, opened a recovery, proposed and approved terms."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "subsidy_0009"
down_revision: str | None = "subsidy_0008"
branch_labels: None = None
depends_on: None = None

NAMES = (
    ("fund_postings", "posted_by_name"),
    ("payment_batches", "created_by_name"),
    ("recoveries", "opened_by_name"),
    ("scheme_terms", "proposed_by_name"),
    ("scheme_terms", "approved_by_name"),
)
KEPT = ("recoveries", "scheme_terms")


def upgrade() -> None:
    for table, name in NAMES:
        op.add_column(table, sa.Column(name, sa.Text(), nullable=True, comment="the account's name at the time, from the token"))
    kernel_revision.let_go(*KEPT)
    _keep(("opened_by_name",), ("proposed_by_name",), ("approved_by_name",))


def downgrade() -> None:
    kernel_revision.let_go(*KEPT)
    for table, name in reversed(NAMES):
        op.drop_column(table, name)
    _keep((), (), ())


def _keep(opened: tuple[str, ...], proposed: tuple[str, ...], approved: tuple[str, ...]) -> None:
    """The rules of both tables, the names among what is fixed."""
    kernel_revision.keep_rows(
        "recoveries",
        fixed=("claim_id", "fund_id", "amount_yuan", "reason", "external_refs", "opened_by", *opened, "opened_at", "id"),
        settled=("old.status = 'recovered'", ("status", "received_on", "voucher_no", "version")),
    )
    kernel_revision.keep_rows(
        "scheme_terms",
        fixed=("scheme", "in_force_from", "terms", "hash", "proposed_by", *proposed, "proposed_by_person_id", "proposed_at", "id"),
        settled=("old.status = 'published'", ("status", "approved_by", *approved, "approved_by_person_id", "approved_at", "version")),
    )
