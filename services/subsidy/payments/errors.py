"""What payment batches can refuse with. A batch names every faulty claim or payment at once, each by its pointer."""

from shared import errors


class PayeeAccountMissing(errors.Problem):
    code, status = "payee_account_missing", 409


class PayeeAccountChanged(errors.Problem):
    code, status = "payee_account_changed", 409


class ClaimOfOtherFund(errors.Problem):
    code, status = "claim_of_other_fund", 409


class NothingToPay(errors.Problem):
    code, status = "nothing_to_pay", 409


class PaymentSettled(errors.Problem):
    code, status = "payment_settled", 409


class PaymentNotPaid(errors.Problem):
    code, status = "payment_not_paid", 409


class AskedBack(errors.Problem):
    code, status = "asked_back", 409


CLAIM_UNKNOWN = "claim_unknown"
PAYMENT_UNKNOWN = "payment_unknown"
NAMED_TWICE = "named_twice"
PAID_BEFORE_EXPORT = "paid_before_export"
PAID_IN_FUTURE = "paid_in_future"
RETURNED_OUTSIDE = "returned_outside"

errors.violates("claim_lines_asked_back_check", AskedBack)
