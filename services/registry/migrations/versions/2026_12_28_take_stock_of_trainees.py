"""Let the sheets' job have the people counted where the planner takes them for none: only the owner of a table may, so the owner's function does."""

from alembic import op

revision: str = "registry_0075"
down_revision: str | None = "registry_0074"
branch_labels: None = None
depends_on: None = None

TAKE_STOCK = """
CREATE FUNCTION take_stock_of_trainees() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF (SELECT relpages > 0 AND reltuples BETWEEN 0 AND 99 FROM pg_class WHERE oid = 'public.trainees'::regclass) THEN
        ANALYZE (SKIP_LOCKED) public.trainees;
    END IF;
END $$
"""


def upgrade() -> None:
    op.execute(TAKE_STOCK)


def downgrade() -> None:
    op.execute("DROP FUNCTION take_stock_of_trainees()")
