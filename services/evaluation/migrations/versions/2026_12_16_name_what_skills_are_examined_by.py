"""Certificates of special skills name the standard that they were examined by."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_revision

revision: str = "evaluation_0025"
down_revision: str | None = "evaluation_0024"
branch_labels: None = None
depends_on: None = None

STANDARD = ("skill_standard_id", "skill_standard_name")
FIXED = ("kind", "number", "number_key", "trainee_id", "occupation_code", "level", "issued_on", "issuer", "issuer_institution_id", "filing_id")
FIXED += ("assessment_id", "class_id", "exam_held_on", "proof", "registered_at", "id", "school_id", "employer_id")
WHOLE = "num_nulls(skill_standard_id, skill_standard_name) IN (0, 2) AND (skill_standard_id IS NULL OR kind = 'special_skill')"


def upgrade() -> None:
    op.add_column("certificates", sa.Column(STANDARD[0], sa.Uuid(), comment="what the special skill was examined by"))
    op.add_column("certificates", sa.Column(STANDARD[1], sa.Text(), comment="as it was called when the certificate was registered"))
    op.create_check_constraint("skill_standard", "certificates", WHOLE)
    op.create_index("certificates_skill_standard_id_idx", "certificates", ["skill_standard_id", "id"])
    kernel_revision.let_go("certificates")
    kernel_revision.keep_rows("certificates", fixed=(*FIXED, *STANDARD))


def downgrade() -> None:
    kernel_revision.let_go("certificates")
    kernel_revision.keep_rows("certificates", fixed=FIXED)
    op.drop_index("certificates_skill_standard_id_idx", table_name="certificates")
    op.drop_constraint(op.f("certificates_skill_standard_check"), "certificates")
    for name in STANDARD:
        op.drop_column("certificates", name)
