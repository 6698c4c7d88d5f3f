"""Keep whom a certificate concerns: the school of the class, and the holder's employer."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "evaluation_0022"
down_revision: str | None = "evaluation_0021"
branch_labels: None = None
depends_on: None = None

WHOM = {"school_id": "that taught the class", "employer_id": "the holder's, when it was issued or registered"}
FIXED = ("kind", "number", "number_key", "trainee_id", "occupation_code", "level", "issued_on", "issuer", "issuer_institution_id", "filing_id")
FIXED += ("assessment_id", "class_id", "exam_held_on", "proof", "registered_at", "id")


def upgrade() -> None:
    for column, comment in WHOM.items():
        op.add_column("certificates", sa.Column(column, sa.Uuid(), nullable=True, comment=comment))
        op.create_index(f"certificates_{column}_idx", "certificates", [column, "id"])
    kernel_revision.let_go("certificates")
    kernel_revision.keep_rows("certificates", fixed=(*FIXED, *WHOM))


def downgrade() -> None:
    kernel_revision.let_go("certificates")
    kernel_revision.keep_rows("certificates", fixed=FIXED)
    for column in WHOM:
        op.drop_column("certificates", column)
