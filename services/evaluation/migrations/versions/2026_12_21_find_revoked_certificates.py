"""Find the few certificates that were revoked, the newest first, in place of by a day that nothing asks for."""

import sqlalchemy as sa
from alembic import op

revision: str = "evaluation_0030"
down_revision: str | None = "evaluation_0029"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.drop_index("certificates_revoked_on_idx", table_name="certificates")
    op.create_index("certificates_revoked_idx", "certificates", ["id"], postgresql_where=sa.text("revoked_on IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("certificates_revoked_idx", table_name="certificates")
    op.create_index("certificates_revoked_on_idx", "certificates", ["revoked_on", "id"])
