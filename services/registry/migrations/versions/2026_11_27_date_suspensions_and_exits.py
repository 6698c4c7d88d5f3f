"""Keep suspensions and exits of institutions from day to day; those there are since the day they were announced."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0012"
down_revision: str | None = "registry_0011"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("institution_id", sa.Uuid(), sa.ForeignKey("institutions.id"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reinstated_on", sa.Date()),
        sa.CheckConstraint("kind IN ('suspended', 'exited')", name="kind"),
        sa.CheckConstraint("until_on >= from_on", name="until_on"),
        sa.CheckConstraint("reinstated_on >= from_on", name="reinstated_on"),
    )
    op.create_index("absences_institution_id_idx", "absences", ["institution_id", "from_on"])
    op.execute(
        """
        INSERT INTO absences (id, institution_id, kind, from_on, reason)
        SELECT gen_random_uuid(), id, status, (coalesce(announced.at, changed_at) AT TIME ZONE 'Asia/Shanghai')::date, coalesce(status_reason, '未说明')
        FROM institutions LEFT JOIN LATERAL (
            SELECT max(at) AS at FROM changes WHERE subject = institutions.id AND type = 'institution.' || status
        ) AS announced ON true
        WHERE status <> 'active'
        """
    )
    kernel_revision.keep_rows("absences", fixed=("id", "institution_id", "kind", "from_on", "until_on", "reason"))
    op.drop_column("institutions", "status")
    op.drop_column("institutions", "status_reason")


def downgrade() -> None:
    op.add_column("institutions", sa.Column("status", sa.Text(), server_default="active", nullable=False))
    op.alter_column("institutions", "status", server_default=None)
    op.add_column("institutions", sa.Column("status_reason", sa.Text()))
    op.create_check_constraint("status", "institutions", "status IN ('active', 'suspended', 'exited')")
    op.execute(
        """
        UPDATE institutions SET status = standing.kind, status_reason = standing.reason
        FROM (SELECT DISTINCT ON (institution_id) institution_id, kind, reason FROM absences
              WHERE reinstated_on IS NULL AND until_on IS NULL ORDER BY institution_id, kind) AS standing
        WHERE institution_id = institutions.id
        """
    )
    kernel_revision.let_go("absences")
    op.drop_table("absences")
