"""Keep since when people who were placed count as trained to an order, and of whom the registry is to be asked again."""

import sqlalchemy as sa
from alembic import op

revision: str = "eastwest_0019"
down_revision: str | None = "eastwest_0018"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "trained_people", sa.Column("trainee_id", sa.Uuid(), primary_key=True), sa.Column("completed_on", sa.Date(), nullable=True)
    )
    op.create_table(
        "due_askings", sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True), sa.Column("trainee_id", sa.Uuid(), nullable=False)
    )
    op.execute(
        "CREATE FUNCTION placements_ask_again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " INSERT INTO due_askings (trainee_id) SELECT DISTINCT trainee_id FROM made; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER placements_ask_again AFTER INSERT ON placements REFERENCING NEW TABLE AS made"
        " FOR EACH STATEMENT EXECUTE FUNCTION placements_ask_again()"
    )
    op.execute("INSERT INTO due_askings (trainee_id) SELECT DISTINCT trainee_id FROM placements")


def downgrade() -> None:
    op.execute("DROP TRIGGER placements_ask_again ON placements")
    op.execute("DROP FUNCTION placements_ask_again()")
    op.drop_table("due_askings")
    op.drop_table("trained_people")
