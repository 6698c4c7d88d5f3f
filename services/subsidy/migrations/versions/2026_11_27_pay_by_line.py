"""Pay by line: how much of each line is sent, paid and asked back; payments that come back; several recoveries a claim, of named persons, in parts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import kernel_revision

revision: str = "subsidy_0010"
down_revision: str | None = "subsidy_0009"
branch_labels: None = None
depends_on: None = None

CLAIMS = ("draft", "submitted", "reviewed", "in_notice", "approved", "paid", "returned", "rejected", "withdrawn", "recovering", "recovered")
PAYMENTS = ("pending", "exported", "paid", "failed", "bounced", "cancelled")
ON_ITS_WAY = "status IN ('pending', 'exported', 'paid')"
PAYMENT = ("id", "batch_id", "claim_id", "payee_kind", "payee_id", "payee_name", "account", "account_masked", "amount_yuan")
RECOVERY = ("claim_id", "fund_id", "amount_yuan", "reason", "external_refs", "opened_by", "opened_by_name", "opened_at", "id")

# What was paid by claim and payee is told line by line: a trainee's own line, whoever the trainee was merged into since, or every eligible line of a claim that pays
# in one sum.
LINES_OF_PAYMENTS = """
    WITH RECURSIVE followed AS (
        SELECT subject AS claim_id, (details->>'trainee_id')::uuid AS old, (details->>'merged_into')::uuid AS now
        FROM audit WHERE action = 'claim.trainee_merged'
        UNION SELECT earlier.claim_id, earlier.old, (later.details->>'merged_into')::uuid
        FROM followed earlier JOIN audit later
          ON later.action = 'claim.trainee_merged' AND later.subject = earlier.claim_id AND (later.details->>'trainee_id')::uuid = earlier.now)
    INSERT INTO payment_lines (payment_id, claim_id, position, amount_yuan)
    SELECT p.id, l.claim_id, l.position, l.amount
    FROM payments p JOIN claims c ON c.id = p.claim_id JOIN claim_lines l ON l.claim_id = c.id
    WHERE l.verdict = 'eligible' AND l.amount > 0 AND (
        c.payee = 'organiser' OR l.trainee_id = p.payee_id
        OR EXISTS (SELECT FROM followed f WHERE f.claim_id = c.id AND f.old = p.payee_id AND f.now = l.trainee_id))"""
MONEY_OF_LINES = """
    UPDATE claim_lines l SET sending_yuan = m.sending, paid_yuan = m.paid
    FROM (SELECT pl.claim_id, pl.position, sum(pl.amount_yuan) FILTER (WHERE p.status = 'paid') AS paid,
                 sum(pl.amount_yuan) FILTER (WHERE p.status IN ('pending', 'exported')) AS sending
          FROM payment_lines pl JOIN payments p ON p.id = pl.payment_id GROUP BY pl.claim_id, pl.position) AS found,
         LATERAL (SELECT coalesce(found.paid, 0) AS paid, coalesce(found.sending, 0) AS sending) AS m
    WHERE l.claim_id = found.claim_id AND l.position = found.position"""
# What is asked back is shared out in the order of the lines, until its amount is reached.
LINES_OF_RECOVERIES = """
    INSERT INTO recovery_lines (recovery_id, position, trainee_id, amount_yuan)
    SELECT id, position, trainee_id, least(paid_yuan, amount_yuan - before)
    FROM (SELECT r.id, r.amount_yuan, l.position, l.trainee_id, l.paid_yuan,
                 coalesce(sum(l.paid_yuan) OVER (PARTITION BY r.id ORDER BY l.position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
          FROM recoveries r JOIN claim_lines l ON l.claim_id = r.claim_id WHERE l.paid_yuan > 0) AS shared
    WHERE before < amount_yuan"""
ASKED_BACK = """
    UPDATE claim_lines l SET asked_back_yuan = rl.amount_yuan
    FROM recovery_lines rl JOIN recoveries r ON r.id = rl.recovery_id WHERE r.claim_id = l.claim_id AND rl.position = l.position"""
RECEIPTS = """
    INSERT INTO recovery_receipts (id, recovery_id, amount_yuan, received_on, voucher_no, recorded_by, recorded_by_name, recorded_at)
    SELECT p.id, r.id, r.amount_yuan, r.received_on, coalesce(r.voucher_no, ''), p.posted_by, p.posted_by_name, p.posted_at
    FROM recoveries r JOIN fund_postings p ON p.recovery_id = r.id WHERE r.status = 'recovered'"""


def upgrade() -> None:
    _states("claims", (*CLAIMS, "closed"))
    for name, comment in (
        ("sending_yuan", "what payments without an answer are to pay"),
        ("paid_yuan", "what the bank has paid and not brought back"),
        ("asked_back_yuan", "of it, what recoveries ask back"),
        ("given_up_yuan", "what finance closed the claim without paying"),
    ):
        money = sa.Column(name, sa.Numeric(precision=12, scale=2), server_default=sa.text("0"), nullable=False, comment=comment)
        op.add_column("claim_lines", money)

    kernel_revision.let_go("payments", "recoveries")
    _states("payments", (*PAYMENTS, "returned"))
    op.add_column("payments", sa.Column("left_out", sa.Text(), nullable=True, comment="the code of what kept it out of the bank's file"))
    op.add_column("payments", sa.Column("returned_on", sa.Date(), nullable=True))
    op.alter_column("payments", "reason", comment="why the bank did not pay, or brought it back", existing_comment="why the bank did not pay")
    op.alter_column("payments", "account", nullable=True)
    op.alter_column("payments", "account_masked", nullable=True)
    op.drop_index("payments_once_key", table_name="payments", postgresql_where=sa.text(ON_ITS_WAY))
    op.create_index("payments_claim_id_idx", "payments", ["claim_id"], unique=False)
    op.drop_constraint(op.f("payments_paid_on_check"), "payments")
    for name, condition in (
        ("paid_on", "(status IN ('paid', 'returned')) = (paid_on IS NOT NULL)"),
        ("returned_on", "(status = 'returned') = (returned_on IS NOT NULL)"),
        ("returned_after_paid", "returned_on >= paid_on"),
        ("left_out", "left_out IS NULL OR status = 'cancelled'"),
        ("account", "num_nulls(account, account_masked) IN (0, 2)"),
        ("account_known", "account IS NOT NULL OR status IN ('pending', 'cancelled')"),
    ):
        op.create_check_constraint(op.f(f"payments_{name}_check"), "payments", condition)
    op.create_table(
        "payment_lines",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("amount_yuan", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.CheckConstraint("amount_yuan > 0", name=op.f("payment_lines_amount_yuan_check")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("payment_lines_payment_id_fkey")),
        sa.PrimaryKeyConstraint("payment_id", "claim_id", "position", name=op.f("payment_lines_pkey")),
    )
    op.create_index("payment_lines_line_idx", "payment_lines", ["claim_id", "position"], unique=False)

    op.drop_constraint("recoveries_claim_id_key", "recoveries")
    op.drop_constraint(op.f("recoveries_received_on_check"), "recoveries")
    op.add_column(
        "recoveries", sa.Column("received_yuan", sa.Numeric(precision=12, scale=2), server_default=sa.text("0"), nullable=False)
    )
    op.add_column(
        "recoveries",
        sa.Column(
            "instalments",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
            comment="due_on and amount of each, as agreed",
        ),
    )
    op.create_index("recoveries_claim_id_idx", "recoveries", ["claim_id", "id"], unique=False)
    op.create_index("recoveries_fund_id_idx", "recoveries", ["fund_id", "id"], unique=False)
    op.create_table(
        "recovery_lines",
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("amount_yuan", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.CheckConstraint("amount_yuan > 0", name=op.f("recovery_lines_amount_yuan_check")),
        sa.ForeignKeyConstraint(["recovery_id"], ["recoveries.id"], name=op.f("recovery_lines_recovery_id_fkey")),
        sa.PrimaryKeyConstraint("recovery_id", "position", name=op.f("recovery_lines_pkey")),
    )
    op.create_table(
        "recovery_receipts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("amount_yuan", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("voucher_no", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_by_name", sa.Text(), nullable=True, comment="the account's name at the time, from the token"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_yuan > 0", name=op.f("recovery_receipts_amount_yuan_check")),
        sa.ForeignKeyConstraint(["recovery_id"], ["recoveries.id"], name=op.f("recovery_receipts_recovery_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("recovery_receipts_pkey")),
        sa.UniqueConstraint("recovery_id", "voucher_no", name="recovery_receipts_voucher_key"),
    )

    op.add_column("fund_postings", sa.Column("receipt_id", sa.Uuid(), nullable=True))
    for statement in (LINES_OF_PAYMENTS, MONEY_OF_LINES, LINES_OF_RECOVERIES, ASKED_BACK, RECEIPTS):
        op.execute(statement)
    op.execute("UPDATE recoveries SET received_yuan = amount_yuan WHERE status = 'recovered'")
    kernel_revision.let_go("fund_postings")
    op.execute("UPDATE fund_postings SET receipt_id = id WHERE recovery_id IS NOT NULL")
    kernel_revision.keep_rows("fund_postings")
    op.drop_column("recoveries", "received_on")
    op.drop_column("recoveries", "voucher_no")

    for name, condition in (
        ("money", "sending_yuan >= 0 AND paid_yuan >= 0 AND given_up_yuan >= 0"),
        ("paid_once", "sending_yuan + paid_yuan + given_up_yuan <= amount AND (sending_yuan + paid_yuan = 0 OR verdict = 'eligible')"),
        ("asked_back", "asked_back_yuan BETWEEN 0 AND paid_yuan"),
    ):
        op.create_check_constraint(op.f(f"claim_lines_{name}_check"), "claim_lines", condition)
    op.create_check_constraint(op.f("recoveries_received_yuan_check"), "recoveries", "received_yuan BETWEEN 0 AND amount_yuan")
    op.create_check_constraint(op.f("recoveries_recovered_check"), "recoveries", "(status = 'recovered') = (received_yuan = amount_yuan)")
    op.drop_constraint("fund_postings_payment_id_key", "fund_postings")
    op.drop_constraint("fund_postings_recovery_id_key", "fund_postings")
    op.create_unique_constraint("fund_postings_payment_key", "fund_postings", ["payment_id", "to_account"])
    op.create_unique_constraint("fund_postings_receipt_key", "fund_postings", ["receipt_id"])
    op.create_check_constraint(op.f("fund_postings_recovered_check"), "fund_postings", "num_nulls(recovery_id, receipt_id) IN (0, 2)")

    kernel_revision.keep_rows(
        "payments",
        fixed=PAYMENT,
        settled=(
            "old.status IN ('failed', 'bounced', 'cancelled', 'returned') OR (old.status = 'paid' AND new.status <> 'returned')",
            ("status", "left_out", "reason", "voucher_no", "paid_on", "returned_on"),
        ),
    )
    kernel_revision.keep_rows(
        "recoveries",
        fixed=(*RECOVERY, "instalments"),
        settled=("old.status = 'recovered'", ("status", "received_yuan", "version")),
    )
    for table in ("payment_lines", "recovery_lines", "recovery_receipts"):
        kernel_revision.keep_rows(table)


def downgrade() -> None:
    """What the older tables have no place for must not be there: a payment that came back, a second recovery of a claim, one in parts."""
    kernel_revision.let_go("payment_lines", "recovery_lines", "recovery_receipts", "payments", "recoveries")
    op.drop_constraint(op.f("fund_postings_recovered_check"), "fund_postings")
    op.drop_constraint("fund_postings_receipt_key", "fund_postings")
    op.drop_constraint("fund_postings_payment_key", "fund_postings")
    op.create_unique_constraint("fund_postings_recovery_id_key", "fund_postings", ["recovery_id"])
    op.create_unique_constraint("fund_postings_payment_id_key", "fund_postings", ["payment_id"])
    for name in ("recovered", "received_yuan"):
        op.drop_constraint(op.f(f"recoveries_{name}_check"), "recoveries")
    for name in ("asked_back", "paid_once", "money"):
        op.drop_constraint(op.f(f"claim_lines_{name}_check"), "claim_lines")
    op.add_column("recoveries", sa.Column("voucher_no", sa.Text(), nullable=True))
    op.add_column("recoveries", sa.Column("received_on", sa.Date(), nullable=True))
    op.execute(
        "UPDATE recoveries r SET received_on = x.received_on, voucher_no = x.voucher_no FROM recovery_receipts x WHERE x.recovery_id = r.id"
    )
    op.drop_column("fund_postings", "receipt_id")
    op.drop_table("recovery_receipts")
    op.drop_table("recovery_lines")
    op.drop_index("recoveries_fund_id_idx", table_name="recoveries")
    op.drop_index("recoveries_claim_id_idx", table_name="recoveries")
    op.drop_column("recoveries", "instalments")
    op.drop_column("recoveries", "received_yuan")
    op.create_check_constraint(op.f("recoveries_received_on_check"), "recoveries", "(status = 'recovered') = (received_on IS NOT NULL)")
    op.create_unique_constraint("recoveries_claim_id_key", "recoveries", ["claim_id"])
    op.drop_index("payment_lines_line_idx", table_name="payment_lines")
    op.drop_table("payment_lines")
    for name in ("account_known", "account", "left_out", "returned_after_paid", "returned_on", "paid_on"):
        op.drop_constraint(op.f(f"payments_{name}_check"), "payments")
    op.create_check_constraint(op.f("payments_paid_on_check"), "payments", "(status = 'paid') = (paid_on IS NOT NULL)")
    op.drop_index("payments_claim_id_idx", table_name="payments")
    op.create_index("payments_once_key", "payments", ["claim_id", "payee_id"], unique=True, postgresql_where=sa.text(ON_ITS_WAY))
    op.alter_column("payments", "account_masked", nullable=False)
    op.alter_column("payments", "account", nullable=False)
    op.alter_column("payments", "reason", comment="why the bank did not pay", existing_comment="why the bank did not pay, or brought it back")
    op.drop_column("payments", "returned_on")
    op.drop_column("payments", "left_out")
    _states("payments", PAYMENTS)
    for name in ("given_up_yuan", "asked_back_yuan", "paid_yuan", "sending_yuan"):
        op.drop_column("claim_lines", name)
    _states("claims", CLAIMS)
    kernel_revision.keep_rows(
        "payments",
        fixed=PAYMENT,
        settled=("old.status IN ('paid', 'failed', 'bounced', 'cancelled')", ("status", "reason", "voucher_no", "paid_on")),
    )
    kernel_revision.keep_rows(
        "recoveries", fixed=RECOVERY, settled=("old.status = 'recovered'", ("status", "received_on", "voucher_no", "version"))
    )


def _states(table: str, states: tuple[str, ...]) -> None:
    op.drop_constraint(op.f(f"{table}_status_check"), table)
    op.create_check_constraint(op.f(f"{table}_status_check"), table, f"status IN ({', '.join(repr(state) for state in states)})")
