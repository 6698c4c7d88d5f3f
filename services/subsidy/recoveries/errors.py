"""What recoveries can refuse with and find fault with."""

from shared import errors

AMOUNT_ABOVE_PAID = "amount_above_paid"
RECEIVED_BEFORE_PAID = "received_before_paid"
RECEIVED_IN_FUTURE = "received_in_future"
NOT_PAID_TO = "not_paid_to"
NAMED_TWICE = "named_twice"
SUMS_DIFFER = "sums_differ"


class VoucherRegistered(errors.Problem):
    code, status = "voucher_registered", 409


errors.violates("recovery_receipts_voucher_key", VoucherRegistered)
