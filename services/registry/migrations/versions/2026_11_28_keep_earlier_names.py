"""Keep the names a person had before, and find the person by them."""

import sqlalchemy as sa
from alembic import op

revision: str = "registry_0020"
down_revision: str | None = "registry_0014"
branch_labels: None = None
depends_on: None = None

TRIGRAMS = {"postgresql_using": "gin"}


def upgrade() -> None:
    op.add_column("trainees", sa.Column("earlier_names", sa.Text(), nullable=False, server_default=""))
    known_as = sa.Computed("name || chr(10) || earlier_names", persisted=True)
    op.add_column("trainees", sa.Column("known_as", sa.Text(), known_as, nullable=False))
    op.drop_index("trainees_name_idx", "trainees")
    op.create_index("trainees_known_as_idx", "trainees", ["known_as"], postgresql_ops={"known_as": "gin_trgm_ops"}, **TRIGRAMS)


def downgrade() -> None:
    op.drop_index("trainees_known_as_idx", "trainees")
    op.create_index("trainees_name_idx", "trainees", ["name"], postgresql_ops={"name": "gin_trgm_ops"}, **TRIGRAMS)
    op.drop_column("trainees", "known_as")
    op.drop_column("trainees", "earlier_names")
