"""Apply for others: an employer and the bureau beside the town, papers by what they are, and a fund that the first review names."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "subsidy_0025"
down_revision: str | None = "subsidy_0024"
branch_labels: None = None
depends_on: None = None

JUDGED = (
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
)
BEFORE = "old.status NOT IN ('draft', 'returned')"
WITHOUT_FUND = "status IN ('draft', 'submitted', 'returned', 'rejected', 'withdrawn')"
WHO = ("entered by a town for the person", "entered by a town or the bureau for the person")
MADE_BY = "the institution that entered it for its worker, who signed for it"
FUND = "of a person's claim perhaps not before the first review"


def upgrade() -> None:
    kernel_revision.let_go("claims")
    codes = sa.Column(
        "paper_codes",
        postgresql.JSONB(astext_type=sa.Text()),
        server_default=sa.text("'{}'::jsonb"),
        nullable=False,
        comment="which paper a file is, by its id, where that was said",
    )
    op.add_column("claims", codes)
    papers = sa.Column(
        "required_papers",
        postgresql.JSONB(astext_type=sa.Text()),
        server_default=sa.text("'[]'::jsonb"),
        nullable=False,
        comment="as the terms say: code, form, follows_within_days; whether confirmed",
    )
    op.add_column("claims", papers)
    op.add_column("claims", sa.Column("employer_id", sa.Uuid(), nullable=True, comment=MADE_BY))
    op.alter_column("claims", "on_behalf", existing_type=sa.Boolean(), existing_nullable=False, comment=WHO[1], existing_comment=WHO[0])
    op.alter_column("claims", "fund_id", existing_type=sa.Uuid(), nullable=True, comment=FUND)
    op.alter_column("claims_tally", "fund_id", existing_type=sa.Uuid(), nullable=True)
    op.drop_constraint(op.f("claims_on_behalf_of_a_town_check"), "claims")
    for name, said in (
        ("on_behalf_of_a_person", "NOT on_behalf OR trainee_id IS NOT NULL"),
        ("entered_by_a_town", "region_code IS NULL OR on_behalf"),
        ("entered_by_an_employer", "employer_id IS NULL OR (trainee_id IS NOT NULL AND NOT on_behalf)"),
        ("fund", f"fund_id IS NOT NULL OR {WITHOUT_FUND}"),
    ):
        op.create_check_constraint(op.f(f"claims_{name}_check"), "claims", said)
    op.create_index("claims_employer_idx", "claims", ["employer_id", "id"], postgresql_where=sa.text("employer_id IS NOT NULL"))
    settled = f"{BEFORE} AND (old.status <> 'submitted' OR old.fund_id IS NOT NULL)"
    kernel_revision.settle("claims", settled, (*JUDGED[:-3], "required_papers", *JUDGED[-3:]))


def downgrade() -> None:
    """A claim that was entered at the bureau, or has no fund yet, has no place in the tables of before: then this stops."""
    kernel_revision.let_go("claims")
    op.drop_index("claims_employer_idx", table_name="claims", postgresql_where=sa.text("employer_id IS NOT NULL"))
    for name in ("on_behalf_of_a_person", "entered_by_a_town", "entered_by_an_employer", "fund"):
        op.drop_constraint(op.f(f"claims_{name}_check"), "claims")
    op.create_check_constraint(op.f("claims_on_behalf_of_a_town_check"), "claims", "region_code IS NOT NULL OR NOT on_behalf")
    op.alter_column("claims_tally", "fund_id", existing_type=sa.Uuid(), nullable=False)
    op.alter_column("claims", "fund_id", existing_type=sa.Uuid(), nullable=False, comment=None, existing_comment=FUND)
    op.alter_column("claims", "on_behalf", existing_type=sa.Boolean(), existing_nullable=False, comment=WHO[0], existing_comment=WHO[1])
    op.drop_column("claims", "employer_id")
    op.drop_column("claims", "paper_codes")
    op.drop_column("claims", "required_papers")
    kernel_revision.settle("claims", BEFORE, JUDGED)
