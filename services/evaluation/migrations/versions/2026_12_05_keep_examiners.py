"""Keep the register of examiners, as what a body assesses, and who was in its teams before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "evaluation_0014"
down_revision: str | None = "evaluation_0022"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "examiners",
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True, comment="whose filing named the card first"),
        sa.Column("teams", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("occupations", postgresql.ARRAY(sa.Text()), nullable=False, comment="codes; none: not said"),
        sa.Column("valid_from_on", sa.Date(), nullable=True),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.Column("trainings", postgresql.JSONB(), nullable=False, comment="team, name, held_on, hours, certificate"),
        sa.Column("exclusions", postgresql.JSONB(), nullable=False, comment="from_on, until_on, reason"),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_until_on >= valid_from_on", name=op.f("examiners_validity_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("examiners_pkey")),
        sa.UniqueConstraint("card", "name", name="examiners_card_name_key"),
    )
    op.create_index("examiners_verified_card_key", "examiners", ["card"], unique=True, postgresql_where=sa.text("verified"))
    for column in ("institution_id", "valid_until_on", "registered_at"):
        op.create_index(f"examiners_{column}_idx", "examiners", [column, "id"])
    kernel_revision.find_by_parts("examiners", "card", "name")
    for column in ("card", "name"):
        op.create_index(
            f"examiners_{column}_part_idx", "examiners", [column], postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"}
        )
    op.add_column("filings", sa.Column("body_class", sa.Text(), nullable=True, comment="the first character of its certificate numbers"))
    op.execute(
        "UPDATE filings SET body_class = coalesce(left(number_prefix, 1), CASE institution_kind WHEN 'enterprise' THEN 'Y' ELSE 'S' END)"
    )
    op.alter_column("filings", "body_class", nullable=False)
    op.create_check_constraint(op.f("filings_body_class_check"), "filings", "body_class IN ('Y', 'S')")
    op.add_column(
        "filings",
        sa.Column(
            "staff_history",
            postgresql.JSONB(),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="until_on, staff: the teams of earlier days",
        ),
    )


def downgrade() -> None:
    for column in ("staff_history", "body_class"):
        op.drop_column("filings", column)
    op.drop_table("examiners")
