"""Say which index key digests are made with, and which columns hold some."""

from alembic import op

from shared import kernel_revision

revision: str = "registry_0066"
down_revision: str | None = "registry_0065"
branch_labels: None = None
depends_on: None = None

DIGESTS = (
    "trainees.id_number_key",
    "trainees.phone_key",
    "trainees.number_frame_key",
    "trainees.bank_account_key",
    "status_records.id_number_key",
    "outside_payments.id_number_key",
    "teachers.id_number_key",
    "institutions.bank_account_key",
    "complaints.code_key",
    "history_classes.said_key",
)


def upgrade() -> None:
    kernel_revision.name_index_key()
    for column in DIGESTS:
        op.execute(f"COMMENT ON COLUMN {column} IS 'keyed digest'")


def downgrade() -> None:
    for column in DIGESTS:
        op.execute(f"COMMENT ON COLUMN {column} IS NULL")
    op.drop_table("index_key")
