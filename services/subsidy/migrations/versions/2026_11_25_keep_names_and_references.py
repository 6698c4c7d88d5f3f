"""Keep who decided by name, what claims are searched by, and the numbers that other platforms gave funds, payment batches and recoveries; hold funds to
the known sources."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "subsidy_0005"
down_revision: str | None = "subsidy_0004"
branch_labels: None = None
depends_on: None = None

SOURCES = "employment_subsidy", "skills_upgrade", "east_west", "rural_revitalisation", "culture_tourism", "enterprise_education", "talent"
PART = {"postgresql_using": "gin", "postgresql_ops": {"sought_by": "gin_trgm_ops"}}
REFERRED = "funds", "payment_batches", "recoveries"


def upgrade() -> None:
    op.add_column(
        "claim_decisions", sa.Column("actor_name", sa.Text(), nullable=True, comment="the account's name at the time, from the token")
    )
    searched = "institution, class and its number as last judged: what a list is searched by"
    op.add_column("claims", sa.Column("sought_by", sa.Text(), nullable=False, server_default="", comment=searched))
    op.execute(
        "UPDATE claims SET sought_by = concat_ws(' ', facts -> 'class_facts' ->> 'institution_name', facts -> 'class_facts' ->> 'number')"
    )
    op.create_index("claims_sought_by_idx", "claims", ["sought_by"], unique=False, **PART)
    for table in REFERRED:
        none = sa.text("'[]'::jsonb")
        op.add_column(table, sa.Column("external_refs", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=none))
        op.create_index(
            f"{table}_external_refs_idx",
            table,
            ["external_refs"],
            unique=False,
            postgresql_using="gin",
            postgresql_ops={"external_refs": "jsonb_path_ops"},
        )
    listed = ", ".join(f"'{source}'" for source in SOURCES)
    op.create_check_constraint(op.f("funds_source_check"), "funds", f"source IN ({listed})")


def downgrade() -> None:
    op.drop_constraint(op.f("funds_source_check"), "funds", type_="check")
    for table in reversed(REFERRED):
        op.drop_index(f"{table}_external_refs_idx", table_name=table, postgresql_using="gin")
        op.drop_column(table, "external_refs")
    op.drop_index("claims_sought_by_idx", table_name="claims", **PART)
    op.drop_column("claims", "sought_by")
    op.drop_column("claim_decisions", "actor_name")
