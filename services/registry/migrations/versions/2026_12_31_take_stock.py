"""Let a sheet's job have whatever table counted that the planner takes for none, and not the people alone."""

from alembic import op

from shared import kernel_revision

revision: str = "registry_0078"
down_revision: str | None = "registry_0077"
branch_labels: None = None
depends_on: None = None

OF_TRAINEES = """
CREATE FUNCTION take_stock_of_trainees() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF (SELECT relpages > 0 AND reltuples BETWEEN 0 AND 99 FROM pg_class WHERE oid = 'public.trainees'::regclass) THEN
        ANALYZE (SKIP_LOCKED) public.trainees;
    END IF;
END $$
"""


def upgrade() -> None:
    op.execute("DROP FUNCTION take_stock_of_trainees()")
    kernel_revision.take_stock()


def downgrade() -> None:
    kernel_revision.take_no_stock()
    op.execute(OF_TRAINEES)
