"""A complaint about a certificate that no register has: its number and issuer as they are printed, and for the office alone whether it is registered."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "registry_0062"
down_revision: str | None = "registry_0061"
branch_labels: None = None
depends_on: None = None

WRITTEN = ("id", "serial", "year", "code_key", "subject_kind", "subject", "class_id", "text", "name", "name_masked", "contact", "contact_masked", "received_at")


def upgrade() -> None:
    op.add_column("complaints", sa.Column("issuer", sa.Text(), comment="as printed on a certificate"))
    said = "the certificate that was registered under this number; null: none was"
    op.add_column("complaints", sa.Column("certificate_id", sa.Uuid(), comment=said))
    op.create_check_constraint("of_certificate", "complaints", "subject_kind = 'certificate' OR num_nonnulls(issuer, certificate_id) = 0")
    kernel_revision.let_go("complaints")
    kernel_revision.keep_rows("complaints", fixed=(*WRITTEN, "issuer", "certificate_id"))


def downgrade() -> None:
    kernel_revision.let_go("complaints")
    op.drop_constraint(op.f("complaints_of_certificate_check"), "complaints")
    for name in ("certificate_id", "issuer"):
        op.drop_column("complaints", name)
    kernel_revision.keep_rows("complaints", fixed=WRITTEN)
